import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundle } from '../helpers/program/bundle.ts'
import { useLinked } from '../helpers/program/linked.ts'
import { node } from '../helpers/program/od-link.ts'
import { mountExFat } from '../helpers/system/exfat.ts'

/** A process that counts under the lock, or dies with it. */
const script = `import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { withLock } from ${JSON.stringify(fileURLToPath(new URL('../../src/settings/lock.ts', import.meta.url)))}
const [what, counter, times] = process.argv.slice(2)
async function add() {
  const value = Number(readFileSync(counter, 'utf8'))
  await sleep(Math.random() * 3)
  writeFileSync(counter, String(value + 1))
}
async function main() {
  for (let n = 0; n < Number(times); n += 1) await withLock('test', add)
  if (what === 'die') await withLock('test', async () => process.kill(process.pid, 'SIGKILL'))
}
void main()`

/** What such file systems answer, where this machine cannot mount one. */
const refusing = (code: string) => `require('node:fs').linkSync = () => {
  throw Object.assign(new Error('no hard links'), { code: '${code}' })
}`

const card = mountExFat()
type Case = [what: string, code: string | undefined, disk: string | undefined]
const cases: Case[] = [
  ['EPERM, as FAT says', 'EPERM', undefined],
  ['ENOTSUP, as network mounts say', 'ENOTSUP', undefined],
  ['EACCES, as Android says', 'EACCES', undefined],
]
if (card) cases.push(['a real exFAT', undefined, card.folder])
afterAll(() => card?.remove())

describe.each(cases)('a lock without hard links: %s', { timeout: 60_000 }, (_, code, disk) => {
  let dir: string
  let settings: string
  const children = new Set<ChildProcess>()
  const counter = () => join(dir, 'counter')
  const folder = () => join(settings, 'locks', 'test')

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-lock-'))
    settings = join(disk ?? dir, 'settings')
    await bundle(script, join(dir, 'lock.cjs'))
    if (code) writeFileSync(join(dir, 'no-links.cjs'), refusing(code))
  })
  beforeEach(() => {
    rmSync(settings, { recursive: true, force: true })
    writeFileSync(counter(), '0')
  })
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })
  async function run(what: string, times: number): Promise<number | null> {
    const preload = code ? ['--require', join(dir, 'no-links.cjs')] : []
    const child = spawn(node, [...preload, join(dir, 'lock.cjs'), what, counter(), String(times)], {
      env: { OD_LINK_CONFIG_DIR: settings },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    children.add(child)
    const [ended] = await once(child, 'exit')
    children.delete(child)
    return ended
  }
  const count = () => Number(readFileSync(counter(), 'utf8'))

  it('is held by one of a crowd at a time, and leaves one folder', async () => {
    const codes = await Promise.all(Array.from({ length: 8 }, () => run('add', 25)))
    expect(codes).toEqual(Array(8).fill(0))
    expect(count()).toBe(200)
    const left = readdirSync(folder())
    expect(left).toHaveLength(1)
    expect(statSync(join(folder(), left[0] ?? '')).isDirectory()).toBe(true)
  })

  it('is free at once when its owner is killed, also in a crowd', async () => {
    const all = [...Array(4).fill('die'), ...Array(4).fill('add')]
    await Promise.all(all.map((what) => run(what, 10)))
    expect(count()).toBe(80)
    const started = performance.now()
    expect(await run('add', 1)).toBe(0)
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  it('is taken over from a process that died before it had signed, and not before', async () => {
    const unsigned = join(folder(), '7')
    mkdirSync(unsigned, { recursive: true })
    const running = run('add', 1)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(count()).toBe(0)
    const longAgo = new Date(Date.now() - 60_000)
    utimesSync(unsigned, longAgo, longAgo)
    expect(await running).toBe(0)
    expect(count()).toBe(1)
    expect(existsSync(unsigned)).toBe(false)
  })

  it('is not held by a process that signs after others gave it up', async () => {
    const unsigned = join(folder(), '7')
    mkdirSync(join(unsigned, 'owner'), { recursive: true })
    expect(await run('add', 3)).toBe(0)
    expect(count()).toBe(3)
  })
})

describe.runIf(card)('od-link with its settings on a real exFAT', () => {
  const at = useLinked()
  const env = { OD_LINK_CONFIG_DIR: join(card?.folder ?? '', 'of-od-link') }
  const run = (...args: string[]) => at.world.run(args, { env })

  it('links, renews once in a crowd, downloads and unlinks', async () => {
    await at.putFile('/text')
    expect((await run('login')).code).toBe(0)
    expect((await run('config', 'set', 'tenant', 'common')).code).toBe(0)
    await at.sandbox.control('POST', 'expire')
    await at.forgetRequests()
    const crowd = await Promise.all(Array.from({ length: 8 }, (_, n) => run('mkdir', `/crowd-${n}`)))
    expect(crowd.map(({ code, stderr }) => [code, stderr])).toEqual(Array(8).fill([0, '']))
    expect(await at.requests('token')).toHaveLength(1)
    const file = join(card?.folder ?? '', 'text')
    expect((await run('api', '--output', file, '/me/drive/root:/text:/content')).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('text')
    expect(await run('doctor')).toMatchObject({ code: 0 })
    expect((await run('logout', '--all')).code).toBe(0)
    expect((await run('token')).code).toBe(4)
  })
})
