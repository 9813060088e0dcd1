import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  authorize,
  call,
  control,
  drive,
  form,
  graph,
  refresh,
  sandbox,
  signIn,
} from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

describe('the score', () => {
  const counts = async (to: Parameters<typeof control>[0]) => (await control(to, 'GET', 'score')).json.counts

  it('is clean for a correct client', async () => {
    const { to, make } = await drive()
    await make(children, 'a')
    const { refresh_token } = await signIn(to)
    await refresh(to, refresh_token)
    await control(to, 'POST', 'expire')
    await refresh(to, refresh_token)
    expect((await control(to, 'GET', 'score')).json).toMatchObject({ total: 0, faults: [] })
  })

  it('counts a request repeated before Retry-After has passed, in each format', async () => {
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

  it('counts a second refresh while the first token is valid, unless its answer was lost or it was refused', async () => {
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
      unevenRange: 0,
    })
    const { total, faults } = (await control(to, 'GET', 'score')).json
    expect([total, faults.length]).toEqual([5, 5])
    await control(to, 'DELETE', 'score')
    expect((await control(to, 'GET', 'score')).json.total).toBe(0)
  })

  it('counts a token refused by the weather as refused', async () => {
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
