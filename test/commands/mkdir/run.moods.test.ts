import { beforeEach, describe, expect, it } from 'vitest'
import { ada, grace, useLinked } from '../../helpers/program/linked.ts'
import { asked } from '../../helpers/program/many-folders.ts'

/* Drives that read names and paths in ways of their own; the sandbox's moods name the sources. */

const at = useLinked()
const mood = (moods: object) => at.sandbox.control('POST', 'settings', { moods: { [ada]: moods } })
const list = (...paths: string[]) =>
  at.world.run(['mkdir', '--from-file', '-'], { input: paths.map((path) => `${path}\n`).join('') })
beforeEach(() => at.forgetRequests())

describe('a drive where names that only look different conflict', () => {
  const pairs = [
    ['/🎵 Music', '/🎸 Music'],
    ['/Maersk', '/Mærsk'],
  ] as const

  it.each(pairs)('has %s, and says at once that %s is similar', async (first, second) => {
    await mood({ similarNames: 'conflicting' })
    expect((await at.world.run(['mkdir', first])).code).toBe(0)
    await at.forgetRequests()
    const { code, stdout, stderr } = await at.world.run(['mkdir', '-p', second])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/an existing item with a similar name/)
    expect(stderr).not.toMatch(/cannot (be seen|read)|reuse|rename/)
    expect((await at.requests('graph')).length).toBeLessThan(5)
    const many = await list(second)
    expect([many.code, many.stdout]).toEqual([3, ''])
    expect(many.stderr).toMatch(/similar name/)
    await mood({ similarNames: 'different' })
  })
})

describe('a drive that reads an unclosed path as a property', () => {
  it.each(['/Backup/photo', '/Backup/Google Drive'])('has %s, and finds it again', async (path) => {
    const moods = { [ada]: { unclosedPaths: 'properties' }, [grace]: { unclosedPaths: 'properties' } }
    await at.sandbox.control('POST', 'settings', { moods })
    for (const _ of ['the first time', 'the second time']) {
      const { code, stdout, stderr } = await at.world.run(['mkdir', '-p', path])
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${path}\n`, stderr: '' })
    }
    expect((await list(`${path}/photo`, `${path}/photo/drive`)).code).toBe(0)
    expect((await at.world.run(['mkdir', '-p', `${path}/photo/drive`])).code).toBe(0)
    await mood({ unclosedPaths: 'names' })
  })
})

describe('a cloud that ignores the path behind an ID', () => {
  it('gets no folder in the wrong place', async () => {
    await mood({ pathsBehindIds: 'ignored' })
    const { code, stderr } = await list('/A/B/C', '/A/B/D', '/A')
    expect({ code, said: stderr }).toEqual({ code: 0, said: expect.stringContaining('All 3 folders exist') })
    expect((await at.drive()).filter((path) => path.startsWith('/A'))).toEqual([
      '/A',
      '/A/B',
      '/A/B/C',
      '/A/B/D',
    ])
    const again = await list('/A/B/C', '/A/B/E')
    expect(again.code).toBe(0)
    expect(await at.drive()).toContain('/A/B/E')
    await mood({ pathsBehindIds: 'followed' })
  })
})

describe('a tree of folders', () => {
  it('is sent in batches that Graph accepts, and in few of them', async () => {
    const paths = ['x', 'y', 'z'].flatMap((top) =>
      ['1', '2', '3', '4'].flatMap((middle) =>
        ['a', 'b', 'c', 'd', 'e'].map((leaf) => `/Tree/${top}/${middle}/${leaf}`),
      ),
    )
    const { code } = await list(...paths)
    expect(code).toBe(0)
    const { exchanges, inner } = await asked(at)
    expect(exchanges.map(({ status }) => status).filter((status) => status !== 200)).toEqual([])
    // 1 + 3 + 12 + 60 folders, and a list of the root.
    expect(inner.filter(({ method }) => method === 'POST')).toHaveLength(76)
    expect(exchanges.length).toBeLessThan(16)
  })
})
