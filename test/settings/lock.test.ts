import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { clientSecretFor, saveClientSecret } from '../../src/accounts/client-secret.ts'
import { moveChoice } from '../../src/accounts/move.ts'
import { startPatience } from '../../src/http/retry.ts'
import { saveSettings } from '../../src/settings/index.ts'
import { withLock } from '../../src/settings/lock.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'

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
      message: 'Another od-link process is still renewing or changing this link.',
      hint: expect.stringContaining(`its process ID is in ${folder()}.`),
    })
    return true
  }
}

/** The fields of proc(5) behind the command's name: the state is the first, the start time the twentieth. */
const fieldsOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ')

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
    expect(own.waiting).toEqual([
      'Waiting for another od-link process that is renewing or changing this link…',
    ])
  })

  it('says nothing of a short wait', async () => {
    await withLock('test', async () => expect(await isHeld()).toBe(true))
    expect(own.waiting).toEqual([])
  })

  it('empties nothing that somebody puts in the place of its file', async () => {
    const other = join(own.dir, 'other')
    writeFileSync(other, 'of somebody')
    await withLock('test', async () => {
      const mine = join(folder(), files().at(-1) ?? '')
      rmSync(mine)
      symlinkSync(other, mine)
    })
    expect(readFileSync(other, 'utf8')).toBe('of somebody')
  })

  it.runIf(isLinux)('names the folder in which no file can be made', async () => {
    mkdirSync(join(own.dir, 'locks'), { recursive: true })
    // Even root makes no file there.
    symlinkSync('/sys', folder())
    const work = vi.fn()
    await expect(withLock('test', work)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/^od-link cannot create a lock in (.*) \((EPERM|EACCES|EROFS)\)\.$/),
      hint: 'Make it writable, or use another directory: OD_LINK_CONFIG_DIR=/path/to/a/directory',
      cause: expect.any(Error),
    })
    await expect(withLock('test', work)).rejects.toThrow(`a lock in ${folder()} (`)
    expect(work).not.toHaveBeenCalled()
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

  it('is nobody’s when its process has ended, on a system that does not tell when it began', async () => {
    const { born, ...owner } = await ownFile()
    leave({ ...owner, pid: 2 ** 22 - 1 })
    expect(await isHeld()).toBe(false)
  })

  it('is theirs when the process is another user’s', async () => {
    leave(await ownFile())
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' })
    })
    try {
      expect(await isHeld()).toBe(true)
    } finally {
      kill.mockRestore()
    }
  })

  it.runIf(isLinux)('is nobody’s when its process has ended, and its parent has not noticed', async () => {
    const owner = await ownFile()
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 20'])
    try {
      const pid = Number((await once(parent.stdout, 'data'))[0])
      await vi.waitFor(() => expect(fieldsOf(pid)[0]).toBe('Z'))
      leave({ ...owner, pid, born: fieldsOf(pid)[19] })
      expect(await isHeld()).toBe(false)
    } finally {
      parent.kill('SIGKILL')
    }
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
        born: fieldsOf(process.pid)[19],
      })
  })

  it('is the one with the highest number, counted as numbers', async () => {
    const alive = JSON.stringify(await ownFile())
    leave('')
    writeFileSync(join(folder(), '9'), alive)
    expect(await isHeld()).toBe(false)
    expect(files()).toEqual(['51'])
  })

  it('is not what only looks like a number', async () => {
    leave('')
    writeFileSync(join(folder(), '99 of mine'), '')
    expect(await isHeld()).toBe(false)
    expect(files()).toEqual(['51', '99 of mine'])
  })
})

/** What other processes do between the look at the lock and the taking of it, which no test could time. */
describe('a lock that others take meanwhile', () => {
  const RealDate = Date
  afterEach(() => {
    globalThis.Date = RealDate
  })
  /** The clock is read there, in order to give the lock's file its time. */
  const meanwhile = (work: () => void) => {
    let left = 1
    globalThis.Date = class extends RealDate {
      constructor() {
        super()
        left -= 1
        if (left === 0) work()
      }
    } as DateConstructor
  }

  it('is not taken a second time under the same number', async () => {
    const owner = JSON.stringify(await ownFile())
    leave('')
    meanwhile(() => writeFileSync(join(folder(), '51'), owner))
    expect(await isHeld()).toBe(true)
    expect(readFileSync(join(folder(), '51'), 'utf8')).toBe(owner)
  })

  it('is not taken under a number that is past', async () => {
    const owner = JSON.stringify(await ownFile())
    leave('')
    meanwhile(() => {
      rmSync(join(folder(), '50'))
      writeFileSync(join(folder(), '52'), owner)
    })
    expect(await isHeld()).toBe(true)
    expect(files()).not.toContain('51')
  })

  it('cannot be had when what it is made of is taken away', async () => {
    leave('')
    meanwhile(() => {
      for (const name of files()) if (name.startsWith('draft')) rmSync(join(folder(), name))
    })
    await expect(withLock('test', async () => {})).rejects.toThrow(
      `od-link cannot create a lock in ${folder()} (ENOENT).`,
    )
  })
})

describe('what killed waiters leave', () => {
  it('is swept away when it is old, and left alone when it may be in use', async () => {
    const owner = await ownFile()
    const dead = JSON.stringify({ ...owner, pid: 2 ** 22 - 1 })
    const drafts = { 'draft-old': dead, 'draft-young': dead, 'draft-alive': JSON.stringify(owner) }
    for (const [name, text] of Object.entries(drafts)) writeFileSync(join(folder(), name), text)
    writeFileSync(join(folder(), 'note'), 'of another hand')
    const then = new Date(Date.now() - 11_000)
    for (const name of ['draft-old', 'draft-alive', 'note']) utimesSync(join(folder(), name), then, then)
    await withLock('test', async () => {})
    expect(files().filter((name) => name.startsWith('draft'))).toEqual(['draft-alive', 'draft-young'])
    expect(existsSync(join(folder(), 'note'))).toBe(true)
  })
})

it('a registration that is saved while the choice of the store moves waits for nobody who waits for it', async () => {
  await saveSettings({ store: 'file' })
  delete process.env.OD_LINK_STORE
  let moving: Promise<void> = Promise.resolve()
  const began = performance.now()
  await withLock('settings', async () => {
    moving = moveChoice('helper:none')
    await sleep(200)
    await saveClientSecret('a-secret', 'an-id')
  })
  expect(performance.now() - began).toBeLessThan(3_000)
  // The secret is there by then, and cannot go where there is no helper.
  await expect(moving).rejects.toMatchObject({ kind: 'keychain' })
  expect(await clientSecretFor('an-id')).toBe('a-secret')
})
