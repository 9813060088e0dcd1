import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grace, type Json } from '../../helpers/sandbox/client.ts'
import { writeKnownApps } from '../../helpers/sandbox/known-apps.ts'
import {
  canBeMicrosoft,
  type MicrosoftWorld,
  startMicrosoftWorld,
} from '../../helpers/sandbox/microsoft-world.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const forWhat = 'duplicity, unchanged, with a sandbox under Microsoft’s names'
const hasAll = hasRealPart('duplicity', forWhat) && hasRealPart('script', forWhat) && canBeMicrosoft(forWhat)

const timeout = 120_000
const target = 'onedrive://backups/of mine'

describe.skipIf(!hasAll)('duplicity', () => {
  let world: MicrosoftWorld
  let scratch: string
  let local: string

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'od-link-duplicity-'))
    world = await startMicrosoftWorld('--app', writeKnownApps(scratch))
    local = join(scratch, 'local')
    mkdirSync(local)
    writeFileSync(join(local, 'one.txt'), 'one')
    writeFileSync(join(local, 'two.bin'), Buffer.alloc(1_500_000, 'not compressible'))
  }, timeout)

  afterAll(async () => {
    await world?.stop()
    rmSync(scratch, { recursive: true, force: true })
  })

  const duplicity = (...args: string[]) => world.must('duplicity', ['--no-encryption', ...args])
  const names = async (): Promise<string[]> => {
    const { children } = await world.control('GET', `drive?username=${grace}`)
    return children[0].children[0].children.map((one: Json) => one.name)
  }

  it('signs in at login.live.com, with its own registration, and backs up a folder', {
    timeout,
  }, async () => {
    // It asks only at a terminal.
    const command = `duplicity --no-encryption full '${local}' '${target}'`
    const talk = world.start('script', ['-qec', command, '/dev/null'])
    let said = ''
    talk.stdout?.setEncoding('utf8').on('data', (text) => {
      said += text
    })
    const ended = new Promise((resolve) => talk.once('close', resolve))
    await expect.poll(() => said, { timeout: 60_000 }).toContain('URL of the blank page:')
    const address = /https:\/\/login\.live\.com\/oauth20_authorize\.srf\S+/.exec(said)?.[0] ?? ''
    const back = await world.must('curl', ['-sS', '-o', '/dev/null', '-w', '%{redirect_url}', address])
    expect(back).toMatch(/^https:\/\/login\.live\.com\/oauth20_desktop\.srf\?code=/)
    talk.stdin?.write(`${back}\n`)
    expect(await ended, said).toBe(0)
    expect(await names()).toHaveLength(3)
  })

  it('backs up what changed, verifies and restores', { timeout }, async () => {
    writeFileSync(join(local, 'one.txt'), 'changed')
    await duplicity('incremental', local, target)
    expect(await names()).toHaveLength(6)
    expect(await duplicity('verify', '--compare-data', target, local)).toContain('0 differences found')
    const restored = join(scratch, 'restored')
    await duplicity('restore', target, restored)
    expect(readFileSync(join(restored, 'one.txt'), 'utf8')).toBe('changed')
  })

  it('removes old backups', { timeout }, async () => {
    await duplicity('full', local, target)
    await duplicity('remove-all-but-n-full', '1', '--force', target)
    expect(await names()).toHaveLength(3)
  })
})
