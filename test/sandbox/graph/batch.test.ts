import { describe, expect, it } from 'vitest'
import { ada, control, drive, graph, type Json, sandbox, signIn } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'
const json = { 'Content-Type': 'application/json' }
const conflictProperty = '@microsoft.graph.conflictBehavior'

/** The request in a batch that creates a folder. */
function making(id: string, name: string, { url = children, ...more }: Json = {}) {
  const body = { name, folder: {}, [conflictProperty]: 'fail' }
  return { id, method: 'POST', url, headers: json, body, ...more }
}

async function batching(username = ada) {
  const person = await drive(username)
  const batch = (requests: unknown, headers?: Record<string, string>) =>
    person.post('/$batch', { requests }, headers)
  /** The answers by id. */
  const answers = async (requests: unknown) => {
    const { responses } = (await batch(requests)).json
    return Object.fromEntries(responses.map((one: Json) => [one.id, one]))
  }
  const statuses = async (requests: unknown) =>
    Object.fromEntries(Object.entries(await answers(requests)).map(([id, one]) => [id, (one as Json).status]))
  return { ...person, batch, answers, statuses }
}

describe('a batch', () => {
  it('answers each request by its id, in any order', async () => {
    const { batch, get } = await batching()
    const asked = ['1', '2', '3', '4', '5']
    const { status, json: answer } = await batch(asked.map((id) => making(id, `folder ${id}`)))
    const ids = answer.responses.map((one: Json) => one.id)
    expect([status, ids.toSorted()]).toEqual([200, asked])
    expect(ids).not.toEqual(asked)
    expect(answer.responses.map((one: Json) => one.status)).toEqual(asked.map(() => 201))
    const { id, headers, body } = answer.responses[0]
    expect(body).toMatchObject({ name: `folder ${id}`, folder: {} })
    expect(headers['Content-Type']).toMatch(/^application\/json/)
    expect((await get(children)).json.value).toHaveLength(5)
  })

  it('gives each request the same answer as on its own: errors, redirects, empty, other types', async () => {
    const { answers, put, make } = await batching()
    await put('/me/drive/root:/f:/content', 'hello')
    await make(children, 'old')
    const got = await answers([
      { id: 'a', method: 'GET', url: 'me/drive?$select=id' },
      { id: 'b', method: 'get', url: '/me/drive/root:/f:/content' },
      { id: 'c', method: 'DELETE', url: '/me/drive/root:/old' },
      { id: 'd', method: 'GET', url: '/me/drive/root:/nothing' },
      { id: 'e', method: 'GET', url: '/v1.0/me' },
      {
        ...{
          id: 'f',
          method: 'PUT',
          url: '/me/drive/root:/g:/content',
          headers: { 'content-type': 'text/plain' },
        },
        body: Buffer.from('hé').toString('base64'),
      },
      { id: 'g', method: 'GET', url: '/me/drive/root:/a%20b' },
    ])
    expect(Object.keys(got.a.body).sort()).toEqual(['@odata.context', 'id'])
    expect([got.b.status, await (await fetch(got.b.headers.Location)).text()]).toEqual([302, 'hello'])
    expect([got.c.status, got.c.body]).toEqual([204, undefined])
    expect([got.d.status, got.d.body.error.code]).toEqual([404, 'itemNotFound'])
    expect([got.e.status, got.e.body.error.message]).toEqual([
      400,
      "Resource not found for the segment 'v1.0'.",
    ])
    expect([got.f.status, got.f.body.size]).toEqual([201, 3])
    expect(got.g.status).toBe(404)
  })

  it('runs requests after those they depend on, and not at all when one of those failed', async () => {
    const { answers, make } = await batching()
    await make(children, 'there')
    const got = await answers([
      making('child', 'child', { url: '/me/drive/root:/new:/children', dependsOn: ['Parent'] }),
      making('parent', 'new'),
      making('taken', 'there'),
      making('after', 'after', { dependsOn: ['taken'] }),
      making('later', 'later', { dependsOn: ['after', 'parent'] }),
    ])
    const statuses = Object.fromEntries(Object.entries(got).map(([id, one]) => [id, (one as Json).status]))
    expect(statuses).toEqual({ child: 201, parent: 201, taken: 409, after: 424, later: 424 })
    expect(got.after.body.error.code).toBe('failedDependency')
  })

  it('runs independent requests in any order', async () => {
    const { statuses } = await batching()
    const child = making('2', 'child', { url: '/me/drive/root:/new:/children' })
    expect(await statuses([making('1', 'new'), child])).toEqual({ 1: 201, 2: 404 })
  })

  it('is refused as a whole for a single flaw, before anything is done', async () => {
    const { batch, get, post } = await batching()
    const good = making('good', 'good')
    const flaws: [string, unknown][] = [
      ['no requests', undefined],
      ['none of them', []],
      ['more than twenty', Array.from({ length: 21 }, (_, index) => making(String(index), `f${index}`))],
      ['an id twice', [making('A', 'a'), making('a', 'b')]],
      ['no id', [good, { ...making('', 'a') }]],
      ['an id that is a number', [good, { ...making('1', 'a'), id: 1 }]],
      ['no method', [good, { id: '1', url: children }]],
      ['no url', [good, { id: '1', method: 'GET' }]],
      ['a body without Content-Type', [good, making('1', 'a', { headers: {} })]],
      ['a JSON body as text', [good, making('1', 'a', { body: '{"name":"a","folder":{}}' })]],
      ['an absolute URL', [good, making('1', 'a', { url: `https://graph.microsoft.com/v1.0${children}` })]],
      ['a URL without a scheme', [good, making('1', 'a', { url: `//graph.microsoft.com/v1.0${children}` })]],
      ['a batch in it', [good, making('1', 'a', { url: '/$batch', body: { requests: [good] } })]],
      ['what it depends on is missing', [good, making('1', 'a', { dependsOn: ['2'] })]],
      ['a circle', [good, making('1', 'a', { dependsOn: ['2'] }), making('2', 'b', { dependsOn: ['1'] })]],
      ['itself', [good, making('1', 'a', { dependsOn: ['1'] })]],
    ]
    for (const [why, requests] of flaws) {
      const answer = await batch(requests)
      expect([answer.status, answer.json.error.code], why).toEqual([400, 'BadRequest'])
    }
    expect((await post('/$batch', '{')).status).toBe(400)
    expect((await get('/$batch')).status).toBe(405)
    expect((await get(children)).json.value).toEqual([])
    expect(
      (await batch(Array.from({ length: 20 }, (_, index) => making(String(index), `f${index}`)))).status,
    ).toBe(200)
  })

  it('needs a token of its own', async () => {
    const to = await sandbox()
    const { access_token } = await signIn(to)
    const requests = [making('1', 'a')]
    expect((await graph(to, 'x', 'POST', '/$batch', { requests })).status).toBe(401)
    expect((await graph(to, access_token, 'POST', '/$batch', { requests })).status).toBe(200)
  })
})

describe('the weather in a batch', () => {
  it('throttles one request, with a Retry-After of its own', async () => {
    const { to, answers, get } = await batching()
    await control(to, 'POST', 'weather', {
      match: 'POST /v1.0/me/drive',
      effect: { status: 429, headers: { 'Retry-After': '7' } },
    })
    const got = await answers([making('1', 'a'), making('2', 'b'), making('3', 'c', { dependsOn: ['2'] })])
    const throttled = Object.values(got).filter((one) => (one as Json).status === 429) as Json[]
    expect(throttled).toEqual([
      {
        ...{ id: '2', status: 429 },
        headers: expect.objectContaining({ 'Retry-After': '7' }),
        body: { error: expect.objectContaining({ code: 'activityLimitReached' }) },
      },
    ])
    expect([got['1'].status, got['3'].status]).toEqual([201, 424])
    expect((await get(children)).json.value).toHaveLength(1)
    expect((await control(to, 'GET', 'score')).json.total).toBe(0)
  })

  it('counts a throttled request that is retried too soon, alone or in a batch', async () => {
    const { to, batch, make } = await batching()
    for (const again of [() => batch([making('1', 'a')]), () => make(children, 'a')]) {
      await control(to, 'POST', 'weather', {
        match: `POST /v1.0${children}`,
        effect: { status: 429, headers: { 'Retry-After': '30' } },
      })
      await batch([making('1', 'a')])
      await again()
    }
    expect((await control(to, 'GET', 'score')).json.counts.askedBeforeRetryAfter).toBeGreaterThanOrEqual(2)
  })

  it('answers 504 for a request whose answer is lost, done or not', async () => {
    const { to, statuses, get } = await batching()
    const rule = (effect: object) =>
      control(to, 'POST', 'weather', { match: `POST /v1.0${children}`, effect })
    await rule({ lost: true })
    expect(await statuses([making('1', 'lost')])).toEqual({ 1: 504 })
    await rule({ reset: true })
    expect(await statuses([making('1', 'reset')])).toEqual({ 1: 504 })
    await rule({ status: 503, after: true })
    expect(await statuses([making('1', 'after')])).toEqual({ 1: 503 })
    expect((await get(children)).json.value.map((one: Json) => one.name)).toEqual(['after', 'lost'])
  })

  it('delays requests that depend on a slow one, and the whole answer', async () => {
    const { to, batch } = await batching()
    await control(to, 'POST', 'weather', { match: `POST /v1.0${children}`, effect: { delayMs: 150 } })
    const started = performance.now()
    const { responses } = (
      await batch([
        making('slow', 'slow'),
        making('child', 'child', { url: '/me/drive/root:/slow:/children', dependsOn: ['slow'] }),
        { id: 'quick', method: 'GET', url: '/me' },
      ])
    ).json
    expect(performance.now() - started).toBeGreaterThan(140)
    expect(responses.map((one: Json) => one.id)).toEqual(['quick', 'slow', 'child'])
  })

  it('may affect the batch itself, or challenge its requests one by one', async () => {
    const { to, batch, statuses } = await batching()
    await control(to, 'POST', 'weather', { match: '$batch', effect: { status: 503 } })
    expect((await batch([making('1', 'a')])).status).toBe(503)
    await control(to, 'POST', 'weather', {
      match: `POST /v1.0${children}`,
      count: 1,
      effect: { claims: '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}' },
    })
    expect(await statuses([making('1', 'a'), making('2', 'b')])).toEqual({ 1: 201, 2: 401 })
  })

  it('is in the log beside each request', async () => {
    const { to, batch } = await batching()
    await control(to, 'DELETE', 'log')
    await batch([making('1', 'a'), { id: '2', method: 'GET', url: '/me/drive/root:/nothing' }])
    const log = (await control(to, 'GET', 'log')).json
    expect(log.map((one: Json) => [one.method, one.path, one.status, one.inBatch])).toEqual([
      ['POST', '/v1.0/$batch', 200, undefined],
      ['POST', `/v1.0${children}`, 201, true],
      ['GET', '/v1.0/me/drive/root:/nothing', 404, true],
    ])
  })
})
