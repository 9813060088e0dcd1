import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  ada,
  authorize,
  call,
  code,
  control,
  drive,
  form,
  grace,
  graph,
  type Json,
  pkce,
  redeem,
  refresh,
  sandbox,
  signIn,
} from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

describe('the control API', () => {
  it('opens for its token alone', async () => {
    const to = await sandbox()
    expect((await call(`${to.origin}/control/log`)).status).toBe(401)
    const headers = { authorization: `Bearer ${to.controlToken}x` }
    expect((await call(`${to.origin}/control/log`, { headers })).status).toBe(401)
    expect((await control(to, 'GET', 'log')).status).toBe(200)
  })

  it('names what it knows', async () => {
    const to = await sandbox()
    expect((await control(to, 'GET', 'moon')).json.error).toContain('weather, expire, revoke')
    expect((await control(to, 'PUT', 'weather')).json.error).toContain('POST, DELETE')
    const cases = [
      ['revoke', { username: 'nobody@nowhere.example' }, "There is no user 'nobody@nowhere.example'."],
      ['settings', { latencyMs: -1 }, 'latencyMs must be a number of at least 0.'],
      ['settings', { moods: { [ada]: { existing: 201 } } }, `moods["${ada}"].existing must be 409 or 200.`],
      ['next-sign-in', { page: 'oops' }, 'page must be a code such as AADSTS50105.'],
      ['device', {}, 'user_code is missing.'],
    ] as const
    for (const [name, body, message] of cases)
      expect((await control(to, 'POST', name, body)).json.error).toBe(message)
  })

  it('tells the settings as they are now', async () => {
    const to = await sandbox({ latencyMs: 1 })
    const { json } = await control(to, 'POST', 'settings', { moods: { [grace]: { existing: 200 } } })
    expect(json).toMatchObject({
      latencyMs: 1,
      quotaFull: false,
      moods: { [grace]: { existing: 200, missingParents: 404 } },
    })
  })
})

describe('the log', () => {
  it('holds every request to Microsoft’s parts, and no secret', async () => {
    const to = await sandbox()
    const { challenge, verifier } = pkce()
    const value = await code(to, {
      code_challenge: challenge,
      code_challenge_method: 'S256',
      nonce: 'a-nonce-of-mine',
    })
    const tokens = (await redeem(to, { code: value, code_verifier: verifier })).json
    await refresh(to, tokens.refresh_token)
    await graph(to, tokens.access_token, 'GET', '/me', undefined, { 'user-agent': 'A|B|C' })
    await call(`${to.origin}/v1.0/me?access_token=${tokens.access_token}`)
    await call(`${to.origin}/common/oauth2/v2.0/token?client_secret=${to.webClientSecret}`, {
      method: 'POST',
    })
    const log = await control(to, 'GET', 'log')
    expect(log.json.map((entry: Json) => [entry.kind, entry.status, entry.grant])).toEqual([
      ['authorize', 302, undefined],
      ['token', 200, 'authorization_code'],
      ['token', 200, 'refresh_token'],
      ['graph', 200, undefined],
      ['graph', 401, undefined],
      ['token', 400, undefined],
    ])
    expect(log.json[3]).toMatchObject({ username: ada, userAgent: 'A|B|C', method: 'GET', path: '/v1.0/me' })
    const secrets = (await control(to, 'GET', 'secrets')).json
    expect(secrets).toEqual(
      expect.arrayContaining([
        value,
        verifier,
        tokens.access_token,
        tokens.refresh_token,
        tokens.id_token,
        to.webClientSecret,
      ]),
    )
    for (const secret of [...secrets, 'a-nonce-of-mine']) expect(log.text).not.toContain(secret)
    await control(to, 'DELETE', 'log')
    expect((await control(to, 'GET', 'log')).json).toEqual([])
  })
})

describe('the score', () => {
  const counts = async (to: Parameters<typeof control>[0]) => (await control(to, 'GET', 'score')).json.counts

  it('is clean for a client that does all right', async () => {
    const { to, make } = await drive()
    await make(children, 'a')
    const { refresh_token } = await signIn(to)
    await refresh(to, refresh_token)
    await control(to, 'POST', 'expire')
    await refresh(to, refresh_token)
    expect((await control(to, 'GET', 'score')).json).toMatchObject({ total: 0, faults: [] })
  })

  it('counts a request repeated before Retry-After is over, whatever its form', async () => {
    const { to, get } = await drive()
    for (const retryAfter of ['30', '30.5', new Date(Date.now() + 30_000).toUTCString()]) {
      await control(to, 'POST', 'weather', {
        effect: { status: 429, headers: { 'Retry-After': retryAfter } },
      })
      await get('/me')
      await get('/me')
    }
    expect((await counts(to)).askedBeforeRetryAfter).toBe(3)
    await control(to, 'POST', 'weather', { effect: { status: 503, headers: { 'Retry-After': '0.2' } } })
    await get('/me')
    await wait(210)
    await get('/me')
    expect((await counts(to)).askedBeforeRetryAfter).toBe(3)
  })

  it('counts a second renewal while the first is good, unless its answer was lost or it was refused', async () => {
    const to = await sandbox()
    const { refresh_token } = await signIn(to)
    await control(to, 'POST', 'weather', { match: '/token', effect: { lost: true } })
    await expect(refresh(to, refresh_token)).rejects.toThrow()
    await refresh(to, refresh_token)
    expect((await counts(to)).renewedTwice).toBe(0)
    await refresh(to, refresh_token)
    expect((await counts(to)).renewedTwice).toBe(1)
    const { access_token } = (await refresh(to, refresh_token)).json
    await control(to, 'POST', 'weather', { effect: { claims: '{"a":1}' } })
    await graph(to, access_token, 'GET', '/me')
    await refresh(to, refresh_token)
    expect((await counts(to)).renewedTwice).toBe(2)
  })

  it('counts the other faults', async () => {
    const { to, make, accessToken } = await drive()
    await make(children, 'a', 'overwrite')
    await graph(to, accessToken, 'POST', children, { name: 'b', folder: {} })
    await call(`${to.origin}/v1.0/me`, { headers: { authorization: `Bearer ${accessToken}` } })
    const body = form({ client_id: to.clientId })
    await call(`${to.origin}/common/oauth2/v2.0/token?code=x`, { method: 'POST', body })
    await authorize(to)
    expect(await counts(to)).toEqual({
      askedBeforeRetryAfter: 0,
      noClientRequestId: 2,
      renewedTwice: 0,
      tokenInUrl: 0,
      secretInUrl: 1,
      unknownConflictBehavior: 1,
      noConflictBehavior: 1,
    })
    const { total, faults } = (await control(to, 'GET', 'score')).json
    expect([total, faults.length]).toEqual([5, 5])
    await control(to, 'DELETE', 'score')
    expect((await control(to, 'GET', 'score')).json.total).toBe(0)
  })

  it('counts a token refused by made-up weather as refused', async () => {
    const { to, get } = await drive()
    const { refresh_token } = await signIn(to)
    const { access_token } = (await refresh(to, refresh_token)).json
    await control(to, 'POST', 'weather', { effect: { status: 401 } })
    expect((await graph(to, access_token, 'GET', '/me')).status).toBe(401)
    await refresh(to, refresh_token)
    expect((await counts(to)).renewedTwice).toBe(0)
    expect((await get('/me')).status).toBe(200)
  })
})
