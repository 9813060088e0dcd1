import { describe, expect, it } from 'vitest'
import {
  ada,
  call,
  code,
  control,
  graph,
  type Json,
  pkce,
  redeem,
  refresh,
  sandbox,
} from '../../helpers/sandbox/client.ts'

describe('the log', () => {
  it('contains every request to Microsoft’s endpoints, and no secret', async () => {
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
