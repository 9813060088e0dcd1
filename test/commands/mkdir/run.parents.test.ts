import { beforeEach, describe, expect, it } from 'vitest'
import { grace, jsonError, useLinked } from '../../helpers/program/linked.ts'

describe('parents', () => {
  const at = useLinked()
  beforeEach(() => at.forgetRequests())

  it('a missing one is an error that says which, and how to create it', async () => {
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/No/such', 'x'])
    expect({ code, stdout }).toEqual({ code: 8, stdout: '' })
    expect(stderr).toContain('There is no folder "/No/such".')
    expect(stderr).toContain('od-link mkdir -p /No/such/x')
    expect(await at.drive()).toEqual([])
  })

  it('the command in that advice works when it is pasted into a shell', async () => {
    const { stderr } = await at.world.run(['mkdir', '--json', "/Ada's $HOME", 'x y'])
    const { hint, code, kind } = jsonError(stderr)
    expect({ code, kind }).toEqual({ code: 'itemNotFound', kind: 'not-found' })
    expect(hint).toBe("od-link mkdir -p '/Ada'\\''s $HOME/x y'")
  })

  it('-p creates those that are missing, and prints only the folder that was typed', async () => {
    const { code, stdout } = await at.world.run(['mkdir', '-p', '/a/b/c'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/a/b/c\n' })
    expect(await at.drive()).toEqual(['/a', '/a/b', '/a/b/c'])
  })

  it('-p accepts an existing folder, with two requests', async () => {
    const { code, stdout } = await at.world.run(['mkdir', '-p', '--json', '/a/b/c'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([{ path: '/a/b/c', created: false }])
    expect((await at.requests()).length).toBeLessThanOrEqual(2)
  })

  it('-p creates several names in a new parent', async () => {
    const { code, stdout } = await at.world.run(['mkdir', '-p', '/new/parent', 'x', 'y'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/new/parent/x\n/new/parent/y\n' })
  })

  it('-p with --on-conflict fail refuses an existing folder, but only as the last part', async () => {
    const { code, stdout } = await at.world.run(['mkdir', '-p', '--on-conflict', 'fail', '/a/b/c'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    const other = await at.world.run(['mkdir', '-p', '--on-conflict', 'fail', '/a/b/d/e'])
    expect({ code: other.code, stdout: other.stdout }).toEqual({ code: 0, stdout: '/a/b/d/e\n' })
  })

  it('-p with --on-conflict rename renames the last part, never a parent', async () => {
    const { code, stdout } = await at.world.run(['mkdir', '-p', '--on-conflict', 'rename', '/a/b/c'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/a/b/c 1\n' })
    const deeper = await at.world.run(['mkdir', '-p', '--on-conflict', 'rename', '/a/b/r/s'])
    expect(deeper.stdout).toBe('/a/b/r/s\n')
    expect(await at.drive()).not.toContain('/a 1')
  })

  it.each([
    ['with -p', ['-p']],
    ['without -p', []],
  ])('a file in the place of a parent stays one, %s', async (_how, flags) => {
    if (!(await at.drive()).includes('/file (file)')) await at.putFile('/file')
    const before = await at.drive()
    const { code, stdout, stderr } = await at.world.run(['mkdir', ...flags, '/file/x', 'y'])
    expect(stdout).toBe('')
    // Without -p it is enough to report what the drive says: bad path, or no such folder.
    expect(flags.length > 0 ? [3] : [2, 3, 8]).toContain(code)
    expect(stderr).toContain('/file')
    expect(await at.drive()).toEqual(before)
  })

  it('a file as the parent itself is said to be one', async () => {
    const { code, stdout, stderr } = await at.world.run(['mkdir', '-p', '/file', 'x'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('"/file" is a file')
  })

  it('many processes that create one deep path with -p at once all succeed', async () => {
    const runs = await Promise.all(
      Array.from({ length: 6 }, (_value, index) =>
        at.world.run(['mkdir', '-p', '/shared/by/all', `${index}`]),
      ),
    )
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      runs.map(() => ({ code: 0, stderr: '' })),
    )
    const below = (await at.drive()).filter((path) => path.startsWith('/shared'))
    expect(below).toEqual([
      '/shared',
      '/shared/by',
      '/shared/by/all',
      ...runs.map((_run, index) => `/shared/by/all/${index}`),
    ])
  })
})

describe('a personal drive that creates missing parents by itself', () => {
  const at = useLinked({ user: grace })

  it('gets its way', async () => {
    await at.sandbox.control('POST', 'settings', { moods: { [grace]: { missingParents: 'made' } } })
    const { code, stdout } = await at.world.run(['mkdir', '/by/itself', 'x'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/by/itself/x\n' })
    expect(await at.drive(grace)).toEqual(['/by', '/by/itself', '/by/itself/x'])
  })
})

describe('paths deeper than Graph can address', () => {
  const at = useLinked()
  const deep = (levels: number) =>
    `/${Array.from({ length: levels }, (_, index) => `d${index + 1}`).join('/')}`

  it('are created with -p, level by level', async () => {
    const { code, stdout } = await at.world.run(['mkdir', '-p', deep(60)])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${deep(60)}\n` })
    expect(await at.drive()).toHaveLength(60)
  })

  it.each([26, 28, 51, 60])('take a new folder at level %i', async (level) => {
    const { code, stdout } = await at.world.run(['mkdir', deep(level), 'x'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${deep(level)}/x\n` })
  })

  it.each([
    ['taken', 3, `${deep(60)}/x`, []],
    ['there is no folder', 8, `${deep(40)}/other/x`, []],
    ['there is no folder', 8, `/${'o/'.repeat(40)}x`, []],
  ])('fail as others do: %s', async (reason, exitCode, path, flags) => {
    const { code, stdout, stderr } = await at.world.run(['mkdir', ...flags, path])
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
    expect(stderr.toLowerCase()).toContain(reason)
  })

  it('are found again if they exist', async () => {
    const { code, stdout } = await at.world.run(['mkdir', '--json', '-p', deep(60)])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([{ path: deep(60), created: false }])
  })

  it('are created below existing ones', async () => {
    const { code, stdout } = await at.world.run(['mkdir', '-p', `${deep(30)}/side/${deep(30).slice(1)}`])
    expect(code).toBe(0)
    expect(stdout).toBe(`${deep(30)}/side${deep(30)}\n`)
  })
})
