import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SystemBrowser, systemBrowser } from '../helpers/browser/system-browser.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import type { Running } from '../helpers/program/od-link.ts'
import { disguisesOf } from '../helpers/program/secret-encodings.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { asAnother, canBeAnother } from '../helpers/system/another-user.ts'

describe.runIf(canBeAnother('what another user of the machine can read'))(
  'another user of the machine',
  () => {
    let sandbox: SandboxProcess
    let world: World
    let browser: SystemBrowser
    let login: Running
    let address: URL
    /** What the browser got, and what the sandbox issued or was shown. */
    let secrets: string[]

    beforeAll(async () => {
      sandbox = await startSandbox()
      world = newWorld(sandbox)
      // A home as it is on many machines: everyone may look around in it, and files protect themselves.
      chmodSync(world.dir, 0o755)
      for (const folder of ['temp', 'work']) mkdirSync(join(world.dir, folder), { mode: 0o755 })
      browser = systemBrowser(world.dir)
      login = world.start(['login', '--verbose', '--redirect-uri', 'http://localhost/post_onedrive'], {
        env: {
          ...browser.env,
          TMPDIR: join(world.dir, 'temp'),
          OD_LINK_CLIENT_ID: sandbox.webClientId,
          OD_LINK_CLIENT_SECRET: sandbox.webClientSecret,
        },
        through: ['sh', '-c', 'cd "$0" && exec "$@"', join(world.dir, 'work')],
      })
      const [printed] = await login.seen(/http:\/\/\S+authorize\S+/)
      address = new URL(printed)
      const hidden = ['state', 'nonce', 'code_challenge'].map((name) => address.searchParams.get(name) ?? '')
      secrets = [...hidden, sandbox.webClientSecret]
      await browser.address()
    })
    afterAll(async () => {
      login?.child.kill()
      await login?.ended
      browser?.close()
      world?.remove()
      await sandbox?.stop()
    })

    /** Everything that they can read of this, as one text. */
    async function readable(script: string): Promise<string> {
      const { stdout } = await asAnother('sh', ['-c', script]).ended
      return stdout
    }

    function leaksIn(text: string): string[] {
      return secrets.filter((secret) => disguisesOf(secret).some((disguise) => text.includes(disguise)))
    }

    const processes = "for file in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $file; echo; done 2>/dev/null"
    const everyFile = () => `find '${world.dir}' -type f -readable -print -exec cat {} + 2>/dev/null`

    it('sees the browser and its address in the list of processes, and no secret there', async () => {
      const list = await readable(processes)
      expect(list).toContain(await browser.address())
      expect(list).toContain('login --verbose')
      expect(leaksIn(list)).toEqual([])
    })

    it('cannot read the environment or the memory of login, nor those of the browser', async () => {
      for (const pid of [login.child.pid, browser.pid()]) {
        const { code, stdout } = await asAnother('head', ['-c1', `/proc/${pid}/environ`, `/proc/${pid}/mem`])
          .ended
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      }
    })

    it('finds nothing in files while login waits, and nothing when it is linked', async () => {
      expect(leaksIn(await readable(everyFile()))).toEqual([])
      await (await fetch(address)).text()
      const { code, stderr } = await login.ended
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('→ 200') })
      secrets.push(...(await sandbox.control('GET', 'secrets')))
      expect(secrets.length).toBeGreaterThan(6)
      const found = await readable(everyFile())
      expect(found).toContain(join(world.dir, 'opened'))
      expect(found).not.toContain(join(world.dir, 'settings'))
      expect(leaksIn(found)).toEqual([])
      expect(leaksIn(await readable(processes))).toEqual([])
    })

    it('finds no temporary file, report, snapshot or log beside the work of login', () => {
      for (const folder of ['temp', 'work']) expect(readdirSync(join(world.dir, folder))).toEqual([])
    })
  },
)
