import { afterEach, describe, expect, it } from 'vitest'
import { compareClocks } from '../../src/http/clock-skew.ts'
import {
  discoveryUrl,
  findAuthority,
  isFilledFrom,
  issuerOf,
  readMetadata,
} from '../../src/identity/authority.ts'
import { startServer, type TestServer } from '../helpers/network/server.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'

const template = 'https://login.example/{tenantid}/v2.0'

describe('the issuer of a token', () => {
  it.each([
    [template, 'https://login.example/contoso/v2.0', true],
    [template, 'https://login.example/contoso.example/v2.0', true],
    [template, 'https://login.example/5d1f0a3c-7be2/v2.0', true],
    [template, 'https://login.example//v2.0', false],
    [template, 'https://login.example/v2.0', false],
    [template, 'https://login.example/a/b/v2.0', false],
    [template, 'https://login.example/contoso/v2.0/', false],
    [template, 'https://evil.example/contoso/v2.0', false],
    [template, 'xhttps://login.example/contoso/v2.0', false],
    [template, template, false],
    [template, 'https://login.example/con toso/v2.0', false],
    ['https://login.example/contoso/v2.0', 'https://login.example/contoso/v2.0', true],
    ['https://login.example/contoso/v2.0', 'https://login.example/fabrikam/v2.0', false],
  ])('by the template %s may be %s: %s', (before, issuer, may) => {
    expect(isFilledFrom(before, issuer)).toBe(may)
  })

  it('is the template with the tenant in it', () => {
    const authority = { issuer: template } as Parameters<typeof issuerOf>[0]
    expect(issuerOf(authority, 'contoso')).toBe('https://login.example/contoso/v2.0')
  })
})

describe('what an authority says of itself', () => {
  const context = { loginOrigin: 'https://login.example', tenant: 'common', clientId: 'an-id', scope: '' }
  const read = (status: number, body: unknown) =>
    readMetadata(
      { status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) },
      context,
    )

  it('is taken with its issuer', () => {
    expect(read(200, { issuer: template, more: 1 })).toEqual({ issuer: template, more: 1 })
  })

  it.each([
    [404, { issuer: template }],
    [200, { issuer: 7 }],
    [200, {}],
    [200, '<html>Hello</html>'],
    [200, { error: 7 }],
    [200, { issuer: `https://${'x'.repeat(2_000)}` }],
  ])('is nothing of Microsoft’s: %i %j', (status, body) => {
    expect(() => read(status, body)).toThrow(
      expect.objectContaining({
        kind: 'service',
        message: `login.example does not respond like Microsoft's sign-in service (HTTP ${status}).`,
        hint: expect.stringMatching(/cloud.*OD_LINK_AUTHORITY_HOST.*proxy.*\n/),
      }),
    )
  })

  it('is a refusal with its advice', () => {
    const body = { error: 'invalid_tenant', error_description: 'AADSTS90002: Tenant not found.' }
    expect(() => read(400, body)).toThrow(
      expect.objectContaining({
        kind: 'sign-in',
        code: 'AADSTS90002',
        message: expect.stringMatching(/no such tenant/),
      }),
    )
  })

  it('stands at the place that OpenID Connect gives it', () => {
    expect(discoveryUrl('https://login.example', 'a b').href).toBe(
      'https://login.example/a%20b/v2.0/.well-known/openid-configuration',
    )
  })
})

describe('the places of an authority', () => {
  let server: TestServer
  afterEach(() => server?.stop())

  it.each([
    ['its own', (origin: string) => `${origin}/keys/of/its/own`, '/keys/of/its/own'],
    ['another host’s', () => 'https://evil.example/keys', '/common/discovery/v2.0/keys'],
    ['no address', () => 'keys', '/common/discovery/v2.0/keys'],
  ])('lie below it, whatever it says; the keys are %s', async (_, keys, path) => {
    server = await startServer(() => ({
      status: 200,
      body: { issuer: template, jwks_uri: keys(server.origin), token_endpoint: 'https://evil.example/token' },
    }))
    const { origin } = server
    expect(await findAuthority(origin, 'common', 'an-id')).toEqual({
      authorizationEndpoint: `${origin}/common/oauth2/v2.0/authorize`,
      tokenEndpoint: `${origin}/common/oauth2/v2.0/token`,
      deviceCodeEndpoint: `${origin}/common/oauth2/v2.0/devicecode`,
      jwksUri: `${origin}${path}`,
      issuer: template,
    })
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      // An app with a signing key of its own publishes it only there.
      'GET /common/v2.0/.well-known/openid-configuration?appid=an-id',
    ])
  })

  const own = useOwnSettings()
  it.each([
    ['a clock that is right', 0, []],
    [
      'a clock that is an hour behind',
      3_600_000,
      [/clock is 1 hour behind .*, so the sign-in may fail\. To set it: \S/],
    ],
  ])('come with a warning where it has to be: %s', async (_, ahead, warnings) => {
    const date = new Date(Date.now() + ahead).toUTCString()
    server = await startServer(() => ({ status: 200, headers: { date }, body: { issuer: template } }))
    await findAuthority(server.origin, 'common', 'an-id')
    compareClocks({ date: new Date().toUTCString() }, Date.now(), Date.now())
    expect(own.warnings).toEqual(warnings.map((words) => expect.stringMatching(words)))
  })

  it('are not those of whoever answers in its place', async () => {
    server = await startServer(() => ({ status: 404, body: '<html>Hotel</html>' }))
    await expect(findAuthority(server.origin, 'common', 'an-id')).rejects.toMatchObject({
      kind: 'service',
      message: `localhost:${server.port} does not respond like Microsoft's sign-in service (HTTP 404).`,
    })
  })

  it('are those of a tenant that there is', async () => {
    const body = { error: 'invalid_request', error_description: 'AADSTS50011: Odd here.' }
    server = await startServer(() => ({ status: 400, body }))
    await expect(findAuthority(server.origin, 'common', 'an-id')).rejects.toMatchObject({
      code: 'AADSTS50011',
      hint: expect.stringContaining('add http://localhost'),
    })
  })
})
