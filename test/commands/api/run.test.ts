import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Request, startServer, type TestServer } from '../../helpers/network/server.ts'
import { changeRecord, jsonError, useLinked } from '../../helpers/program/linked.ts'

describe('od-link api', () => {
  const at = useLinked()
  const api = (...args: string[]) => at.world.run(['api', ...args])
  const conflict = '@microsoft.graph.conflictBehavior'

  it('prints the response unchanged', async () => {
    const { code, stdout, stderr } = await api('/me/drive?$select=driveType')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(await (await at.graph('GET', '/me/drive?$select=driveType')).text())
  })

  it('makes, moves, shares and deletes', async () => {
    const made = await api(
      '/me/drive/root/children',
      '-f',
      'name=From',
      '-F',
      'folder={}',
      '-f',
      `${conflict}=fail`,
    )
    expect(made.code).toBe(0)
    const { id } = JSON.parse(made.stdout)
    const to = JSON.parse((await api('me/drive/root/children', '-f', 'name=To', '-F', 'folder={}')).stdout).id
    await at.putFile('/From/one.txt')
    const moved = await api(
      '-X',
      'PATCH',
      '/me/drive/root:/From/one.txt',
      '-f',
      'name=two.txt',
      '-f',
      `parentReference[id]=${to}`,
    )
    expect([moved.code, JSON.parse(moved.stdout).name]).toEqual([0, 'two.txt'])
    const link = await api(
      '/me/drive/root:/To/two.txt:/createLink',
      '-f',
      'type=view',
      '-f',
      'scope=organization',
    )
    expect(JSON.parse(link.stdout).link).toMatchObject({
      type: 'view',
      scope: 'organization',
      webUrl: expect.stringMatching(/^http:/),
    })
    const gone = await api('-X', 'DELETE', `/me/drive/items/${id}`)
    expect(gone).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(await at.drive()).toEqual(['/To', '/To/two.txt (file)'])
  })

  it('puts what --input names, a file or standard input, and gives it back', async () => {
    const file = join(at.world.dir, 'binary')
    const bytes = Buffer.from([0, 1, 2, 255, 254, 10, 13])
    writeFileSync(file, bytes)
    const put = await api('-X', 'PUT', '--input', file, '--silent', '/me/drive/root:/In/binary:/content')
    expect(put).toMatchObject({ code: 0, stdout: '', stderr: '' })
    const input = 'ä line\n'.repeat(100_000)
    const piped = await at.world.run(
      ['api', '-X', 'PUT', '--input', '-', '/me/drive/root:/In/piped:/content'],
      { input },
    )
    expect(JSON.parse(piped.stdout).size).toBe(Buffer.byteLength(input))
    expect((await api('/me/drive/root:/In/piped:/content', '--output', '-')).stdout).toBe(input)
    const back = await (await at.graph('GET', '/me/drive/root:/In/binary:/content')).arrayBuffer()
    expect(Buffer.from(back).equals(bytes)).toBe(true)
  })

  it('shows the status and the headers with --include, and no secret', async () => {
    await at.putFile('/shown.txt')
    const head = await api('-X', 'HEAD', '--include', '/me/drive')
    expect(head.stdout).toMatch(/^HTTP\/1\.1 200 OK\n(.+\n)*request-id: .+\n(.+\n)*\n$/)
    const redirect = await api('--include', '/me/drive/root:/shown.txt:/content')
    expect(redirect.code).toBe(2)
    expect(redirect.stderr).toContain('--output FILE')
    expect(redirect.stdout).toMatch(/^HTTP\/1\.1 302 Found\n/)
    const away = await api(
      '-i',
      '--output',
      join(at.world.dir, 'shown'),
      '/me/drive/root:/shown.txt:/content',
    )
    expect(away.stdout).toContain(`location: ${at.sandbox.origin}/…\n`)
    expect(away.stdout + redirect.stdout + head.stdout).not.toMatch(/tempauth|bearer/i)
  })

  it('answers If-None-Match with nothing and success', async () => {
    const item = JSON.parse((await api('/me/drive/root:/shown.txt')).stdout)
    const same = await api('/me/drive/root:/shown.txt', '-H', `If-None-Match: ${item.eTag}`)
    expect(same).toMatchObject({ code: 0, stdout: '', stderr: '' })
  })

  it('never names the token, even with --verbose', async () => {
    const token = (await at.world.run(['token'])).stdout.trim()
    const { stdout, stderr } = await api(
      '--verbose',
      '-i',
      '/me/drive/root:/shown.txt:/content',
      '--output',
      join(at.world.dir, 'v'),
    )
    expect(stderr).toContain('GET localhost')
    expect(stdout + stderr).not.toContain(token)
    expect(stdout + stderr).not.toMatch(/tempauth|\/download\//)
  })

  describe('reports refusals with their exit code, and nothing on stdout', () => {
    it.each([
      [400, 2],
      [402, 9],
      [403, 9],
      [404, 8],
      [405, 2],
      [409, 3],
      [410, 8],
      [412, 3],
      [415, 2],
      [416, 2],
      [422, 2],
      [423, 9],
      [501, 2],
      [507, 9],
    ])('HTTP %i: exit code %i', async (status, exitCode) => {
      await at.weather('GET /v1.0/me/drive', { status })
      const { code, stdout, stderr } = await api('/me/drive')
      expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
      expect(stderr).toMatch(/^od-link: .+\n {2}next: .+/)
    })

    it('as the error object with --json, after the response with --include', async () => {
      const { code, stdout, stderr } = await api('--json', '/me/drive/root:/nothing')
      expect({ code, stdout }).toEqual({ code: 8, stdout: '' })
      expect(jsonError(stderr)).toMatchObject({ kind: 'not-found', exitCode: 8, code: 'itemNotFound' })
      const shown = await api('--json', '--include', '/me/drive/root:/nothing')
      expect(shown.stdout).toMatch(/^HTTP\/1\.1 404 Not Found\n/)
      expect(JSON.parse(shown.stdout.split('\n\n')[1] ?? '').error.code).toBe('itemNotFound')
    })
  })

  it.each([
    [['-f', 'novalue'], '-f takes key=value'],
    [['-f', 'a[b=c'], '-f takes key=value'],
    [['-F', 'a=tru'], 'The value of -F a is not valid JSON: tru'],
    [['-F', 'a=@/nowhere/at/all'], 'cannot be read (no such file)'],
    [['-f', 'a=1', '-f', 'a[b]=2'], 'The field a[b] contradicts an earlier one.'],
    [['-f', 'a[]=1', '-f', 'a[b]=2'], 'The field a[b] contradicts an earlier one.'],
    [['-X', 'GET', '-f', 'a[b]=2'], 'A query cannot have nested keys such as a[b].'],
    [['-H', 'Authorization: Bearer x'], '-H Authorization cannot be set'],
    [['-H', 'host: evil.example'], '-H host cannot be set'],
    [['-H', 'Cookie: a=b'], '-H Cookie cannot be set'],
    [['-H', 'Content-Length: 3'], '-H Content-Length cannot be set'],
    [['-H', 'no header'], "-H takes 'Name: value'"],
    [['-H', 'a: b\r\nAuthorization: c'], "-H takes 'Name: value'"],
    [['-X', 'FETCH'], '--method must be GET, HEAD, POST, PUT, PATCH or DELETE'],
    [['--input', '/nowhere/at/all'], 'cannot be read (no such file)'],
    [['--input', '/tmp'], 'cannot be read (it is a folder)'],
    [['-X', 'GET', '--input', '-'], 'has no body'],
    [['--slurp'], '--slurp needs --paginate'],
    [['--on-conflict', 'fail'], '--on-conflict needs --upload'],
    [['--paginate', '--output', 'x'], '--paginate cannot be used with --output'],
    [['--paginate', '-X', 'POST'], '--paginate works with GET only'],
    [['--upload', '/nowhere/at/all', '-f', 'a=b'], '--upload cannot be used with --raw-field'],
    [['--output', '/nowhere/at/all'], 'cannot be written (no such folder)'],
    [['--output', '/tmp'], 'cannot be written (it is a folder)'],
    [['--max-wait', 'long'], '--max-wait takes a number of seconds'],
  ])('refuses %j before anything is sent', async (args, why) => {
    await at.forgetRequests()
    const { code, stdout, stderr } = await at.world.run(['api', '/me/drive', ...args], { input: '' })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(why)
    expect(await at.requests()).toEqual([])
  })
})

describe('what od-link api sends', () => {
  const at = useLinked()
  let server: TestServer
  let answer: (request: Request) => Answer = () => ({ status: 200, body: {} })
  const sent = () => server.seen.at(-1) as Request
  const api = (...args: string[]) => at.world.run(['api', ...args])
  beforeAll(async () => {
    server = await startServer((request) => answer(request))
    changeRecord(at.world, { graphOrigin: server.origin })
  })
  afterAll(() => server.stop())

  it('fields as a body, as gh does', async () => {
    const file = join(at.world.dir, 'text.txt')
    writeFileSync(file, 'of a\nfile')
    const fields = [
      '-f',
      'text=true=1',
      '-F',
      'yes=true',
      '-F',
      'n=12',
      '-F',
      'none=null',
      '-F',
      'o={"a":[1]}',
    ]
    const nested = [
      '-f',
      'a[b][c]=deep',
      '-f',
      'a[b][d]=er',
      '-f',
      'l[]=1',
      '-F',
      'l[]=2',
      '-f',
      '__proto__=own',
      '-F',
      `file=@${file}`,
    ]
    await api('/me/x', ...fields, ...nested)
    expect(sent()).toMatchObject({ method: 'POST', url: '/v1.0/me/x' })
    expect(sent().headers['content-type']).toBe('application/json')
    // As text: an object would hide what __proto__ became.
    expect(JSON.parse(sent().body, (key, value) => (key === '' ? Object.entries(value) : value))).toEqual(
      [
        ['text', 'true=1'],
        ['__proto__', 'own'],
        ...[
          ['a', { b: { c: 'deep', d: 'er' } }],
          ['l', ['1', 2]],
        ],
        ...[
          ['yes', true],
          ['n', 12],
          ['none', null],
          ['o', { a: [1] }],
          ['file', 'of a\nfile'],
        ],
      ].sort(byOrder(sent().body)),
    )
  })

  it('fields as a query with GET', async () => {
    await api('-X', 'GET', '/me/x?$top=1', '-f', '$select=id,name', '-f', '@a=b&c', '-F', 'n=2')
    expect(sent()).toMatchObject({
      method: 'GET',
      url: '/v1.0/me/x?$top=1&$select=id%2Cname&@a=b%26c&n=2',
      body: '',
    })
  })

  it('the body of --input with its length and type, and fields beside it as the query', async () => {
    await at.world.run(['api', '/me/$batch', '--input', '-', '-f', 'q=1'], { input: '{"requests":[]}' })
    expect(sent()).toMatchObject({ method: 'POST', url: '/v1.0/me/$batch?q=1', body: '{"requests":[]}' })
    expect(sent().headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '15' })
    await at.world.run(['api', '-X', 'PUT', '/me/x', '--input', '-'], { input: 'bytes' })
    expect(sent().headers['content-type']).toBe('application/octet-stream')
    await at.world.run(['api', '-X', 'PUT', '/me/x', '--input', '-', '-H', 'Content-Type: text/plain'], {
      input: '',
    })
    expect(sent().headers).toMatchObject({ 'content-type': 'text/plain', 'content-length': '0' })
  })

  it('standard input as the value of a field', async () => {
    await at.world.run(['api', '/me/x', '-F', 'text=@-'], { input: 'of a\npipe' })
    expect(JSON.parse(sent().body)).toEqual({ text: 'of a\npipe' })
  })

  it('a file on standard input from where somebody else has stopped', async () => {
    const file = join(at.world.dir, 'lines')
    writeFileSync(file, 'first\nsecond\n')
    const line = `{ read -r first; "$0" "$1" api -X PUT /me/x --input -; } < '${file}'`
    expect((await at.world.run([], { through: ['sh', '-c', line] })).code).toBe(0)
    expect(sent().body).toBe('second\n')
  })

  it('headers, and its own beside them', async () => {
    await api('/me/x', '-H', 'Prefer: a', '-H', 'prefer: b', '-H', 'Accept: text/plain')
    const { headers } = sent()
    expect(headers).toMatchObject({
      prefer: 'a, b',
      accept: 'text/plain',
      authorization: expect.stringMatching(/^Bearer /),
    })
    expect(headers['client-request-id']).toMatch(/^[\da-f-]{36}$/)
    expect(headers['user-agent']).toContain('od-link/')
  })

  it('POST without a body, with a length of 0', async () => {
    await api('-X', 'POST', '/me/x')
    expect(sent().headers['content-length']).toBe('0')
  })

  it('renews a token that is refused, once, and sends the same body again', async () => {
    const seen: string[] = []
    answer = ({ headers, body }) => {
      seen.push(`${headers.authorization} ${body}`)
      return seen.length === 1
        ? { status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } }
        : { status: 200, body: { ok: 1 } }
    }
    const { code, stdout } = await at.world.run(['api', '/me/x', '--input', '-'], { input: 'again' })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"ok":1}' })
    const [first, second] = seen.map((line) => line.split(' '))
    expect([first?.[2], second?.[2]]).toEqual(['again', 'again'])
    expect(first?.[1]).not.toBe(second?.[1])
  })

  it('reports a token that is refused twice as a failure of the service', async () => {
    answer = () => ({ status: 401, body: { error: { code: 'InvalidAuthenticationToken', message: 'no' } } })
    const { code, stderr } = await api('/me/x', '--max-wait', '1')
    expect(code).toBe(6)
    expect(stderr).toContain('Microsoft Graph does not accept a token issued just now: no')
    expect(stderr).toContain('Try again in a few minutes.')
  })

  it('reports a refused token with a claims challenge as a sign-in that is needed', async () => {
    const claims = Buffer.from('{"access_token":{"acrs":{"essential":true,"value":"c1"}}}').toString('base64')
    answer = () => ({
      status: 401,
      headers: { 'www-authenticate': `Bearer error="insufficient_claims", claims="${claims}"` },
      body: { error: { code: 'InvalidAuthenticationToken', message: 'step up' } },
    })
    const { code, stderr } = await api('/me/x')
    expect(code).toBe(4)
    expect(stderr).toContain('Microsoft Graph no longer accepts this link: step up')
    expect(stderr).toMatch(/next: od-link login/)
  })

  it('a large answer as it comes, and no more after its reader has gone', async () => {
    answer = () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(20_000_000) })
    const { code, stdout } = await api('/me/x')
    expect({ code, size: stdout.length }).toEqual({ code: 0, size: 20_000_000 })
  })
})

/** The order in which a body has its keys. */
function byOrder(body: string) {
  const place = ([key]: unknown[]) => body.indexOf(`"${key}":`)
  return (one: unknown[], other: unknown[]) => place(one) - place(other)
}
