import fs, {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  isDraftOf,
  isInUse,
  removeDrafts,
  replaceFile,
  writeAtomically,
} from '../../src/system/atomic-write.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'od-link-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('a file that is written atomically', () => {
  it('replaces the earlier one, and is private', async () => {
    const path = join(dir, 'file')
    writeFileSync(path, 'old', { mode: 0o644 })
    await writeAtomically(path, 'new')
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(dir)).toEqual(['file'])
  })

  it('leaves no draft when it cannot take its place', async () => {
    const path = join(dir, 'folder')
    mkdirSync(join(path, 'not empty'), { recursive: true })
    await expect(writeAtomically(path, 'new')).rejects.toMatchObject({
      code: expect.stringMatching(/^(EISDIR|ENOTEMPTY|EEXIST|EPERM)$/),
    })
    expect(readdirSync(dir)).toEqual(['folder'])
  })
})

describe('a file that another program has open', () => {
  const failing = (code: string, times: number) =>
    vi.fn(async () => {
      times -= 1
      if (times >= 0) throw Object.assign(new Error(code), { code })
    })

  it.each([
    ['EPERM', 'win32'],
    ['EACCES', 'win32'],
    ['EBUSY', 'win32'],
    ['EBUSY', 'linux'],
  ] as const)('is replaced when it is free again: %s on %s', async (code, platform) => {
    const rename = failing(code, 3)
    let turns = 0
    const timer = setInterval(() => (turns += 1), 10)
    await replaceFile('draft', 'file', { rename, platform })
    clearInterval(timer)
    expect(rename.mock.calls).toEqual(Array(4).fill(['draft', 'file']))
    // Other work goes on meanwhile.
    expect(turns).toBeGreaterThan(3)
  })

  it.each([
    ['EPERM', 'linux'],
    ['EACCES', 'darwin'],
    ['ENOSPC', 'win32'],
  ] as const)('is not waited for when no wait would help: %s on %s', async (code, platform) => {
    const rename = failing(code, 1)
    await expect(replaceFile('draft', 'file', { rename, platform })).rejects.toMatchObject({ code })
    expect(rename).toHaveBeenCalledTimes(1)
  })

  it('is not waited for without end', async () => {
    const rename = failing('EPERM', 1_000)
    const refused = replaceFile('draft', 'file', { rename, platform: 'win32', withinMs: 120 })
    await expect(refused).rejects.toMatchObject({ code: 'EPERM' })
    expect(rename.mock.calls.length).toBeLessThan(6)
  })
})

describe('a file that cannot be replaced', () => {
  const keep = () => join(dir, 'file.new')
  /** The renames to these names fail. */
  const refusing = (code: string, ...targets: string[]) => {
    const { rename } = fs.promises
    vi.spyOn(fs.promises, 'rename').mockImplementation(async (from, to) => {
      if (targets.includes(basename(String(to)))) throw Object.assign(new Error(code), { code })
      return rename(from, to)
    })
    writeFileSync(join(dir, 'file'), 'old')
    return join(dir, 'file')
  }
  afterEach(() => vi.restoreAllMocks())

  it.each(['EPERM', 'EACCES', 'EROFS', 'ENOSPC', 'EDQUOT', 'EIO'])(
    'leaves what was written beside it where that is asked: %s',
    async (code) => {
      const path = refusing(code, 'file')
      expect(await writeAtomically(path, 'new', keep())).toMatchObject({ error: { code }, keptIn: keep() })
      expect(readFileSync(keep(), 'utf8')).toBe('new')
      expect(readFileSync(path, 'utf8')).toBe('old')
      expect(readdirSync(dir).sort()).toEqual(['file', 'file.new'])
    },
  )

  it('leaves the draft where it cannot even go there', async () => {
    const path = refusing('EROFS', 'file', 'file.new')
    const { keptIn = '' } = (await writeAtomically(path, 'new', keep())) ?? {}
    expect(keptIn).toMatch(/file\.[0-9a-f]{12}\.tmp$/)
    expect(readFileSync(keptIn, 'utf8')).toBe('new')
  })

  it.each([
    ['EPERM', false],
    ['ENOENT', true],
    ['EISDIR', true],
  ])('is an error otherwise, and leaves nothing: %s', async (code, isKept) => {
    const path = refusing(code, 'file')
    await expect(writeAtomically(path, 'new', isKept ? keep() : undefined)).rejects.toMatchObject({ code })
    expect(readdirSync(dir)).toEqual(['file'])
  })

  it('says nothing when it was replaced', async () => {
    const path = join(dir, 'other')
    expect(await writeAtomically(path, Buffer.from('new'), keep())).toBeUndefined()
    expect(readdirSync(dir)).toEqual(['other'])
  })
})

it.each([
  ['EPERM', true],
  ['EACCES', true],
  ['EBUSY', true],
  ['ENOSPC', false],
  [undefined, false],
])('%s may mean that another program has a file open: %j', (code, expected) => {
  expect(isInUse(Object.assign(new Error(), { code }))).toBe(expected)
})

describe('drafts of killed writers', () => {
  it('are removed once they are old enough, and nothing else is', async () => {
    const path = join(dir, 'a.json')
    for (const name of ['a.json', 'a.json.0123.tmp', 'a.json.4567.tmp', 'b.json.0123.tmp'])
      writeFileSync(join(dir, name), '')
    const before = new Date(Date.now() - 90_000)
    utimesSync(join(dir, 'a.json.0123.tmp'), before, before)
    await removeDrafts(dir, isDraftOf(path), 60_000)
    expect(readdirSync(dir).sort()).toEqual(['a.json', 'a.json.4567.tmp', 'b.json.0123.tmp'])
    await removeDrafts(dir, isDraftOf(path))
    expect(readdirSync(dir).sort()).toEqual(['a.json', 'b.json.0123.tmp'])
  })

  it('in a folder that does not exist are none', async () => {
    await removeDrafts(join(dir, 'absent'), () => true)
  })
})

describe('a folder of drafts', () => {
  it('that cannot be listed is an error', async () => {
    writeFileSync(join(dir, 'file'), '')
    await expect(removeDrafts(join(dir, 'file'), () => true)).rejects.toMatchObject({ code: 'ENOTDIR' })
  })

  it.runIf(process.platform === 'linux')('is synced, so that the new name survives a power cut', async () => {
    const synced: string[] = []
    const real = fs.fsync
    vi.spyOn(fs, 'fsync').mockImplementation((fd, done) => {
      synced.push(fs.readlinkSync(`/proc/self/fd/${fd}`))
      real(fd, done)
    })
    syncBuiltinESMExports()
    await writeAtomically(join(dir, 'file'), 'new')
    vi.restoreAllMocks()
    syncBuiltinESMExports()
    expect(synced).toEqual([expect.stringMatching(/file\.[0-9a-f]{12}\.tmp$/), dir])
  })
})

describe('a file system that does not sync', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    syncBuiltinESMExports()
  })
  const failing = (code: string) => {
    vi.spyOn(fs, 'fsync').mockImplementation((_, done) => done(Object.assign(new Error(code), { code })))
    syncBuiltinESMExports()
  }

  it.each(['EINVAL', 'ENOTSUP', 'ENOSYS', 'EPERM', 'EBADF', 'EACCES'])(
    'keeps the text after %s',
    async (code) => {
      failing(code)
      const path = join(dir, 'file')
      await writeAtomically(path, 'the only refresh token')
      expect(readFileSync(path, 'utf8')).toBe('the only refresh token')
      expect(readdirSync(dir)).toEqual(['file'])
    },
  )

  it.each(['EIO', 'ENOSPC', 'EDQUOT'])('reports %s, after which the text may be lost', async (code) => {
    failing(code)
    writeFileSync(join(dir, 'file'), 'old')
    await expect(writeAtomically(join(dir, 'file'), 'new')).rejects.toMatchObject({ code })
    expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('old')
    expect(readdirSync(dir)).toEqual(['file'])
  })
})
