import { beforeAll, describe, expect, it } from 'vitest'
import { ada, grace, useLinked } from '../../helpers/program/linked.ts'
import { listOf, makeMany, makeManyInJson, treeOf, withParents } from '../../helpers/program/many-folders.ts'

describe('many folders in several drives', () => {
  const at = useLinked()
  beforeAll(() => at.world.login('--login-hint', grace, '--as', 'home'))

  const of = async (user: string, top: string) =>
    (await at.drive(user)).filter((path) => path.startsWith(top)).sort()

  it('are created in each of them with --all-accounts', async () => {
    const paths = treeOf('/all', 3, 30)
    const { code, lines } = await makeMany(at.world, paths, '--all-accounts')
    expect(code).toBe(0)
    expect(lines.sort()).toEqual(
      [ada, 'home'].flatMap((account) => paths.map((path) => `${account}:${path}`)).sort(),
    )
    for (const user of [ada, grace]) expect(await of(user, '/all')).toEqual(withParents(paths))
  })

  it('are created in those that are named, once in each', async () => {
    const flags = ['--account', 'home', '--account', grace, '-a', ada]
    const { code, folders, summary } = await makeManyInJson(at.world, ['/named/x'], ...flags)
    expect(code).toBe(0)
    expect(folders.map(({ account, path }) => [account, path]).sort()).toEqual([
      [ada, '/named/x'],
      ['home', '/named/x'],
    ])
    expect(summary).toMatchObject({ folders: 2, created: 2, accounts: 2 })
    const one = await makeManyInJson(at.world, ['/named/y'], '--account', 'home')
    expect(one.folders).toEqual([expect.not.objectContaining({ account: expect.anything() })])
    expect(await of(ada, '/named/y')).toEqual([])
  })

  it('are created in one drive when another one refuses; the failures are listed by account', async () => {
    await at.sandbox.control('POST', 'revoke', { username: grace })
    await at.sandbox.control('POST', 'expire')
    const paths = treeOf('/half', 2, 30)
    const { code, lines, stderr } = await makeMany(at.world, paths, '--all-accounts')
    expect(code).toBe(4)
    expect(lines.sort()).toEqual(paths.map((path) => `${ada}:${path}`).sort())
    expect(stderr).toContain('Missing in the drive of home:')
    expect(
      stderr
        .split('\n')
        .filter((line) => line.startsWith('/'))
        .sort(),
    ).toEqual(paths.toSorted())
    expect(stderr).toContain('60 of 120 folders exist (60 created, 60 skipped, plus 3 parents; ')
    expect(await of(ada, '/half')).toEqual(withParents(paths))
  })

  it('stop in all of them with --fail-fast', async () => {
    const input = listOf(treeOf('/fast', 20, 100))
    const { code, stdout } = await at.world.run(
      ['mkdir', '--from-file', '-', '--all-accounts', '--fail-fast'],
      { input },
    )
    expect(code).toBe(4)
    expect(stdout.split('\n').length).toBeLessThan(2_001)
  })
})
