import { describe, expect, it } from 'vitest'
import {
  ada,
  call,
  code,
  control,
  drive,
  grace,
  graph,
  redeem,
  sandbox,
  signIn,
} from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

describe('the token of a request', () => {
  it('must be present, complete, known and not expired', async () => {
    const { to, accessToken } = await drive()
    const personal = await signIn(to, grace)
    const message = async (value: string) => {
      const answer = await graph(to, value, 'GET', '/me')
      expect([answer.status, answer.json.error.code]).toEqual([401, 'InvalidAuthenticationToken'])
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="", authorization_uri="/)
      return answer.json.error.message
    }
    expect((await call(`${to.origin}/v1.0/me`)).json.error.message).toContain('empty')
    expect(await message('x')).toContain('IDX14100')
    expect(await message(accessToken.slice(0, -5))).toContain('IDX')
    expect(await message(personal.access_token.slice(0, -5))).toContain('CompactToken parsing failed')
    expect((await control(to, 'POST', 'expire')).json).toEqual({ expired: 2 })
    expect(await message(accessToken)).toContain('Lifetime validation failed')
    expect(await message(personal.access_token)).toContain('80049228')
    const late = await graph(to, accessToken, 'GET', '/me')
    expect(late.headers.get('www-authenticate')).toContain('expired_token')
  })

  it('ends by itself', async () => {
    const { to, get } = await drive(ada, { accessTtlSeconds: 60 })
    expect((await get('/me')).status).toBe(200)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 61 })
    expect((await get('/me')).status).toBe(401)
  })

  it('may be refused while it is new, as often as the settings say', async () => {
    const { to, get } = await drive()
    await control(to, 'POST', 'settings', { newTokenRefusals: 2 })
    const refused = await get('/me')
    expect([refused.status, refused.json.error.code, refused.json.error.message]).toEqual([
      ...[401, 'InvalidAuthenticationToken', 'Unable to initialize RPS'],
    ])
    expect((await get(children)).status).toBe(401)
    expect((await get('/me')).status).toBe(200)
    const { access_token } = await signIn(to)
    const statuses = []
    for (let count = 0; count < 3; count++)
      statuses.push((await graph(to, access_token, 'GET', '/me')).status)
    expect(statuses).toEqual([401, 401, 200])
  })

  it('is refused in a URL and counted in the score', async () => {
    const { to, accessToken } = await drive()
    for (const query of [`access_token=${accessToken}`, `t=${accessToken}`]) {
      expect((await call(`${to.origin}/v1.0/me?${query}`)).status).toBe(401)
    }
    expect((await control(to, 'GET', 'score')).json.counts.tokenInUrl).toBe(2)
  })

  it('gives access according to its scopes', async () => {
    const to = await sandbox()
    const reader = (await redeem(to, { code: await code(to, { scope: 'Files.Read', login_hint: grace }) }))
      .json.access_token
    expect((await graph(to, reader, 'GET', '/me/drive')).status).toBe(200)
    expect((await graph(to, reader, 'POST', children, { name: 'x', folder: {} })).json.error.code).toBe(
      'accessDenied',
    )
    expect((await graph(to, reader, 'GET', '/me')).status).toBe(403)
  })
})
