import { beforeEach, describe, expect, it } from 'vitest'
import { hasKeyring } from '../../helpers/keychain/keyring.ts'
import { jsonError, useLinked } from '../../helpers/program/linked.ts'

describe.runIf(hasKeyring())('od-link mkdir, with a real keychain', () => {
  const at = useLinked({ store: 'keychain' })
  beforeEach(() => at.forgetRequests())

  it('creates a folder and prints only its path', async () => {
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'Reports'])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '/Reports\n', stderr: '' })
    expect(await at.drive()).toEqual(['/Reports'])
  })

  it('sends one request, and none for a token', async () => {
    expect((await at.world.run(['mkdir', '/', 'One request'])).code).toBe(0)
    const requests = await at.requests()
    expect(requests.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['POST', '/v1.0/me/drive/root/children', 201],
    ])
    const { total } = await at.sandbox.control('GET', 'score')
    expect(total).toBe(0)
  })

  it('creates several names in one parent, and prints one line each in the order they were given', async () => {
    const names = ['c', 'a', 'b']
    const { code, stdout } = await at.world.run(['mkdir', '/Reports', ...names])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/Reports/c\n/Reports/a\n/Reports/b\n' })
    const requests = await at.requests()
    expect(requests.map(({ path }) => path)).toEqual(Array(3).fill('/v1.0/me/drive/root:/Reports:/children'))
  })

  it('takes a single argument as the whole path', async () => {
    const { code, stdout } = await at.world.run(['mkdir', '/Reports/2026'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/Reports/2026\n' })
  })

  it.each([
    ['without a leading slash', ['Reports/no-slash'], '/Reports/no-slash'],
    ['a parent without a leading slash', ['Reports', 'no-slash-either'], '/Reports/no-slash-either'],
    ['with a trailing slash', ['/Reports/trailing/'], '/Reports/trailing'],
    ['a parent with a trailing slash', ['/Reports/', 'below'], '/Reports/below'],
    ['with doubled slashes', ['//Reports///doubled'], '/Reports/doubled'],
  ])('understands a path %s', async (_, args, path) => {
    const { code, stdout } = await at.world.run(['mkdir', ...args])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${path}\n` })
    expect(await at.drive()).toContain(path)
  })

  it('prints one JSON array with --json, in which `created` says what is new', async () => {
    await at.world.run(['mkdir', '/Reports', 'old'])
    const { code, stdout, stderr } = await at.world.run([
      ...['mkdir', '--json', '--on-conflict', 'reuse', '/Reports', 'old', 'new'],
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const folder = (name: string, created: boolean) => ({
      path: `/Reports/${name}`,
      name,
      id: expect.stringMatching(/^01\w{32}$/),
      webUrl: expect.stringMatching(new RegExp(`^http://.+/Reports/${name}$`)),
      created,
    })
    expect(JSON.parse(stdout)).toEqual([folder('old', false), folder('new', true)])
    expect(stdout.trimEnd()).not.toContain('\n')
  })

  it('creates the others when one of several names is taken, and ends with that failure', async () => {
    await at.world.run(['mkdir', '/', 'Partly'])
    await at.world.run(['mkdir', '/Partly', 'two'])
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/Partly', 'one', 'two', 'three'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '/Partly/one\n/Partly/three\n' })
    expect(stderr).toContain('"/Partly/two" is a folder')
    const there = ['/Partly', '/Partly/one', '/Partly/two', '/Partly/three']
    expect(await at.drive()).toEqual(expect.arrayContaining(there))
  })

  it('also reports in JSON what was created before a failure', async () => {
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--json', '/Partly', 'uno', 'two'])
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject([{ path: '/Partly/uno', created: true }])
    expect(jsonError(stderr)).toMatchObject({ kind: 'taken', exitCode: 3, code: 'nameAlreadyExists' })
  })

  it('says that the root exists when no name is given', async () => {
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('The root of the drive already exists, and no name was given.')
    expect(stderr).toContain('od-link mkdir / NAME')
    expect(await at.requests()).toEqual([])
  })

  it('creates a folder whose name begins with a dash after --', async () => {
    const { code, stdout } = await at.world.run(['mkdir', '--', '/Reports', '-n', '--json'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/Reports/-n\n/Reports/--json\n' })
  })
})
