import { describe, expect, it } from 'vitest'
import { control, drive, graph, refresh, sandbox, signIn } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

describe('weather', () => {
  it('fakes the given number of answers, after skipping the given number', async () => {
    const { to, get } = await drive()
    await control(to, 'POST', 'weather', {
      match: 'GET /v1.0/me',
      skip: 1,
      count: 2,
      effect: { status: 503 },
    })
    const statuses = []
    for (let count = 0; count < 5; count++) statuses.push((await get('/me')).status)
    expect(statuses).toEqual([200, 503, 503, 200, 200])
  })

  it('sends the usual error of the status, or the given headers and body', async () => {
    const { to, get } = await drive()
    await control(to, 'POST', 'weather', { effect: { status: 429, headers: { 'Retry-After': '0.5' } } })
    const usual = await get('/me')
    expect([usual.json.error.code, usual.headers.get('retry-after')]).toEqual(['activityLimitReached', '0.5'])
    await control(to, 'POST', 'weather', {
      effect: { status: 502, body: '<html>', contentType: 'text/html' },
    })
    const html = await get('/me')
    expect([html.text, html.headers.get('content-type')]).toEqual(['<html>', 'text/html'])
    await control(to, 'POST', 'weather', { effect: { status: 400, body: { error: { code: '' } } } })
    expect((await get('/me')).json).toEqual({ error: { code: '' } })
  })

  it('sends plain text at the token endpoint', async () => {
    const to = await sandbox()
    const { refresh_token } = await signIn(to)
    await control(to, 'POST', 'weather', { match: '/token$/', effect: { status: 429 } })
    expect((await refresh(to, refresh_token)).text).toBe('Too Many Requests')
    expect((await refresh(to, refresh_token)).status).toBe(200)
  })

  it('can carry out the request first, or lose the answer', async () => {
    const { to, make, get } = await drive()
    await control(to, 'POST', 'weather', { match: 'POST', effect: { status: 504, after: true } })
    expect((await make(children, 'a')).status).toBe(504)
    expect((await get('/me/drive/root:/a')).status).toBe(200)
    await control(to, 'POST', 'weather', { match: 'POST', effect: { status: 504 } })
    expect((await make(children, 'b')).status).toBe(504)
    expect((await get('/me/drive/root:/b')).status).toBe(404)
    await control(to, 'POST', 'weather', { match: 'POST', effect: { lost: true } })
    await expect(make(children, 'c')).rejects.toThrow()
    expect((await get('/me/drive/root:/c')).status).toBe(200)
    await control(to, 'POST', 'weather', { match: 'POST', effect: { reset: true } })
    await expect(make(children, 'd')).rejects.toThrow()
    expect((await get('/me/drive/root:/d')).status).toBe(404)
    const log = (await control(to, 'GET', 'log')).json
    expect(
      log
        .filter((entry: { weather?: true }) => entry.weather)
        .map((entry: { status: unknown }) => entry.status),
    ).toEqual([504, 504, 'lost', 'reset'])
  })

  it('can hang before the headers or in the body, truncate the body, or be slow', async () => {
    const { to, accessToken, get } = await drive()
    const soon = () =>
      fetch(`${to.origin}/v1.0/me`, {
        headers: { authorization: `Bearer ${accessToken}` },
        signal: AbortSignal.timeout(150),
      })
    await control(to, 'POST', 'weather', { effect: { hang: 'headers' } })
    await expect(soon()).rejects.toThrow()
    await control(to, 'POST', 'weather', { effect: { hang: 'body' } })
    const half = await soon()
    expect(half.status).toBe(200)
    await expect(half.text()).rejects.toThrow()
    await control(to, 'POST', 'weather', { effect: { truncate: true } })
    const cut = await get('/me')
    expect([cut.status, cut.json]).toEqual([200, undefined])
    expect(cut.text).toMatch(/^\{"@odata/)
    await control(to, 'POST', 'weather', { effect: { delayMs: 120 } })
    const started = performance.now()
    await get('/me')
    expect(performance.now() - started).toBeGreaterThan(110)
  })

  it('challenges a token for claims until a refresh adds them', async () => {
    const { to, get } = await drive()
    const { access_token, refresh_token } = await signIn(to)
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1765000000"}}}'
    await control(to, 'POST', 'weather', { match: '/v1.0/', effect: { claims } })
    const challenged = await graph(to, access_token, 'GET', '/me')
    expect(challenged.status).toBe(401)
    const header = challenged.headers.get('www-authenticate') ?? ''
    expect(header).toContain('error="insufficient_claims"')
    expect(Buffer.from(/claims="([^"]+)"/.exec(header)?.[1] ?? '', 'base64').toString()).toBe(claims)
    const without = (await refresh(to, refresh_token)).json.access_token
    expect((await graph(to, without, 'GET', '/me')).status).toBe(401)
    const merged = JSON.stringify({
      access_token: { ...JSON.parse(claims).access_token, xms_cc: { values: ['cp1'] } },
    })
    const renewed = (await refresh(to, refresh_token, { claims: merged })).json.access_token
    expect((await graph(to, renewed, 'GET', '/me')).status).toBe(200)
    expect((await get('/me')).status).toBe(401)
    await control(to, 'DELETE', 'weather')
    expect((await get('/me')).status).toBe(200)
  })

  it('reports what is wrong with a rule', async () => {
    const to = await sandbox()
    const cases = [
      [{}, 'effect is missing.'],
      [{ effect: { status: 99 } }, 'effect.status must be between 200 and 599.'],
      [{ effect: { lost: 'yes' } }, 'effect.lost must be true or false.'],
      [{ effect: { hang: 'mind' } }, 'effect.hang must be "headers" or "body".'],
      [{ effect: { claims: '{' } }, 'effect.claims must be a string that contains JSON.'],
      [{ match: '/(/', effect: {} }, 'match is not a regular expression: '],
      [{ count: 1.5, effect: {} }, 'count must be an integer.'],
      [{ wind: 3, effect: {} }, 'wind is not a known field; these are: match, count, skip, effect.'],
    ] as const
    for (const [rule, message] of cases) {
      const answer = await control(to, 'POST', 'weather', rule)
      expect([answer.status, answer.json.error]).toEqual([400, expect.stringContaining(message)])
    }
  })
})
