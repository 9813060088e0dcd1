import { describe, expect, it } from 'vitest'
import { drive, type Json } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'
const json = { 'Content-Type': 'application/json' }

/** The request in a batch that creates a folder. */
function making(id: string, name: string, more: Json = {}) {
  const body = { name, folder: {}, '@microsoft.graph.conflictBehavior': 'fail' }
  return { id, method: 'POST', url: children, headers: json, body, ...more }
}

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => making(String(index), `f${index}`))
const after = (id: string, ...dependsOn: string[]) => making(id, id, { dependsOn })
const good = making('good', 'good')
const neither = 'Batch should be either fully sequential or fully parallel.'
const unknown = (id: string) => `Invalid dependency for request Id : ${id}.`
const empty = (id: string) => `Write request id : ${id} does not contain Content-Type header or body.`
const malformed = expect.stringMatching(/^Invalid batch payload format\. /)

/** What is wrong, the requests, and Graph's message. */
const flaws: [string, unknown, unknown][] = [
  ['no requests', undefined, malformed],
  ['an empty list', [], malformed],
  ['more than twenty', many(21), 'Number of requests inside batch exceed the limit.'],
  [
    'an id twice, in another case',
    [making('a', 'a'), making('A', 'b')],
    'Request Id A has to be unique in a batch.',
  ],
  ['no id', [good, { ...making('', 'a') }], malformed],
  ['an id that is a number', [good, { ...making('1', 'a'), id: 1 }], malformed],
  ['no method', [good, { id: '1', url: children }], malformed],
  ['no url', [good, { id: '1', method: 'GET' }], malformed],
  ['a body without Content-Type', [good, making('1', 'a', { headers: {} })], empty('1')],
  ['a POST without a body', [good, making('1', 'a', { body: undefined })], empty('1')],
  ['a PATCH without a body', [good, { id: '1', method: 'PATCH', url: '/me/drive/root:/a' }], empty('1')],
  [
    'a PUT whose body is null',
    [good, making('1', 'a', { method: 'put', url: '/me/drive/root:/a:/content', body: null })],
    empty('1'),
  ],
  ['a JSON body as text', [good, making('1', 'a', { body: '{"name":"a","folder":{}}' })], malformed],
  [
    'an absolute URL',
    [good, making('1', 'a', { url: `https://graph.microsoft.com/v1.0${children}` })],
    malformed,
  ],
  [
    'a URL without a scheme',
    [good, making('1', 'a', { url: `//graph.microsoft.com/v1.0${children}` })],
    malformed,
  ],
  ['a batch in a batch', [good, making('1', 'a', { url: '/$batch', body: { requests: [good] } })], malformed],
  ['an unknown dependency', [good, after('1', '2')], unknown('1')],
  ['a dependency that comes later', [after('1', '2'), making('2', 'b')], unknown('1')],
  ['a request that depends on itself', [good, after('1', '1')], unknown('1')],
  ['a tree', [good, after('1', 'good'), after('2', 'good')], neither],
  ['several chains', [making('a', 'a'), after('b', 'a'), making('c', 'c'), after('d', 'c')], neither],
  ['a chain beside an independent request', [good, after('1', 'good'), making('2', 'b')], neither],
  ['a chain with a gap', [good, after('1', 'good'), after('2', 'good')], neither],
  ['two dependencies', [good, after('1', 'good'), after('2', '1', 'good')], neither],
]

describe('a flaw in one request of a batch', () => {
  it.each(flaws)('refuses all of them: %s', async (_, requests, message) => {
    const { post, get } = await drive()
    const answer = await post('/$batch', { requests })
    expect([answer.status, answer.json.error.code]).toEqual([400, 'BadRequest'])
    expect(answer.json.error.message).toEqual(message)
    expect((await get(children)).json.value).toEqual([])
  })

  it('is not what Graph accepts', async () => {
    const { post, get } = await drive()
    const batch = async (requests: unknown) => (await post('/$batch', { requests })).status
    expect(await batch(many(20))).toBe(200)
    const chain = Array.from({ length: 20 }, (_, index) =>
      index === 0 ? making('c0', 'c0') : after(`c${index}`, `C${index - 1}`),
    )
    expect(await batch(chain)).toBe(200)
    expect(await batch([making('1', 'one', { dependsOn: [] }), making('2', 'two', { dependsOn: [] })])).toBe(
      200,
    )
    expect(await batch([{ id: '1', method: 'DELETE', url: '/me/drive/root:/one' }])).toBe(200)
    expect((await get(`${children}?$top=1000`)).json.value).toHaveLength(41)
    expect((await post('/$batch', '{')).status).toBe(400)
    expect((await get('/$batch')).status).toBe(405)
  })
})
