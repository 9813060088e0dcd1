import { beforeEach, describe, expect, it } from 'vitest'
import { grace, jsonError, type Linked, useLinked } from '../../helpers/program/linked.ts'

/** Creates a folder of its own for a test and returns its path. */
async function freshFolder(at: Linked, name: string): Promise<string> {
  const { code, stderr } = await at.world.run(['mkdir', '/', name])
  if (code !== 0) throw new Error(stderr)
  return `/${name}`
}

describe('a name that is taken', () => {
  const at = useLinked()

  it('is refused, and nothing is changed', async () => {
    const parent = await freshFolder(at, 'fail')
    await at.world.run(['mkdir', `${parent}/x/`])
    const before = await at.drive()
    const { code, stdout, stderr } = await at.world.run(['mkdir', parent, 'x'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('The name is taken: "/fail/x" is a folder.')
    expect(stderr).toContain('--on-conflict reuse')
    expect(stderr).toContain('nameAlreadyExists')
    expect(await at.drive()).toEqual(before)
  })

  it('is refused whatever its case', async () => {
    const { code, stdout } = await at.world.run(['mkdir', '/', 'FAIL'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  })

  it('does not keep the other names from being created, and the exit code stays 3', async () => {
    const parent = await freshFolder(at, 'among')
    await at.world.run(['mkdir', parent, 'b', 'd'])
    const { code, stdout, stderr } = await at.world.run(['mkdir', parent, 'a', 'b', 'c', 'd', 'e'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '/among/a\n/among/c\n/among/e\n' })
    expect(stderr.match(/The name is taken: "[^"]+"/g)).toEqual([
      'The name is taken: "/among/b"',
      'The name is taken: "/among/d"',
    ])
    expect(stderr).toContain('od-link mkdir --on-conflict reuse /among/d')
    const json = await at.world.run(['mkdir', '--json', parent, 'f', 'b', 'g'])
    expect(JSON.parse(json.stdout).map(({ path }: { path: string }) => path)).toEqual([
      '/among/f',
      '/among/g',
    ])
    expect(json.code).toBe(3)
    expect(jsonError(json.stderr)).toMatchObject({ reason: 'name-taken', exitCode: 3 })
  })

  it('is reported together with what was not tried, when something else ends the command', async () => {
    const parent = await freshFolder(at, 'ended')
    await at.world.run(['mkdir', parent, 'a'])
    await at.weather(/POST .*ended:.children/, {
      status: 409,
      body: { error: { code: 'nameAlreadyExists', message: 'x' } },
    })
    await at.weather(/POST .*ended:.children/, {
      status: 507,
      body: { error: { code: 'quotaLimitReached', message: 'x' } },
    })
    const { code, stdout, stderr } = await at.world.run(['mkdir', parent, 'a', 'b', 'c', 'd'])
    expect({ code, stdout }).toEqual({ code: 9, stdout: '' })
    expect(stderr).toMatch(/"\/ended\/a" is a folder[\s\S]+Not tried: "c", "d"\./)
    expect(await at.drive()).not.toContain('/ended/c')
    await at.calm()
  })

  it('is reported in JSON with the code and the request ID of Microsoft', async () => {
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--json', '/', 'fail'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(jsonError(stderr)).toEqual({
      kind: 'taken',
      reason: 'name-taken',
      message: 'The name is taken: "/fail" is a folder.',
      hint: 'To use the existing folder: od-link mkdir --on-conflict reuse /fail\nTo create a copy with a new name: od-link mkdir --on-conflict rename /fail',
      exitCode: 3,
      code: 'nameAlreadyExists',
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    })
  })

  it('is given a number by --on-conflict rename, and the printed path has it', async () => {
    const parent = await freshFolder(at, 'rename')
    const { code, stdout } = await at.world.run([
      ...['mkdir', '--json', '--on-conflict', 'rename', parent, 'x', 'x', 'x'],
    ])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject(
      ['x', 'x 1', 'x 2'].map((name) => ({ path: `/rename/${name}`, name, created: true })),
    )
    expect(await at.drive()).toEqual(expect.arrayContaining(['/rename/x', '/rename/x 1', '/rename/x 2']))
  })

  it('is used by --on-conflict reuse when it is a folder, and its content stays', async () => {
    const parent = await freshFolder(at, 'reuse')
    const made = await at.world.run(['mkdir', '--json', parent, 'x'])
    await at.world.run(['mkdir', '/reuse/x', 'content'])
    const { code, stdout } = await at.world.run(['mkdir', '--json', '--on-conflict', 'reuse', parent, 'x'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual([{ ...JSON.parse(made.stdout)[0], created: false }])
    expect(await at.drive()).toContain('/reuse/x/content')
  })

  it.each([
    ['by default', []],
    ['with --on-conflict reuse', ['--on-conflict', 'reuse']],
    ['with -p', ['-p']],
  ])('is never a file that may be used: %s', async (_how, flags) => {
    await at.calm()
    if (!(await at.drive()).includes('/a file (file)')) await at.putFile('/a file')
    const before = await at.drive()
    const { code, stdout, stderr } = await at.world.run(['mkdir', ...flags, '/', 'a file'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('"/a file" is a file')
    expect(stderr).not.toContain('--on-conflict reuse')
    expect(await at.drive()).toEqual(before)
  })

  it('does not change a file with --on-conflict rename', async () => {
    const { code, stdout } = await at.world.run(['mkdir', '--on-conflict', 'rename', '/', 'a file'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/a file 1\n' })
    expect(await at.drive()).toContain('/a file (file)')
  })
})

describe('drives that answer in other ways', () => {
  const at = useLinked({ user: grace })
  beforeEach(() => at.calm())
  const mood = (moods: object) => at.sandbox.control('POST', 'settings', { moods: { [grace]: moods } })

  it('an answer of 200 to "fail" is the existing folder, so the name is taken', async () => {
    await at.world.run(['mkdir', '/', 'old'])
    await mood({ existing: 200 })
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'old'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('"/old" is a folder')
    const reused = await at.world.run(['mkdir', '--json', '--on-conflict', 'reuse', '/', 'old'])
    expect(reused.code).toBe(0)
    expect(JSON.parse(reused.stdout)).toMatchObject([{ path: '/old', created: false }])
  })

  it('an answer of 200 to "rename" is not a new folder, and the advice is not what was just typed', async () => {
    await mood({ existing: 200 })
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--on-conflict', 'rename', '/', 'old'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('"/old" is a folder')
    expect(stderr).not.toContain('--on-conflict rename')
    await mood({ existing: 409 })
  })

  it('a 404 that speaks of a similar name is a conflict, not a missing parent', async () => {
    const message = 'The name is incompatible with a similar name of an existing item.'
    await at.weather('POST', { status: 404, body: { error: { code: 'itemNotFound', message } } })
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', '㴈㴈㴈'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('similar name')
    expect(stderr).not.toContain('mkdir -p')
  })

  it('a notebook cannot be used as a folder', async () => {
    const package_ = { id: 'X!7', name: 'Notes', folder: { childCount: 0 }, package: { type: 'oneNote' } }
    await at.weather('POST', { status: 409 })
    await at.weather('GET', { status: 200, body: package_ })
    const { code, stdout, stderr } = await at.world.run(['mkdir', '-p', '/Notes'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('"/Notes" is a notebook')
  })

  it('a conflict with something that has gone when it is read is tried again', async () => {
    await at.weather('POST', { status: 409 })
    const { code, stdout } = await at.world.run(['mkdir', '/', 'race'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/race\n' })
  })

  it('a conflict with something that can never be read ends after a few attempts', async () => {
    await at.weather('POST', { status: 409 }, 10)
    await at.forgetRequests()
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'ghost'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('"/ghost" is an item that od-link cannot read')
    expect((await at.requests()).filter(({ method }) => method === 'POST')).toHaveLength(3)
    expect(await at.drive(grace)).not.toContain('/ghost')
  })

  it('a folder that is only in the list of its parent is found there', async () => {
    await at.world.run(['mkdir', '/', 'late'])
    await at.weather('/GET .*late/', { status: 404 })
    const { code, stdout } = await at.world.run(['mkdir', '-p', '/LATE'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/late\n' })
  })
})
