import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OdLinkError } from '../../../src/errors.ts'
import { followLink, isWhole, pathOf, readAddress, withQuery } from '../../../src/graph/api/address.ts'
import { handOn, mayRepeat, readText } from '../../../src/graph/api/call.ts'
import { apiFailure } from '../../../src/graph/api/errors.ts'
import { bodyOf, queryOf, readFields } from '../../../src/graph/api/fields.ts'
import { fileTrouble } from '../../../src/graph/api/file-errors.ts'
import { readHeaders } from '../../../src/graph/api/headers.ts'
import { readPages } from '../../../src/graph/api/pages.ts'
import { isSpecial, openPart, passOn } from '../../../src/graph/api/partial-file.ts'
import { readSigned } from '../../../src/graph/api/signed-url.ts'
import { below, fileAddress } from '../../../src/graph/api/upload.ts'
import { NetworkError } from '../../../src/http/errors.ts'
import { answerOf, fakeGraph, ok } from '../../helpers/microsoft/fake-graph.ts'

/** What an error tells: kind, sentence and next step in one text. */
function told(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (!(error instanceof OdLinkError)) throw error
    return `${error.kind}: ${error.message} | ${error.hint}`
  }
  return 'nothing'
}

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'od-link-test-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('fields', () => {
  const body = (texts: string[], typed: string[] = []) => JSON.stringify(bodyOf(readFields(texts, typed)))

  it.each<[texts: string[], typed: string[], json: string]>([
    [['name=Reports'], [], '{"name":"Reports"}'],
    [['a=b=c'], [], '{"a":"b=c"}'],
    [['a='], [], '{"a":""}'],
    [['a=1\n2'], [], '{"a":"1\\n2"}'],
    [['a=1'], ['b=1', 'c=true', 'd=null', 'e={"x": [1]}'], '{"a":"1","b":1,"c":true,"d":null,"e":{"x":[1]}}'],
    [['a=1', 'a=2'], [], '{"a":"2"}'],
    [['a[b]=1', 'a[c][d]=2'], [], '{"a":{"b":"1","c":{"d":"2"}}}'],
    [['a[]=1', 'a[]=2'], [], '{"a":["1","2"]}'],
    [['a[][b]=1', 'a[][b]=2'], [], '{"a":[{"b":"1"},{"b":"2"}]}'],
    [['__proto__[x]=1'], [], '{"__proto__":{"x":"1"}}'],
  ])('%j and %j are the body %s', (texts, typed, json) => {
    expect(body(texts, typed)).toBe(json)
  })

  it('take the text of a file', () => {
    const file = join(dir, 'text')
    writeFileSync(file, 'from a file\n')
    expect(body([], [`a=@${file}`])).toBe('{"a":"from a file\\n"}')
    expect(body([`a=@${file}`])).toBe(`{"a":"@${file}"}`)
    expect(told(() => readFields([], ['a=@/nowhere/at/all']))).toBe(
      'usage: "/nowhere/at/all" cannot be read (ENOENT). | Name a file that can be read, or - for standard input.',
    )
  })

  it.each(['name', '=x', '[a]=x', 'a[b=x', 'a]=x', 'a[b]c=x'])('%j is none', (text) => {
    expect(told(() => readFields([text], []))).toBe(
      `usage: -f takes key=value, not "${text}". | -f name=Reports\n(below another key: -f item[name]=Reports; in a list: -f names[]=Reports)`,
    )
    expect(told(() => readFields([], [text]))).toContain(`-F takes key=value, not "${text}"`)
  })

  it('that should be JSON and are not are told so, with the way to a text', () => {
    expect(told(() => readFields([], ['a=yes']))).toBe(
      `usage: The value of -F a is no JSON: yes | -f a=yes   (a text; -F takes true, 12, null, {"a": 1} or @FILE)`,
    )
    expect(told(() => readFields([], ["a=it's"]))).toContain(` | -f 'a=it'\\''s'   (a text;`)
  })

  it.each([
    [['a=1', 'a[b]=2'], 'a[b]'],
    [['a[b]=1', 'a[]=2'], 'a[]'],
    [['a[]=1', 'a[b]=2'], 'a[b]'],
    [['a[b]=1', 'a[b][c]=2'], 'a[b][c]'],
  ])('%j contradict each other', (texts, key) => {
    expect(told(() => bodyOf(readFields(texts, [])))).toBe(
      `usage: The field ${key} does not go with one that was given before it. | A key holds one value, or a list (key[]=…), or more keys (key[name]=…).`,
    )
  })

  it('that are null hold nothing below', () => {
    expect(told(() => body([], ['a=null', 'a[b]=1']))).toContain('The field a[b] does not go with')
    expect(told(() => body([], ['a[b]=null', 'a[b][]=1']))).toContain('The field a[b][] does not go with')
  })

  it('are a query, whose names may begin with $ and @', () => {
    expect(queryOf(readFields(['$top=3', '@x=a b&c', 'ä=$'], ['n=12', 'o={"a":1}']))).toBe(
      '$top=3&@x=a%20b%26c&%C3%A4=%24&n=12&o=%7B%22a%22%3A1%7D',
    )
    expect(queryOf([])).toBe('')
    expect(told(() => queryOf(readFields(['a[b]=1'], [])))).toBe(
      'usage: A query has no nested keys such as a[b]. | Choose the method for a body: -X POST or -X PATCH',
    )
  })
})

describe('headers', () => {
  it('are read by their names, whatever the spaces', () => {
    expect(readHeaders(['Prefer: respond-async', 'If-Match:\t"1" ', 'X:'])).toEqual({
      prefer: 'respond-async',
      'if-match': '"1"',
      x: '',
    })
    expect(readHeaders(['Prefer: a', 'prefer: b'])).toEqual({ prefer: 'a, b' })
  })

  it.each(['x', ': y', 'a b: c', 'a: b\nc: d', 'a: ü', 'a: \u0007'])('%j is none', (text) => {
    expect(told(() => readHeaders([text]))).toBe(
      `usage: -H takes 'Name: value' on one line of plain ASCII, not "${text}". | -H 'Prefer: respond-async'`,
    )
  })

  it.each([
    [
      'Authorization',
      'od-link sends the token of the link, and of nothing else. Another account: --account NAME',
    ],
    ['Proxy-Authorization', 'od-link sends the token'],
    ['Host', 'the request goes to the host of the link, and to no other.'],
    ['Cookie', 'Microsoft Graph knows no cookies.'],
    ...[
      'Content-Length',
      'Transfer-Encoding',
      'Connection',
      'Keep-Alive',
      'TE',
      'Trailer',
      'Upgrade',
      'Expect',
    ].map((name) => [name, 'it belongs to the connection, which od-link sees to itself.']),
  ])('%s is not to be chosen, and its value is not repeated', (name = '', why = '') => {
    const what = told(() => readHeaders([`${name}: s3cret`]))
    expect(what).toContain(`usage: -H ${name} cannot be given: ${why}`)
    expect(what).toMatch(/ \| Leave it out\.$/)
    expect(what).not.toContain('s3cret')
    // A name that only looks like it is anybody's.
    expect(readHeaders([`X-${name}: 1`, `${name}-X: 1`])).toEqual({
      [`x-${name.toLowerCase()}`]: '1',
      [`${name.toLowerCase()}-x`]: '1',
    })
  })
})

describe('a request may be sent again', () => {
  const answered = (status: number, headers = {}) => answerOf({ status, headers })
  const lost = new NetworkError('lost', undefined, true, undefined)

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('when it is a %s, after whatever', (method) => {
    for (const outcome of [answered(500), answered(429), lost])
      expect(mayRepeat(method, '/x', outcome)).toBe(true)
    expect(mayRepeat(method, '/x?@microsoft.graph.conflictBehavior=rename', lost)).toBe(false)
    expect(mayRepeat(method, '/x?@microsoft.graph.conflictBehavior=replace', lost)).toBe(true)
  })

  it.each(['POST', 'PATCH'])('when it is a %s that the server did not begin', (method) => {
    expect(mayRepeat(method, '/x', answered(429))).toBe(true)
    expect(mayRepeat(method, '/x', answered(503, { 'retry-after': '1' }))).toBe(true)
    for (const outcome of [answered(503), answered(500), answered(504, { 'retry-after': '1' }), lost])
      expect(mayRepeat(method, '/x', outcome)).toBe(false)
  })
})

describe('a refusal', () => {
  const failure = (status: number, code?: string, headers: Record<string, string> = {}) => {
    const json = code ? { error: { code, message: 'Words of Graph.' } } : {}
    const { kind, message, hint } = apiFailure(answerOf({ status, json, headers }), 'GET /x')
    return `${kind}: ${message} | ${hint}`
  }

  it.each([
    [404, 'itemNotFound', 'not-found', 'Check the path: od-link api /me/drive/root/children'],
    [
      405,
      'x',
      'usage',
      'Check the method (-X), and that a path by name ends in a colon before what follows it.',
    ],
    [
      409,
      'nameAlreadyExists',
      'taken',
      'Choose another name, or say what to do: -f @microsoft.graph.conflictBehavior=rename',
    ],
    [410, 'resyncRequired', 'not-found', 'A delta this old is gone: begin anew, without its token.'],
    [411, 'x', 'usage', 'Send a body: --input FILE'],
    [412, 'x', 'taken', 'It has changed meanwhile: read it again.'],
    [
      400,
      'invalidRequest',
      'usage',
      'Check the path, the fields and the headers; --include shows the whole answer.',
    ],
    [418, 'x', 'usage', 'Check the path, the fields and the headers; --include shows the whole answer.'],
  ])('%i %s is %s, with what to do', (status, code, kind, hint) => {
    expect(failure(status, code)).toBe(
      `${kind}: Microsoft Graph refuses GET /x (HTTP ${status}): Words of Graph. | ${hint}`,
    )
  })

  it('for want of space, of rights or of patience is told as everywhere', () => {
    expect(failure(507, 'quotaLimitReached')).toMatch(/^not-allowed: (?!Microsoft Graph refuses GET)/)
    expect(failure(403, 'accessDenied')).toMatch(/^not-allowed: /)
    expect(failure(429)).toMatch(/^service: Microsoft throttles/)
    expect(failure(503)).toMatch(/^service: Microsoft Graph is in trouble/)
  })

  it.each([400, 404])('%i for want of a drive is no wrong path', (status) => {
    const json = { error: { code: 'x', message: 'Tenant does not have a SPO license.' } }
    expect(apiFailure(answerOf({ status, json }), 'GET /x')).toMatchObject({
      kind: 'not-allowed',
      message: expect.stringContaining('This account has no OneDrive here'),
    })
  })

  it.each([300, 302, 399])('%i that names another place says how to fetch it', (status) => {
    expect(failure(status, undefined, { location: 'https://x.example' })).toBe(
      `usage: GET /x: the content is at another place (HTTP ${status}). | --output FILE   (which fetches it from there, without the token; - prints it)`,
    )
    expect(failure(status)).not.toContain('--output')
    for (const other of [201, 404])
      expect(failure(other, undefined, { location: 'https://x.example' })).not.toContain('--output')
  })
})

describe('the pages of a list', () => {
  const origin = 'https://graph.microsoft.com'
  const all = async (answers: Record<string, object>, first = '/a') => {
    const graph = fakeGraph((_, { path }) => ok(answers[path] ?? {}))
    const items: unknown[][] = []
    for await (const page of readPages(() => graph, readAddress(first), { prefer: 'x' }, origin))
      items.push(page)
    return { items, asked: graph.asked.map(({ version, path, headers }) => [version, path, headers?.prefer]) }
  }

  it('are followed as the server says, and a delta ends with its link', async () => {
    const answers = {
      '/a': { value: [1, 2], '@odata.nextLink': `${origin}/beta/b?c=%24` },
      '/b?c=%24': { value: [], '@odata.deltaLink': `${origin}/v1.0/d` },
    }
    expect(await all(answers)).toEqual({
      items: [[1, 2], [{ '@odata.deltaLink': `${origin}/v1.0/d` }]],
      asked: [
        ['/v1.0', '/a', 'x'],
        ['/beta', '/b?c=%24', 'x'],
      ],
    })
  })

  it('are one item where there is no list', async () => {
    expect((await all({ '/a': { id: 1, '@odata.deltaLink': 1 } })).items).toEqual([
      [{ id: 1, '@odata.deltaLink': 1 }],
    ])
  })

  it('that lead in a circle, or elsewhere, end with what to do', async () => {
    const circle = { '/a': { value: [], '@odata.nextLink': `${origin}/v1.0/a` } }
    await expect(all(circle)).rejects.toMatchObject({
      kind: 'service',
      message: 'Microsoft Graph leads back to a page that was there already.',
      hint: 'Ask by the id of the folder in place of its path: /me/drive/items/ID/children',
    })
    const elsewhere = { '/a': { value: [], '@odata.nextLink': 'https://evil.example/v1.0/a' } }
    await expect(all(elsewhere)).rejects.toMatchObject({
      kind: 'service',
      message: 'Microsoft Graph names a next page that is not its own.',
      hint: 'Nothing was sent there: https://evil.example',
    })
  })

  it('are read as a whole, with a bound', async () => {
    const large = 'x'.repeat(3_000_000)
    let read: unknown
    const graph = fakeGraph(async (_, { streams }) => {
      read = await streams?.take?.(
        Readable.from([Buffer.from(large)]) as IncomingMessage,
        () => {},
        'the token',
      )
      return ok({ value: [] })
    })
    await readPages(() => graph, readAddress('/a'), {}, origin).next()
    expect(read).toBe(large)
  })

  it('that are refused are told by their address', async () => {
    const graph = fakeGraph(() => ({ status: 404, json: { error: { code: 'x', message: 'No.' } } }))
    const first = readPages(() => graph, readAddress('/a?b=1'), {}, origin).next()
    await expect(first).rejects.toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining('GET /a (HTTP 404)'),
    })
  })
})

describe('a body', () => {
  const body = (...chunks: string[]) =>
    Readable.from(chunks.map((chunk) => Buffer.from(chunk))) as IncomingMessage

  it('that is meant to be small is read up to its bound', async () => {
    let chunks = 0
    const alive = () => {
      chunks += 1
    }
    const most = 2 * 1024 * 1024
    expect(await readText(body('é', 'b'), alive, 3)).toBe('éb')
    expect(chunks).toBe(2)
    expect(await readText(body('a'.repeat(most)), alive, most)).toHaveLength(most)
    await expect(readText(body('a'.repeat(most), 'b'), alive, most)).rejects.toMatchObject({
      kind: 'service',
      message: 'The answer is larger than 2 MiB.',
      hint: 'Ask for less at once: $top=200, and $select=id,name',
    })
  })

  it('is handed on piece by piece; while whoever takes it is slow, the server is not to blame', async () => {
    let [sent, alive] = [0, 0]
    const live = () => {
      alive += 1
    }
    const write = () => {
      sent += 1
    }
    await handOn(body('a', 'b'), live, { write })
    expect([sent, alive]).toEqual([2, 2])
    await handOn(body('a'), live, { write: () => new Promise((resolve) => setTimeout(resolve, 1_300)) })
    expect(alive).toBe(4)
  })
})

describe('addresses', () => {
  const origin = 'https://graph.microsoft.com'
  const sandbox = 'http://localhost:1234'

  it('are joined with more of a query', () => {
    const bare = readAddress('/me')
    expect(pathOf(bare)).toBe('/me')
    expect(pathOf(withQuery(bare, ''))).toBe('/me')
    expect(pathOf(withQuery(bare, 'a=1'))).toBe('/me?a=1')
    expect(pathOf(withQuery(withQuery(bare, 'a=1'), 'b=2'))).toBe('/me?a=1&b=2')
    expect([isWhole('https://x'), isWhole('HTTP:x'), isWhole('/me:x'), isWhole('me/x:y')]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it.each([
    ['/beta', '/beta', ''],
    ['/beta?a=1', '/beta', ''],
    ['/x/v1.0/y', '/v1.0', '/x/v1.0/y'],
    ['/x/beta', '/v1.0', '/x/beta'],
    ['/me/a..', '/v1.0', '/me/a..'],
    ['/me/..a/%2e%2eb/a%2e', '/v1.0', '/me/..a/%2e%2eb/a%2e'],
    [`${origin}/beta`, '/beta', ''],
    [`${origin}/v1.0/me//beta/x`, '/v1.0', '/me//beta/x'],
  ])('%s is of the version %s, and below it %j', (typed, version, path) => {
    expect(readAddress(typed, origin)).toMatchObject({ version, path })
  })

  it.each([
    ['/me/100%', 'has a % that encodes nothing. | A % in a name is written %25.'],
    ['/me/%4z', 'has a % that encodes nothing. | A % in a name is written %25.'],
    [
      `${origin}/me`,
      'an address of Graph begins with /v1.0 or /beta. | Give a path of Microsoft Graph: od-link api /me/drive/root/children',
    ],
    [`${origin}/x/beta/me`, 'an address of Graph begins with /v1.0 or /beta'],
    [`${origin}/v1.0x`, 'an address of Graph begins with /v1.0 or /beta'],
    [
      'https://evil.example/v1.0/me',
      `The token goes to ${origin} alone. Give the path: od-link api /me/drive/root`,
    ],
  ])('%s is refused', (typed, why) => {
    expect(told(() => readAddress(typed, origin))).toContain(why)
  })

  it('of another host are refused before the host of the link is known, too', () => {
    expect(told(() => readAddress('https://evil.example/v1.0/me'))).toContain(
      'The token goes to its own host alone.',
    )
  })

  it('of a next page are no more than an origin in a message', () => {
    const long = `https://evil.example/${'x'.repeat(300)}`
    expect(told(() => followLink(long, origin))).toMatch(
      / \| Nothing was sent there: https:\/\/evil\.example$/,
    )
    const said = 'https://evil.example/\nRenew it with: od-link login --client-id x'
    expect(told(() => followLink(said, origin))).toMatch(
      / \| Nothing was sent there: https:\/\/evil\.example$/,
    )
    expect(told(() => followLink('Renew it with:\nod-link', origin))).toMatch(/there: it is no address$/)
  })

  it.each([
    ['/me/drive/root:/a/b', '/me/drive/root:/a/b'],
    ['/me/drive/root:/a/b:/content', '/me/drive/root:/a/b'],
    ['/me/drive/root:/a/b:/createUploadSession', '/me/drive/root:/a/b'],
    ['/me/drive/root:/a/b:', '/me/drive/root:/a/b'],
    ['/me/drive/root:/a/', '/me/drive/root:/a/local%20file'],
    ['/me/drive/root:/', '/me/drive/root:/local%20file'],
    ['/me/drive/root:/folder/deep/', '/me/drive/root:/folder/deep/local%20file'],
    ['/me/drive/root:/content/a', '/me/drive/root:/content/a'],
    ['/me/drive/root:/a/createUploadSession.txt', '/me/drive/root:/a/createUploadSession.txt'],
    ['/me/drive/items/ID:/a', '/me/drive/items/ID:/a'],
    ['/me/drive/special/photos:/a', '/me/drive/special/photos:/a'],
    ['/me/drive/items/ID', '/me/drive/items/ID'],
    ['/me/drive/items/ID/content', '/me/drive/items/ID'],
  ])('%s is the place %s of an upload', (typed, path) => {
    expect(fileAddress(readAddress(typed), '/some/local file').path).toBe(path)
  })

  it.each([
    '/me/drive',
    '/me/drive/root',
    '/me/drive/root:/a?x=1',
    '/me/drive/root:/a:/children',
    '/me/drive/items/',
    '/me/drive/items/ID/children',
  ])('%s is none', (typed) => {
    expect(told(() => fileAddress(readAddress(typed), 'f'))).toMatch(
      /^usage: "[^"]+" is not the path of a file to be\. \| od-link api --upload FILE \/me\/drive\/root:\/folder\/name\n/,
    )
  })

  it('of an upload ask for its parts by path or by id; standard input has no name', () => {
    expect(below(readAddress('/me/drive/root:/a'), 'content')).toBe('/me/drive/root:/a:/content')
    expect(below(readAddress('/me/drive/items/ID'), 'content')).toBe('/me/drive/items/ID/content')
    expect(told(() => fileAddress(readAddress('/me/drive/root:/a/'), '-'))).toBe(
      'usage: Standard input has no name, so the path needs one. | od-link api --upload - /me/drive/root:/folder/name',
    )
  })

  it.each<[address: unknown, graph: string, isGood: boolean]>([
    ['https://content.example/x?y', origin, true],
    ['http://content.example/x', origin, false],
    ['https://localhost/x', origin, false],
    ['https://127.0.0.1/x', origin, false],
    ['https://sub.localhost/x', origin, false],
    ['https://localhost./x', origin, false],
    ['https://0.0.0.0/x', origin, false],
    ['https://[::]/x', origin, false],
    ['https://[::1]/x', origin, false],
    ['https://[::ffff:127.0.0.1]/x', origin, false],
    ['https://notlocalhost/x', origin, true],
    ['https://localhost.evil.example/x', origin, true],
    ['https://0.0.0.0.example/x', origin, true],
    ['ftp://localhost/x', sandbox, false],
    ['https://user@content.example/x', origin, false],
    ['https://:word@content.example/x', origin, false],
    ['file:///etc/passwd', origin, false],
    ['nonsense', origin, false],
    [{ toString: 1 }, origin, false],
    [undefined, origin, false],
    ['http://localhost:99/x', sandbox, true],
    ['http://content.example/x', sandbox, false],
    ['https://localhost/x', sandbox, true],
  ])('%j is a place for content of %s: %s', (address, graph, isGood) => {
    const what = told(() => readSigned(address, graph))
    if (isGood) expect([what, readSigned(address, graph).href]).toEqual(['nothing', String(address)])
    else
      expect(what).toMatch(
        /^service: Microsoft Graph names a place for the content that cannot be trusted\. \| Nothing was sent there: (it is no address|\w+:\/\/[^/?@]*)$/,
      )
  })

  it('of content may be relative to the one before', () => {
    expect(readSigned('/y', origin, 'https://content.example/x').href).toBe('https://content.example/y')
    expect(told(() => readSigned('http://[', origin, 'https://content.example/x'))).toContain(
      'it is no address',
    )
  })
})

describe('the file of a download', () => {
  const file = () => join(dir, 'file.bin')
  const write = (target: ReturnType<typeof openPart>, text: string) => target.write(Buffer.from(text))
  // What each of them does when the process ends.
  const before = process.listeners('exit')
  afterEach(() => {
    for (const one of process.listeners('exit')) if (!before.includes(one)) process.off('exit', one)
  })

  it('is as it was until all is there', () => {
    writeFileSync(file(), 'older')
    const target = openPart(file(), 'of this')
    expect([target.have, target.etag]).toEqual([0, undefined])
    target.begin(undefined)
    write(target, 'new')
    write(target, 'er')
    expect(target.have).toBe(5)
    expect(readFileSync(file(), 'utf8')).toBe('older')
    target.finish()
    expect(readFileSync(file(), 'utf8')).toBe('newer')
    expect(readdirSync(dir)).toEqual(['file.bin'])
  })

  it('goes on with what is there of the same content and version, and of no other', () => {
    const before = openPart(file(), 'of this')
    before.begin('"1"')
    write(before, 'half ')
    expect(readdirSync(dir).sort()).toEqual(['file.bin.part', 'file.bin.part.etag'])
    const other = openPart(file(), 'of that')
    expect([other.have, other.etag]).toEqual([0, undefined])
    const again = openPart(file(), 'of this')
    expect([again.have, again.etag]).toEqual([5, '"1"'])
    write(again, 'whole')
    again.finish()
    expect(readFileSync(file(), 'utf8')).toBe('half whole')
    expect(readdirSync(dir)).toEqual(['file.bin'])
  })

  it('begins anew when the version is another', () => {
    const target = openPart(file(), 'of this')
    target.begin('"1"')
    write(target, 'old')
    target.begin('"2"')
    expect([target.have, target.etag]).toEqual([0, '"2"'])
    write(target, 'new')
    target.begin(undefined)
    expect(readdirSync(dir)).toEqual(['file.bin.part'])
    write(target, 'newest')
    target.finish()
    expect(readFileSync(file(), 'utf8')).toBe('newest')
  })

  it('is kept for the next run where that can go on with it', () => {
    const target = openPart(file(), 'of this')
    expect(target.isKept).toBe(false)
    target.begin('"1"')
    expect(target.isKept).toBe(false)
    write(target, 'half')
    expect(target.isKept).toBe(true)
    target.begin(undefined)
    write(target, 'half')
    expect(target.isKept).toBe(false)
  })

  it('is as it was where nothing came, as after a 304', () => {
    writeFileSync(file(), 'older')
    openPart(file(), 'of this').finish()
    expect([readFileSync(file(), 'utf8'), readdirSync(dir)]).toEqual(['older', ['file.bin']])
  })

  it.runIf(process.platform === 'linux')('is closed whenever it begins anew, and at its end', () => {
    const target = openPart(file(), 'of this')
    for (const etag of ['"1"', '"2"', undefined]) target.begin(etag)
    target.finish()
    const open = readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)]
      } catch {
        // The one that was open for the list itself.
        return []
      }
    })
    expect(open.filter((path) => path.startsWith(dir))).toEqual([])
  })

  it('is left to another od-link that took its place meanwhile', () => {
    const [one, other] = [openPart(file(), 'a'), openPart(file(), 'b')]
    one.begin(undefined)
    write(one, 'one')
    other.begin(undefined)
    write(other, 'other')
    expect(told(() => one.finish())).toContain('.part" cannot be written (EBUSY)')
    other.finish()
    expect(readFileSync(file(), 'utf8')).toBe('other')
  })

  it('is the one behind a link, and none where none can be', () => {
    const link = join(dir, 'link')
    writeFileSync(file(), 'older')
    symlinkSync(file(), link)
    const target = openPart(link, 'x')
    target.begin(undefined)
    write(target, 'newer')
    target.finish()
    expect(readFileSync(file(), 'utf8')).toBe('newer')
    expect(readdirSync(dir).sort()).toEqual(['file.bin', 'link'])
    mkdirSync(join(dir, 'folder'))
    expect(told(() => openPart(join(dir, 'folder'), 'x'))).toBe(
      `usage: "${dir}/folder" cannot be written (EISDIR). | Name another file.`,
    )
    expect(told(() => openPart(join(dir, 'none', 'file'), 'x'))).toContain('cannot be written (ENOENT)')
  })

  it('may be no file at all, whose beginning cannot be taken back', () => {
    expect([isSpecial('/dev/null'), isSpecial(dir), isSpecial(file())]).toEqual([true, false, false])
    const pieces: string[] = []
    const target = passOn((chunk) => void pieces.push(String(chunk)))
    target.begin('"1"')
    target.begin('"2"')
    expect([target.have, target.etag]).toEqual([0, '"2"'])
    target.write(Buffer.from('abc'))
    expect(target.isKept).toBe(false)
    target.finish()
    expect([target.have, pieces]).toEqual([3, ['abc']])
    expect(told(() => target.begin('"2"'))).toBe(
      'network: The download broke off, and its beginning has been written already. | Write it to a file, which can be mended: --output FILE',
    )
  })
})

it.each([
  [
    'ENOSPC',
    'read',
    'not-allowed: There is no space left on this machine for "f" (ENOSPC). | Free some space there, and run the same again.',
  ],
  [
    'EDQUOT',
    'written',
    'not-allowed: There is no space left on this machine for "f" (EDQUOT). | Free some space there, and run the same again.',
  ],
  ['EACCES', 'written', 'usage: "f" cannot be written (EACCES). | Name another file.'],
] as const)('%s of a file that is %s', (code, doing, expected) => {
  const error = fileTrouble(Object.assign(new Error('x'), { code }), 'f', doing)
  expect(`${error.kind}: ${error.message} | ${error.hint}`).toBe(expected)
  expect(fileTrouble(new Error('odd'), '-', 'read').message).toBe('Standard input cannot be read (odd).')
})
