import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileStore } from '../../../src/accounts/stores/file.ts'
import { digestOf } from '../../../src/accounts/stores/probe.ts'
import { fakeHelper } from '../../helpers/keychain/fake-helper.ts'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { ada, jsonError } from '../../helpers/program/linked.ts'
import { node, program } from '../../helpers/program/od-link.ts'
import { useOwnSettings } from '../../helpers/program/own-settings.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'

describe('the process that reads back', () => {
  const own = useOwnSettings()
  const readBack = async (store: string) => {
    const child = spawn(node, [join(program, '..', '..', 'dist', 'read-back.cjs'), store])
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ])
    return { stdout, stderr, code }
  }

  it('tells what is there without showing it', async () => {
    expect(await readBack('file')).toEqual({ code: 0, stdout: 'nothing\n', stderr: '' })
    await fileStore().write('probe', 'a secret')
    expect(digestOf('a secret')).toMatch(/^[\da-f]{64}$/)
    expect(await readBack('file')).toEqual({ code: 0, stdout: `${digestOf('a secret')}\n`, stderr: '' })
  })

  it('says why it cannot', async () => {
    process.env.OD_LINK_CONFIG_DIR = join(own.dir, 'file')
    writeFileSync(join(own.dir, 'file'), '')
    expect(await readBack('file')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^The file store cannot be used \(ENOTDIR[^\n]*\)\.$/),
    })
    expect(await readBack('')).toEqual({ code: 1, stdout: '', stderr: 'There is no store "".' })
  })
})

/** Does so from its second asking on: the first is of the process that wrote. */
const fromTheSecond = (what: string) => `dir="$HOME/kept"; mkdir -p "$dir"
case "$1" in
  store) cat | sed 's/.*"Secret":"\\([^"]*\\)".*/{"Secret":"\\1"}/' > "$dir/probe";;
  get) [ -e "$dir/probe" ] || { echo 'credentials not found'; exit 1; }
    [ -e "$dir/asked" ] && { ${what}; }; touch "$dir/asked"; cat "$dir/probe";;
  erase) rm -f "$dir/probe" "$dir/asked";;
esac`

describe('a store that another process cannot read', () => {
  let sandbox: SandboxProcess
  let world: World
  beforeAll(async () => {
    sandbox = await startSandbox()
    world = newWorld(sandbox)
  })
  afterAll(async () => {
    world?.remove()
    await sandbox?.stop()
  })
  const login = (what: string, ...more: string[]) =>
    world.run(['login', ...more], { env: fakeHelper(world, 'osxkeychain', fromTheSecond(what)) })

  it.each([
    ['with its reason', 'echo sealed; exit 1', 'docker-credential-osxkeychain failed: sealed.'],
    ['when that process dies', 'kill -KILL $PPID', 'It did not respond in time.'],
  ])('is told at login, %s', async (_, what, why) => {
    const { code, stderr } = await login(what, '--json')
    expect(code).toBe(5)
    expect(jsonError(stderr)).toMatchObject({
      kind: 'keychain',
      message: `docker-credential-osxkeychain works in this process, but another process cannot read from it. ${why}`,
      hint: 'Check it with its own program.\nOr save links in private files, not encrypted: od-link config set store file',
    })
  })

  it('is none when it gives back what was written', async () => {
    const { code, stderr } = await login('true', '--login-hint', ada)
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('od-link: ') })
    const env = fakeHelper(world, 'osxkeychain', fromTheSecond('true'))
    expect((await world.run(['logout'], { env })).code).toBe(0)
  })

  it('is told while it is waited for', async () => {
    const { code, stderr } = await login('sleep 1.3; echo sealed; exit 1')
    expect(code).toBe(5)
    expect(stderr).toContain(
      'Waiting for another process to read from docker-credential-osxkeychain what was written…\n',
    )
  })
})
