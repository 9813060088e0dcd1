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

  it('runs a chain in its order, and nothing after a failure', async () => {
    const { answers, statuses, make, get } = await batching()
    const below = '/me/drive/root:/new:/children'
    expect(
      await statuses([
        making('parent', 'new'),
        making('child', 'child', { url: below, dependsOn: ['Parent'] }),
        { id: 'look', method: 'GET', url: '/me/drive/root:/new/child', dependsOn: ['child'] },
      ]),
    ).toEqual({ parent: 201, child: 201, look: 200 })
    await make(children, 'there')
    const got = await answers([
      making('first', 'first'),
      making('taken', 'there', { dependsOn: ['first'] }),
      making('after', 'after', { dependsOn: ['taken'] }),
      { id: 'last', method: 'GET', url: '/me', dependsOn: ['after'] },
    ])
    expect(Object.fromEntries(Object.entries(got).map(([id, one]) => [id, (one as Json).status]))).toEqual({
      ...{ first: 201, taken: 409, after: 424, last: 424 },
    })
    expect(got.last.body.error).toMatchObject({
      code: 'FailedDependency',
      message: 'Request failed as dependent request failed',
    })
    expect((await get('/me/drive/root:/after')).status).toBe(404)
  })

  it('runs parallel requests in any order, and none sees what another creates', async () => {
    const { statuses, get } = await batching()
    const child = making('child', 'child', { url: '/me/drive/root:/new:/children' })
    const look = { id: 'look', method: 'GET', url: '/me/drive/root:/new' }
    const parent = making('parent', 'new')
    expect(await statuses([parent, child, look])).toEqual({ parent: 201, child: 404, look: 404 })
    await statuses([{ id: 'x', method: 'DELETE', url: '/me/drive/root:/new' }])
    expect(await statuses([look, child, parent])).toEqual({ parent: 201, child: 404, look: 404 })
    expect((await get('/me/drive/root:/new/child')).status).toBe(404)
    expect(await statuses([child, look])).toEqual({ child: 201, look: 200 })
  })

  it('lets one of several parallel requests have a name', async () => {
    const { statuses } = await batching()
    const got = await statuses([making('1', 'a'), making('2', 'a'), making('3', 'A')])
    expect(Object.values(got).toSorted()).toEqual([201, 409, 409])
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
    const got = await answers([making('1', 'a'), making('2', 'b')])
    const throttled = Object.values(got).filter((one) => (one as Json).status === 429) as Json[]
    expect(throttled).toEqual([
      {
        ...{ id: '2', status: 429 },
        headers: expect.objectContaining({ 'Retry-After': '7' }),
        body: { error: expect.objectContaining({ code: 'activityLimitReached' }) },
      },
    ])
    expect(got['1'].status).toBe(201)
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

  it('gives one request any answer', async () => {
    const { to, answers } = await batching()
    const error = {
      code: 'accessDenied',
      message: 'Database Is Read Only',
      innerError: { code: 'serviceReadOnly' },
    }
    await control(to, 'POST', 'weather', {
      match: `POST /v1.0${children}`,
      effect: { status: 403, body: { error } },
    })
    const got = await answers([making('1', 'a'), making('2', 'b')])
    expect(got['2']).toMatchObject({ status: 403, body: { error } })
    expect(got['1'].status).toBe(201)
  })

  it('throttles one request of a chain, and so ends it', async () => {
    const { to, statuses } = await batching()
    await control(to, 'POST', 'weather', { match: `POST /v1.0${children}`, skip: 1, effect: { status: 429 } })
    const chain = ['1', '2', '3'].map((id, index) =>
      making(id, `f${id}`, index === 0 ? {} : { dependsOn: [String(index)] }),
    )
    expect(await statuses(chain)).toEqual({ 1: 201, 2: 429, 3: 424 })
  })

  it('delays a chain after a slow request, but not the others of a parallel batch', async () => {
    const { to, batch } = await batching()
    const slow = () =>
      control(to, 'POST', 'weather', { match: `POST /v1.0${children}`, effect: { delayMs: 150 } })
    const order = async (requests: unknown) => {
      const started = performance.now()
      const { responses } = (await batch(requests)).json
      expect(performance.now() - started).toBeGreaterThan(140)
      return responses.map((one: Json) => one.id)
    }
    await slow()
    const quick = { id: 'quick', method: 'GET', url: '/me' }
    expect(await order([making('slow', 'slow'), quick])).toEqual(['quick', 'slow'])
    await slow()
    const chain = [making('slow', 'again'), { ...quick, dependsOn: ['slow'] }]
    expect(await order(chain)).toEqual(['slow', 'quick'])
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
