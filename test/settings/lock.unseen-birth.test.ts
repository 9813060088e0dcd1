import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startPatience } from '../../src/http/retry.ts'
import { withLock } from '../../src/settings/lock.ts'
import { bundle } from '../helpers/program/bundle.ts'
import { node } from '../helpers/program/od-link.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'

/** How long this machine runs, in seconds. */
const upSince = vi.hoisted(() => ({ seconds: (): number => 0 }))
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  uptime: () => upSince.seconds(),
}))

const { platform } = process
const minute = 60_000
const day = 24 * 60 * minute

/** Windows and macOS do not tell when a process started. */
describe.each(['darwin', 'win32'])('a lock on %s', { timeout: 30_000 }, (on) => {
  const own = useOwnSettings()
  const folder = () => join(own.dir, 'locks', 'test')
  const files = () => readdirSync(folder()).sort()
  const current = () => join(folder(), files().at(-1) ?? '')
  beforeEach(() => {
    Object.defineProperty(process, 'platform', { value: on })
    upSince.seconds = () => (10 * day) / 1000
  })
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform })
  })

  /** A lock whose owner was killed, and whose process ID a program that runs has now. */
  async function leave(age: number): Promise<void> {
    let owner = ''
    await withLock('test', async () => {
      owner = readFileSync(current(), 'utf8')
    })
    expect(JSON.parse(owner)).toEqual({ place: expect.any(String), pid: process.pid })
    writeFileSync(join(folder(), '50'), owner)
    const then = new Date(Date.now() - age)
    utimesSync(join(folder(), '50'), then, then)
  }
  /** How long the lock was waited for, or nothing when it was not free in time. */
  async function waited(maxWaitMs: number): Promise<number | undefined> {
    const began = performance.now()
    return withLock('test', async () => performance.now() - began, startPatience(maxWaitMs)).catch(
      () => undefined,
    )
  }

  it('that was left before the machine was started is free at once', async () => {
    await leave(3 * day)
    upSince.seconds = () => (2 * day) / 1000
    expect(await waited(100)).toBeLessThan(100)
  })

  it('that was left minutes ago, but before the machine was started, is free at once', async () => {
    await leave(1.5 * minute)
    upSince.seconds = () => 60
    expect(await waited(100)).toBeLessThan(100)
  })

  it.each([
    ['days ago', 3 * day],
    ['in the future, before the clock was set back', -3 * day],
  ])('that was left %s since then is free after some seconds, however short the patience', async (_, age) => {
    await leave(age)
    expect(await waited(0)).toBeLessThan(10_000)
    expect(files()).toEqual(['51'])
  })

  it('that was left where the system does not say when it was started is free after some seconds', async () => {
    await leave(3 * day)
    upSince.seconds = () => {
      throw new Error('uv_uptime returned EPERM')
    }
    expect(await waited(100)).toBeLessThan(10_000)
  })

  it('that was left a minute ago is not free', async () => {
    await leave(minute)
    expect(await waited(4_000)).toBeUndefined()
  })

  it('is touched while its owner works, and no more after that', async () => {
    const then = new Date(Date.now() - day)
    await withLock('test', async () => {
      utimesSync(current(), then, then)
      await vi.waitFor(() => expect(statSync(current()).mtimeMs).toBeGreaterThan(Date.now() - minute), 5_000)
    })
    utimesSync(current(), then, then)
    await sleep(1_500)
    expect(Math.round(statSync(current()).mtimeMs)).toBe(then.getTime())
  })

  it('of a waiter who waits for long is not swept away', async () => {
    await leave(0)
    const draft = join(folder(), 'draft-of-a-waiter')
    writeFileSync(draft, readFileSync(join(folder(), '50')))
    writeFileSync(join(folder(), '50'), '')
    const then = new Date(Date.now() - 10 * minute)
    utimesSync(draft, then, then)
    expect(await waited(100)).toBeDefined()
    expect(files()).toContain('draft-of-a-waiter')
    utimesSync(draft, new Date(Date.now() - 2 * day), new Date(Date.now() - 2 * day))
    expect(await waited(100)).toBeDefined()
    expect(files()).not.toContain('draft-of-a-waiter')
  })
})

/** A process that says when it has the lock, and keeps it until it is ended; to it, this machine is a Mac. */
const script = `import { setTimeout as sleep } from 'node:timers/promises'
import { withLock } from ${JSON.stringify(fileURLToPath(new URL('../../src/settings/lock.ts', import.meta.url)))}
Object.defineProperty(process, 'platform', { value: 'darwin' })
void withLock('test', async () => { console.log('held'); await sleep(600_000) })`

describe.each(['a file', 'a folder'])(
  'processes whose birth cannot be seen, and a lock that is %s',
  (kind) => {
    let dir: string
    const children = new Set<ChildProcess>()
    beforeAll(async () => {
      dir = mkdtempSync(join(tmpdir(), 'od-link-lock-'))
      await bundle(script, join(dir, 'lock.cjs'))
      writeFileSync(
        join(dir, 'no-links.cjs'),
        `require('node:fs').linkSync = () => { throw Object.assign(new Error('none'), { code: 'EPERM' }) }`,
      )
    })
    afterEach(() => {
      for (const child of children) child.kill('SIGKILL')
      children.clear()
      rmSync(join(dir, 'settings'), { recursive: true, force: true })
    })
    afterAll(() => rmSync(dir, { recursive: true, force: true }))

    function start() {
      const preload = kind === 'a folder' ? ['--require', join(dir, 'no-links.cjs')] : []
      const child = spawn(node, [...preload, join(dir, 'lock.cjs')], {
        env: { OD_LINK_CONFIG_DIR: join(dir, 'settings') },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      children.add(child)
      let isHeld = false
      const held = once(child.stdout, 'data').then(() => {
        isHeld = true
      })
      return { child, held, isHeld: () => isHeld }
    }
    const folder = () => join(dir, 'settings', 'locks', 'test')
    /** As after a clock that was set forward, or a machine that slept. */
    const age = () => {
      const then = new Date(Date.now() - 10 * minute)
      for (const name of readdirSync(folder())) utimesSync(join(folder(), name), then, then)
    }

    it('the owner that works on while its file becomes old keeps the lock', { timeout: 30_000 }, async () => {
      const owner = start()
      await owner.held
      const waiter = start()
      await sleep(500)
      for (let time = 0; time < 4; time += 1) {
        age()
        await sleep(1_700)
      }
      expect(waiter.isHeld()).toBe(false)
      owner.child.kill('SIGKILL')
      await waiter.held
    })

    it('the owner that has not touched its file for long loses the lock', { timeout: 30_000 }, async () => {
      const owner = start()
      await owner.held
      // It stands in for a program that has the owner's process ID by now.
      owner.child.kill('SIGSTOP')
      const waiter = start()
      await sleep(5_000)
      expect(waiter.isHeld()).toBe(false)
      age()
      await waiter.held
    })
  },
)
