import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundle } from '../helpers/program/bundle.ts'
import { node } from '../helpers/program/od-link.ts'

/** A process that works under the lock: `add N`, or `hold` until it is ended. */
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
  if (what === 'add') for (let n = 0; n < Number(times); n += 1) await withLock('test', add)
  if (what === 'hold') await withLock('test', async () => { console.log('held'); await sleep(600_000) })
  if (what === 'die') await withLock('test', async () => process.kill(process.pid, 'SIGKILL'))
}
void main()`

describe('the lock between processes', { timeout: 30_000 }, () => {
  let dir: string
  let program: string
  let counter: string
  const children = new Set<ChildProcess>()
  const folder = () => join(dir, 'settings', 'locks', 'test')

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-lock-'))
    program = join(dir, 'lock.cjs')
    counter = join(dir, 'counter')
    await bundle(script, program)
  })
  beforeEach(() => {
    rmSync(join(dir, 'settings'), { recursive: true, force: true })
    writeFileSync(counter, '0')
  })
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })

  function start(...args: string[]): ChildProcess {
    const child = spawn(node, [program, args[0] ?? '', counter, ...args.slice(1)], {
      env: { OD_LINK_CONFIG_DIR: join(dir, 'settings') },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.add(child)
    child.once('exit', () => children.delete(child))
    return child
  }
  async function holding(): Promise<ChildProcess> {
    const child = start('hold')
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    return child
  }
  const add = async (times: number) => {
    const [code] = await once(start('add', String(times)), 'exit')
    expect(code).toBe(0)
  }
  const count = () => Number(readFileSync(counter, 'utf8'))
  const ended = async (child: ChildProcess) => {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  /** The lock of a process that was killed, changed as if somebody else had left it. */
  async function leave(change: (owner: string) => string, age = 0): Promise<void> {
    const owner = await holding()
    const [number] = readdirSync(folder()).filter((name) => /^\d+$/.test(name))
    const file = join(folder(), String(number))
    const left = change(readFileSync(file, 'utf8').replaceAll(String(owner.pid), String(process.pid)))
    owner.kill('SIGKILL')
    await ended(owner)
    writeFileSync(file, left)
    const then = new Date(Date.now() - age)
    utimesSync(file, then, then)
  }
  async function quickly(): Promise<void> {
    const before = performance.now()
    await add(1)
    expect(performance.now() - before).toBeLessThan(10_000)
    expect(count()).toBe(1)
  }

  it('lets eight processes count to 200 without losing one', async () => {
    await Promise.all(Array.from({ length: 8 }, () => add(25)))
    expect(count()).toBe(200)
  })

  it('leaves one file behind, however often it was held', async () => {
    await Promise.all(Array.from({ length: 4 }, () => add(10)))
    expect(readdirSync(folder())).toHaveLength(1)
  })

  it('loses none while owners are killed among those who count', async () => {
    const counting = Array.from({ length: 5 }, () => add(20))
    const dying = Array.from({ length: 8 }, async (_, index) => {
      await sleep(index * 60)
      await ended(start('die'))
    })
    await Promise.all([...counting, ...dying])
    expect(count()).toBe(100)
  })

  it('of a killed owner is taken over at once', async () => {
    const owner = await holding()
    owner.kill('SIGKILL')
    await ended(owner)
    await quickly()
  })

  it('of a killed owner is taken over at once by those who wait', async () => {
    const owner = await holding()
    const waiting = [add(1), add(1), add(1)]
    await sleep(500)
    expect(count()).toBe(0)
    const before = performance.now()
    owner.kill('SIGKILL')
    await Promise.all(waiting)
    expect(performance.now() - before).toBeLessThan(3_000)
    expect(count()).toBe(3)
  })

  it('of an owner that stands still is not taken away', async () => {
    const owner = await holding()
    owner.kill('SIGSTOP')
    const waiting = add(1)
    await sleep(700)
    expect(count()).toBe(0)
    owner.kill('SIGKILL')
    await waiting
    expect(count()).toBe(1)
  })

  it.runIf(process.platform === 'linux')(
    'of a process whose number another one has now is taken over at once',
    async () => {
      await leave((owner) => owner)
      await quickly()
    },
  )

  it('of a process that ended long ago is taken over at once', async () => {
    await leave((owner) => owner.replaceAll(String(process.pid), String(2 ** 22 + 1)), 600_000)
    await quickly()
  })

  const elsewhere = (owner: string) => owner.replaceAll(hostname(), 'another.example')

  it('of another machine is respected for a while', async () => {
    await leave(elsewhere)
    const waiting = start('add', '1')
    await sleep(600)
    expect(count()).toBe(0)
    waiting.kill('SIGKILL')
    await ended(waiting)
  })

  it('of another machine is taken over after some minutes', async () => {
    await leave(elsewhere, 180_000)
    await quickly()
  })

  it.each(['', 'garbage', '{"pid":', '\0\0\0'])('that holds %j keeps nobody out', async (text) => {
    await leave(() => text)
    await quickly()
  })

  it('leaves nothing, some time later, of the processes that were killed while they waited', async () => {
    const owner = await holding()
    const waiting = [start('add', '1'), start('add', '1'), start('add', '1')]
    while (readdirSync(folder()).length < 4) await sleep(20)
    for (const child of waiting) child.kill('SIGKILL')
    await Promise.all(waiting.map(ended))
    owner.kill('SIGKILL')
    await ended(owner)
    const then = new Date(Date.now() - 600_000)
    for (const name of readdirSync(folder())) utimesSync(join(folder(), name), then, then)
    await add(1)
    expect(readdirSync(folder())).toHaveLength(1)
  })
})
