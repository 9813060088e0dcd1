import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { withLock } from '../../src/accounts/lock.ts'
import { startPatience } from '../../src/retry.ts'
import { useOwnSettings } from '../helpers/own-settings.ts'

const own = useOwnSettings()
const folder = () => join(own.dir, 'locks', 'test')
const files = () => readdirSync(folder()).sort()
const soon = () => startPatience(120)
const isLinux = process.platform === 'linux'

/** What a holder of the lock leaves while it works: this process, so that it is alive. */
async function ownFile(): Promise<{ place: string; pid: number; born?: string }> {
  let text = ''
  await withLock('test', async () => {
    text = readFileSync(join(folder(), files().at(-1) ?? ''), 'utf8')
  })
  return JSON.parse(text)
}
/** Makes the lock look as if somebody else had it. */
function leave(owner: string | object, age = 0): string {
  mkdirSync(folder(), { recursive: true })
  const file = join(folder(), '50')
  writeFileSync(file, typeof owner === 'string' ? owner : JSON.stringify(owner))
  const then = new Date(Date.now() - age)
  utimesSync(file, then, then)
  return file
}
const isHeld = async () => {
  try {
    return await withLock('test', async () => false, soon())
  } catch (error) {
    expect(error).toMatchObject({
      kind: 'service',
      message: 'Another od-link is still renewing or changing this link.',
      hint: expect.stringContaining(`(its number is in ${folder()})`),
    })
    return true
  }
}

describe('work under the lock', () => {
  it('brings its result, or its error, and leaves one empty file', async () => {
    expect(await withLock('test', async () => 7)).toBe(7)
    await expect(withLock('test', async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(files()).toEqual(['2'])
    expect(statSync(join(folder(), '2')).size).toBe(0)
    expect(statSync(join(folder(), '2')).mode & 0o777).toBe(0o600)
  })

  it('is done one after the other, in any number', async () => {
    let [inside, most] = [0, 0]
    const work = async () => {
      inside += 1
      most = Math.max(most, inside)
      await sleep(3)
      inside -= 1
    }
    await Promise.all(Array.from({ length: 12 }, () => withLock('test', work)))
    expect({ inside, most }).toEqual({ inside: 0, most: 1 })
    expect(files()).toHaveLength(1)
  })

  it('of different names is done side by side', async () => {
    await withLock('test', async () => {
      expect(await withLock('a/../b', async () => 'beside', soon())).toBe('beside')
      expect(await isHeld()).toBe(true)
    })
    expect(readdirSync(join(own.dir, 'locks')).sort()).toEqual(['a%2F..%2Fb', 'test'])
  })

  it('says what it waits for, once, after a second', async () => {
    await withLock('test', async () => {
      await expect(withLock('test', async () => {}, startPatience(1_150))).rejects.toThrow('Another od-link')
    })
    expect(own.waiting).toEqual(['Waiting for another od-link, which is renewing or changing this link …'])
  })

  it('names the place where no lock can be kept', async () => {
    mkdirSync(join(own.dir, 'locks'), { recursive: true })
    writeFileSync(folder(), '')
    await expect(withLock('test', async () => {})).rejects.toMatchObject({ kind: 'usage' })
    mkdirSync(join(own.dir, 'locks', 'other', '7'), { recursive: true })
    // A folder in the place of a lock is none of ours, and the next number is free.
    expect(await withLock('other', async () => 'done')).toBe('done')
  })
})

describe('a lock that somebody has', () => {
  it('is theirs while they live', async () => {
    leave(await ownFile())
    expect(await isHeld()).toBe(true)
    expect(files()).toContain('50')
  })

  it('is theirs however long they take', async () => {
    leave(await ownFile(), 10 * 60_000)
    expect(await isHeld()).toBe(true)
  })

  it.each([
    ['is nobody’s when it is empty', () => ''],
    ['is nobody’s when no process of ours wrote it', () => '{"place"'],
    ['is nobody’s when its process has ended', (owner: object) => ({ ...owner, pid: 2 ** 22 - 1 })],
  ])('%s', async (_, left) => {
    leave(left(await ownFile()))
    expect(await isHeld()).toBe(false)
    expect(files()).toEqual(['51'])
  })

  it.runIf(isLinux)('is nobody’s when another process has got its number', async () => {
    leave({ ...(await ownFile()), born: '1' })
    expect(await isHeld()).toBe(false)
  })

  it('is believed for two minutes where its life cannot be seen from here', async () => {
    const stranger = { ...(await ownFile()), place: 'another host' }
    leave(stranger, 110_000)
    expect(await isHeld()).toBe(true)
    leave(stranger, 130_000)
    expect(await isHeld()).toBe(false)
  })

  it('says where, by which process, and since when that runs', async () => {
    const { place, pid, born } = await ownFile()
    expect(place.startsWith(`${hostname()} `)).toBe(true)
    expect(pid).toBe(process.pid)
    if (isLinux)
      expect({ place, born }).toEqual({
        place: expect.stringMatching(/ pid:\[\d+\]$/),
        born: expect.stringMatching(/^\d+$/),
      })
  })

  it('is the one with the highest number, counted as numbers', async () => {
    const alive = JSON.stringify(await ownFile())
    leave('')
    writeFileSync(join(folder(), '9'), alive)
    expect(await isHeld()).toBe(false)
    expect(files()).toEqual(['51'])
  })
})

describe('what killed waiters leave', () => {
  it('is swept away when it is old, and left alone when it may be in use', async () => {
    const owner = await ownFile()
    const dead = JSON.stringify({ ...owner, pid: 2 ** 22 - 1 })
    const drafts = { 'draft-old': dead, 'draft-young': dead, 'draft-alive': JSON.stringify(owner) }
    for (const [name, text] of Object.entries(drafts)) writeFileSync(join(folder(), name), text)
    const then = new Date(Date.now() - 11_000)
    for (const name of ['draft-old', 'draft-alive']) utimesSync(join(folder(), name), then, then)
    await withLock('test', async () => {})
    expect(files().filter((name) => name.startsWith('draft'))).toEqual(['draft-alive', 'draft-young'])
  })
})
