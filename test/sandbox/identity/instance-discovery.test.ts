import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../sandbox/index.ts'
import { aadstsNumber, call, sandbox } from '../../helpers/sandbox/client.ts'

describe('instance discovery', () => {
  const ask = (to: Sandbox, endpoint: string, version = '1.1') =>
    call(
      `${to.origin}/common/discovery/instance?api-version=${version}&authorization_endpoint=${encodeURIComponent(endpoint)}`,
    )

  it('knows the sandbox and Microsoft’s clouds by all their names', async () => {
    const to = await sandbox()
    const own = new URL(to.origin).host
    const { json } = await ask(to, `${to.origin}/contoso.example/oauth2/v2.0/authorize`)
    expect(json.tenant_discovery_endpoint).toBe(
      `${to.origin}/contoso.example/v2.0/.well-known/openid-configuration`,
    )
    expect((await call(json.tenant_discovery_endpoint)).status).toBe(200)
    expect(json['api-version']).toBe('1.1')
    expect(json.metadata.at(-1)).toMatchObject({ preferred_network: own, preferred_cache: own })
    expect(json.metadata.at(-1).aliases).toContain(own.replace('localhost', '127.0.0.1'))
    for (const host of ['login.microsoftonline.com', 'login.windows.net', 'login.chinacloudapi.cn'])
      expect((await ask(to, `https://${host}/common/oauth2/v2.0/authorize`)).status, host).toBe(200)
  })

  it('knows no other hosts', async () => {
    const to = await sandbox()
    for (const endpoint of [
      'https://login.evil.example/common/oauth2/v2.0/authorize',
      'http://login.microsoftonline.com/common/oauth2/v2.0/authorize',
      to.origin.replace('http', 'https'),
      'http://localhost:1/common',
      'nonsense',
    ]) {
      const answer = await ask(to, endpoint)
      expect([answer.status, answer.json.error, aadstsNumber(answer)], endpoint).toEqual([
        400,
        'invalid_instance',
        50049,
      ])
    }
    expect(aadstsNumber(await ask(to, to.origin, '2.0'))).toBe(90023)
    expect(aadstsNumber(await call(`${to.origin}/common/discovery/instance`))).toBe(900144)
  })

  it('ignores case, as every endpoint does', async () => {
    const to = await sandbox()
    expect((await call(`${to.origin}/Common/V2.0/.well-known/OpenID-Configuration`)).status).toBe(200)
  })
})
