import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { grace, jsonError, useLinked } from '../../helpers/program/linked.ts'
import {
  asked,
  below,
  listOf,
  makeMany,
  makeManyInJson,
  treeOf,
  withParents,
} from '../../helpers/program/many-folders.ts'

describe('many folders', () => {
  const at = useLinked()
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })

  it('are created in few exchanges, each folder by one request', async () => {
    const paths = treeOf('/fresh', 10, 100)
    const { code, lines } = await makeMany(at.world, paths)
    expect({ code, lines: lines.sort() }).toEqual({ code: 0, lines: paths.toSorted() })
    expect(await below(at, '/fresh')).toEqual(withParents(paths))
    const { exchanges, inner } = await asked(at)
    // One looks for the top folder; 1,011 create, 20 per batch, and the first batches cannot be full.
    expect(inner.length).toBe(1 + 1_011)
    expect(exchanges.length).toBeLessThan(60)
  })

  it('that exist cost one request for each of their parents, and for each 200 children', async () => {
    const paths = treeOf('/there', 4, 250)
    await makeMany(at.world, paths)
    await at.forgetRequests()
    const { code, folders, summary } = await makeManyInJson(at.world, paths)
    expect(code).toBe(0)
    expect(summary).toMatchObject({ folders: 1_000, created: 0, exists: 1_000, failed: 0, skipped: 0 })
    expect(new Set(folders.map(({ status, created }) => `${status} ${created}`))).toEqual(
      new Set(['exists false']),
    )
    const { inner } = await asked(at)
    // The root, /there, and two pages for each of the four.
    expect(inner.map(({ method }) => method)).toEqual(Array.from({ length: 10 }, () => 'GET'))
  })

  it('of which some exist are completed, and nothing is created twice', async () => {
    const paths = treeOf('/some', 3, 30)
    await makeMany(
      at.world,
      paths.filter((_, n) => n % 3 === 0),
    )
    const { code, summary } = await makeManyInJson(at.world, paths)
    expect(code).toBe(0)
    expect(summary).toMatchObject({ created: 60, exists: 30, parentsCreated: 0 })
    expect(await below(at, '/some')).toEqual(withParents(paths))
  })

  it('are reported in JSON, one object per folder, with a summary last', async () => {
    const { code, folders, summary, stderr } = await makeManyInJson(at.world, ['/json/a b', '/json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(folders).toEqual([
      ...['/json', '/json/a b'].map((path) => ({
        path,
        name: path.split('/').at(-1),
        id: expect.any(String),
        webUrl: expect.stringContaining('://'),
        created: true,
        status: 'created',
      })),
    ])
    expect(summary).toEqual({
      ...{ folders: 2, created: 2, exists: 0, failed: 0, skipped: 0, parentsCreated: 0, accounts: 1 },
      ...{ requests: 3, refused: 0, seconds: expect.any(Number), exitCode: 0 },
    })
  })

  it('have the name that the drive has, if its spelling differs', async () => {
    await at.world.run(['mkdir', '/', 'Spelled'])
    const { lines } = await makeMany(at.world, ['spelled', 'SPELLED/Child'])
    expect(lines.sort()).toEqual(['/Spelled', '/spelled/Child'])
  })

  it('in a large folder that has few of them are read one by one, instead of listing all of it', async () => {
    await makeMany(
      at.world,
      Array.from({ length: 1_500 }, (_, n) => `/large/n${n}`),
    )
    await at.forgetRequests()
    const { code, summary } = await makeManyInJson(at.world, ['/large/n1499', '/large/new'])
    expect(code).toBe(0)
    expect(summary).toMatchObject({ created: 1, exists: 1 })
    expect((await asked(at)).inner.length).toBeLessThan(8)
  })

  it('have messages only on stderr, and none with --quiet', async () => {
    const { code, stderr } = await makeMany(at.world, ['/quiet/a'], '--quiet')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('add nothing to what a single mkdir loads', () => {
    const [commandLine, usual] = ['od-link', 'usual'].map((name) =>
      readFileSync(new URL(`../../../dist/${name}.cjs`, import.meta.url), 'utf8'),
    )
    expect(usual).toContain('conflictBehavior')
    expect(commandLine + String(usual)).not.toContain('$batch')
  })

  it('are also created with only one batch at once', async () => {
    const paths = treeOf('/jobs', 5, 20)
    await at.sandbox.control('POST', 'settings', { latencyMs: 20 })
    const { code } = await makeMany(at.world, paths, '--jobs', '1')
    await at.sandbox.control('POST', 'settings', { latencyMs: 0 })
    expect(code).toBe(0)
    expect(await below(at, '/jobs')).toEqual(withParents(paths))
  })
})

describe('folders that cannot be created', () => {
  const at = useLinked()
  beforeEach(() => at.calm())

  it('because of a file in their place fail, with all that is below; the others are created', async () => {
    await at.world.run(['mkdir', '/', 'mixed'])
    await at.putFile('/mixed/file')
    const paths = ['/mixed/a', '/mixed/file', '/mixed/file/x', '/mixed/file/y/z', '/mixed/b']
    const { code, lines, stderr } = await makeMany(at.world, paths)
    expect({ code, lines: lines.sort() }).toEqual({ code: 3, lines: ['/mixed/a', '/mixed/b'] })
    expect(stderr).toContain('✗ /mixed/file: The name is taken by a file.')
    expect(stderr).toContain('2 of 5 folders exist (2 created, 1 failed, 2 skipped; ')
    expect(stderr).toMatch(/next: Choose another name\./)
    expect(await below(at, '/mixed')).toEqual(['/mixed', '/mixed/a', '/mixed/b', '/mixed/file (file)'])
  })

  it('are listed on stderr so that they can be retried', async () => {
    await at.world.run(['mkdir', '/', 'again'])
    await at.putFile('/again/in the way')
    const paths = ['/again/ok', '/again/in the way/x', '/again/in the way/# y']
    const first = await makeMany(at.world, paths)
    expect(first.code).toBe(3)
    const failed = first.stderr.split('\n').filter((line) => line.startsWith('/'))
    expect(failed.sort()).toEqual(['/again/in the way/# y', '/again/in the way/x'])
    await at.graph('DELETE', '/me/drive/root:/again/in%20the%20way')
    const second = await at.world.run(['mkdir', '--from-file', '-'], { input: listOf(failed) })
    expect({ code: second.code, lines: second.stdout.split('\n').slice(0, -1).sort() }).toEqual({
      code: 0,
      lines: failed,
    })
  })

  it('are reported in JSON with their error, and the error is on stderr as always', async () => {
    await at.world.run(['mkdir', '/', 'jsonfail'])
    await at.putFile('/jsonfail/f')
    const { code, folders, summary, stderr } = await makeManyInJson(at.world, [
      '/jsonfail/f',
      '/jsonfail/f/x',
    ])
    expect(code).toBe(3)
    const error = { kind: 'taken', exitCode: 3, message: 'The name is taken by a file.' }
    expect(folders).toMatchObject([
      { path: '/jsonfail/f', created: false, status: 'failed', error },
      { path: '/jsonfail/f/x', created: false, status: 'skipped', error },
    ])
    expect(summary).toMatchObject({ failed: 1, skipped: 1, exitCode: 3 })
    expect(jsonError(stderr)).toMatchObject({ kind: 'taken', exitCode: 3 })
  })

  it('stop the others with --fail-fast', async () => {
    await at.world.run(['mkdir', '/', 'fast'])
    await at.putFile('/fast/f')
    const paths = ['/fast/f', ...Array.from({ length: 100 }, (_, n) => `/fast/${n}`)]
    const { code, folders, summary } = await makeManyInJson(at.world, paths, '--fail-fast', '--jobs', '1')
    expect(code).toBe(3)
    expect(folders).toHaveLength(101)
    expect(summary.skipped).toBeGreaterThan(0)
  })

  it('for lack of space end the run, because all others would fail as well', async () => {
    await at.sandbox.control('POST', 'settings', { quotaFull: true })
    const { code, stderr } = await makeMany(at.world, treeOf('/full', 3, 50))
    await at.sandbox.control('POST', 'settings', { quotaFull: false })
    expect(code).toBe(9)
    expect(stderr).toContain('✗ /full: There is no space left in this OneDrive (HTTP 507).\n')
    expect(stderr.split('\n').filter((line) => line.startsWith('/'))).toHaveLength(150)
  })
})

describe('a personal drive in its other moods', () => {
  const at = useLinked({ user: grace })

  it.each([{ existing: 200 }, { missingParents: 'made' }])('is understood: %j', async (mood) => {
    await at.sandbox.control('POST', 'settings', { moods: { [grace]: mood } })
    const paths = treeOf(`/${Object.keys(mood)[0]}`, 3, 30)
    expect((await makeManyInJson(at.world, paths)).summary).toMatchObject({ created: 90, parentsCreated: 4 })
    expect((await makeManyInJson(at.world, paths)).summary).toMatchObject({ created: 0, exists: 90 })
  })
})
