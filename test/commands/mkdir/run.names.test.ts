import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { madeFolder, startServer, type TestServer } from '../../helpers/network/server.ts'
import { grace, useLinked } from '../../helpers/program/linked.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'

const unusual = [
  'Été à Łódź',
  '日本語',
  'issue #42',
  '100%',
  'a%20b',
  'a%2Fb',
  'c++ & more',
  'a+b',
  'a=b;c,d@e',
  "Ada's",
  '$HOME `id`',
  '[draft] (1) {x}',
  'semi;colon!',
  '🚀 launch 👩‍💻',
  '.hidden',
  'a.b.c',
  '-dash',
  '~tilde',
  'con-tent',
  'com10',
  'Forms',
  '__proto__',
  'x'.repeat(255),
]

describe('names that OneDrive accepts', () => {
  const at = useLinked({ user: grace })

  it('are not those that a shell has made of ~, and the hint is the command without the home directory', async () => {
    const { dir } = at.world
    const before = await at.drive(grace)
    for (const [args, hint] of [
      [['-p', `${dir}/Reports`], 'od-link mkdir --parents /Reports'],
      [[`${dir}/Reports/`, 'a', 'b'], 'od-link mkdir /Reports a b'],
      [[dir], 'If you typed ~, your shell has replaced it with your home directory.'],
      [['--from-file', '-', `${dir}/Reports`], 'od-link mkdir --from-file - /Reports'],
    ] as const) {
      const { code, stderr } = await at.world.run(['mkdir', ...args], { input: 'a\n' })
      expect(code).toBe(2)
      expect(stderr).toContain('is a path of this computer, not of the drive.')
      expect(stderr).toContain(`  next: ${hint}\n`)
    }
    const list = await at.world.run(['mkdir', '--from-file', '-'], { input: `a\n${dir}/b\n` })
    expect(list.code).toBe(2)
    expect(list.stderr).toContain(`line 2: "${dir}/b" is a path of this computer`)
    expect(await at.drive(grace)).toEqual(before)
    // The same name without its slash, and below a folder of the drive, is one of the drive.
    const backup = await at.world.run(['mkdir', '--from-file', '-', '/Backup'], { input: `${dir}/b\n` })
    expect(backup.stdout).toBe(`/Backup${dir}/b\n`)
    expect((await at.world.run(['mkdir', '-p', dir.slice(1)])).stdout).toBe(`${dir}\n`)
  })

  it('keeps unusual names as they were typed, as a folder and as a parent', async () => {
    await at.world.run(['mkdir', '/', 'names'])
    const made = await at.world.run(['mkdir', '--json', '--', '/names', ...unusual])
    expect({ code: made.code, stderr: made.stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(made.stdout).map(({ name }: { name: string }) => name)).toEqual(unusual)
    const printed = await Promise.all(
      unusual.map((name) => at.world.run(['mkdir', '--', `/names/${name}`, 'child'])),
    )
    expect(printed.map(({ stdout }) => stdout)).toEqual(unusual.map((name) => `/names/${name}/child\n`))
    const drive = await at.drive(grace)
    expect(drive.filter((path) => path.startsWith('/names/')).sort()).toEqual(
      unusual.flatMap((name) => [`/names/${name}`, `/names/${name}/child`]).sort(),
    )
  })

  it('sends a name in the form of Unicode in which it was typed, and knows both for one name', async () => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301']
    const first = await at.world.run(['mkdir', '/', decomposed])
    expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 0, stdout: `/${decomposed}\n` })
    expect(await at.drive(grace)).toContain(`/${decomposed}`)
    const second = await at.world.run(['mkdir', '/', composed])
    expect(second.code).toBe(3)
    const reused = await at.world.run(['mkdir', '--on-conflict', 'reuse', '/', composed])
    expect({ code: reused.code, stdout: reused.stdout }).toEqual({ code: 0, stdout: `/${decomposed}\n` })
    expect(reused.stderr).toBe('')
  })

  it('shows the name as the drive keeps it, whatever its case', async () => {
    await at.world.run(['mkdir', '/', 'Invoices'])
    const { code, stdout } = await at.world.run(['mkdir', '-p', '/invoices'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/Invoices\n' })
  })

  it('notes on stderr when OneDrive gives a new folder another name than it was asked for', async () => {
    const body = { id: 'X!1', name: 'trimmed', webUrl: 'https://drive.example', folder: {} }
    await at.weather('POST', { status: 201, body })
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'trimmed plus'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/trimmed\n' })
    expect(stderr).toContain('"trimmed"')
    expect(stderr).toContain('"trimmed plus"')
  })
})

describe('what is sent for a folder', () => {
  const at = useLinked()
  let graph: TestServer
  let world: World

  beforeAll(async () => {
    graph = await startServer(madeFolder)
    world = newWorld(at.sandbox, undefined, { OD_LINK_GRAPH_HOST: graph.origin })
    await world.login()
  })
  afterAll(async () => {
    world?.remove()
    await graph?.stop()
  })
  beforeEach(() => {
    graph.seen.length = 0
  })

  it('names stand in the body as plain JSON, the parent in the address, encoded name by name', async () => {
    const { code } = await world.run(['mkdir', '/a b/50% #1/c+d', 'é %41'])
    expect(code).toBe(0)
    expect(graph.seen).toHaveLength(1)
    const [{ method, url, body, headers } = graph.seen[0] as never] = graph.seen
    expect(`${method} ${url}`).toBe('POST /v1.0/me/drive/root:/a%20b/50%25%20%231/c%2Bd:/children')
    expect(JSON.parse(body)).toEqual({
      name: 'é %41',
      folder: {},
      '@microsoft.graph.conflictBehavior': 'fail',
    })
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'client-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
      'user-agent': expect.stringMatching(/^NONISV\|od-link\|od-link\/\d/),
    })
  })

  it.each([
    [[], 'fail'],
    [['--on-conflict', 'fail'], 'fail'],
    [['--on-conflict', 'reuse'], 'fail'],
    [['-p'], 'fail'],
    [['--on-conflict', 'rename'], 'rename'],
    [['-p', '--on-conflict=rename'], 'rename'],
  ])('with %j the conflict behaviour sent is %s', async (flags, behaviour) => {
    expect((await world.run(['mkdir', ...flags, '/', 'x'])).code).toBe(0)
    expect(graph.seen.map(({ body }) => JSON.parse(body)['@microsoft.graph.conflictBehavior'])).toEqual([
      behaviour,
    ])
  })

  it('each request has an id of its own', async () => {
    await world.run(['mkdir', '/', 'x', 'y', 'z'])
    expect(new Set(graph.seen.map(({ headers }) => headers['client-request-id'])).size).toBe(3)
  })
})
