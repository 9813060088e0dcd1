import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signed } from '../../campaigns/hostile-servers/id-token.ts'
import { type Sandbox, startSandbox } from '../../sandbox/index.ts'
import { findAuthority } from '../../src/identity/authority.ts'
import { comesFrom, redeem, startSignIn } from '../../src/identity/authorization-code.ts'
import { checkRegistration } from '../../src/identity/check-registration.ts'
import type { Registration } from '../../src/identity/link.ts'
import type { NewLink } from '../../src/identity/verified-link.ts'
import {
  type HostileAuthority,
  type Mischief,
  startHostileAuthority,
} from '../helpers/microsoft/hostile-authority.ts'
import { call, redirected } from '../helpers/sandbox/client.ts'

const scope = 'openid profile offline_access User.Read Files.ReadWrite.All'
const contoso = '5d1f0a3c-7be2-4c86-9d0e-2f6a41c7b893'
const redirectUri = 'http://localhost:8765'

let sandbox: Sandbox
let hostile: HostileAuthority
let registration: Registration
beforeAll(async () => {
  sandbox = await startSandbox()
  hostile = await startHostileAuthority(sandbox)
  registration = { clientId: sandbox.clientId, tenant: 'common' }
})
afterAll(async () => {
  await hostile?.stop()
  await sandbox?.close()
})
beforeEach(() => {
  hostile.mischief = {}
  hostile.seen = []
})

const context = (tenant = 'common') => ({
  loginOrigin: hostile.origin,
  tenant,
  clientId: sandbox.clientId,
  scope,
})

/** The whole sign-in of one person, with a server that does some mischief. */
async function link(
  mischief: Mischief = {},
  { tenant = 'common', secret }: { tenant?: string; secret?: string } = {},
  change: (answer: URLSearchParams) => void = () => {},
): Promise<NewLink> {
  hostile.mischief = mischief
  const own = { ...registration, tenant, ...(secret === undefined ? {} : { clientSecret: secret }) }
  const authority = await findAuthority(hostile.origin, tenant, sandbox.clientId)
  const options = { redirectUri, scope, responseMode: 'query', loginHint: 'ada@contoso.example' } as const
  const signIn = await startSignIn(authority, own, options)
  const answer = redirected(await call(signIn.url))
  change(answer)
  return redeem(authority, own, signIn, answer, context(tenant))
}

describe('a sign-in that went well', () => {
  it('becomes a link with all that it needs', async () => {
    const before = Date.now()
    const made = await link()
    expect(made).toEqual({
      version: 1,
      id: `${contoso}.${made.objectId}`,
      tenantId: contoso,
      objectId: expect.stringMatching(/^[\da-f-]{36}$/),
      kind: 'work',
      username: 'ada@contoso.example',
      displayName: 'Ada Lovelace',
      registration,
      tokenEndpoint: `${hostile.origin}/common/oauth2/v2.0/token`,
      issuer: expect.stringContaining(`/${contoso}/v2.0`),
      scope,
      grantedScope: expect.stringContaining('Files.ReadWrite.All'),
      accessToken: expect.stringMatching(/./),
      expiresAt: expect.any(Number),
      refreshToken: expect.stringMatching(/./),
      linkedAt: expect.any(Number),
      lastRenewedAt: made.linkedAt,
    })
    expect(made.linkedAt).toBeGreaterThanOrEqual(before)
    expect(made.expiresAt - made.linkedAt).toBeGreaterThan(3_000_000)
    expect(made.expiresAt - made.linkedAt).toBeLessThan(6_000_000)
  })

  it('took the code and its verifier in the body of one POST', async () => {
    await link()
    const sent = hostile.seen.filter(({ path }) => path.endsWith('/token'))
    expect(sent).toHaveLength(1)
    const form = new URLSearchParams(sent[0]?.body)
    expect(Object.fromEntries(form)).toEqual({
      client_id: sandbox.clientId,
      grant_type: 'authorization_code',
      code: expect.stringMatching(/./),
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: redirectUri,
    })
  })

  it.each<[what: string, mischief: Mischief, link: Partial<NewLink>]>([
    ['its scopes as they were asked for', { answer: (body) => delete body.scope }, { grantedScope: scope }],
    [
      'the scopes that were granted',
      { answer: (body) => (body.scope = 'User.Read') },
      { grantedScope: 'User.Read' },
    ],
    ['no name', { claims: (claims) => delete claims.name }, { displayName: '' }],
    ['a name that is none', { claims: (claims) => (claims.name = 7) }, { displayName: '' }],
    [
      'a name without what would turn a terminal',
      { claims: (claims) => (claims.name = '\u001b[2JAda\u202e') },
      { displayName: '[2JAda' },
    ],
    [
      'its mail address where it has no other',
      {
        claims: (claims) => {
          delete claims.preferred_username
          claims.email = 'mail@contoso.example'
        },
      },
      { username: 'mail@contoso.example' },
    ],
  ])('has %s', async (_, mischief, expected) => {
    expect(await link(mischief)).toMatchObject(expected)
  })

  it('is known by its ids where it has no address', async () => {
    const made = await link({
      claims: (claims) => {
        delete claims.preferred_username
        delete claims.email
      },
    })
    expect(made.username).toBe(made.id)
  })

  it('counts a token whose life nobody tells as ended', async () => {
    const made = await link({ answer: (body) => delete body.expires_in })
    expect(made.expiresAt).toBe(made.linkedAt)
  })

  it('is one of a personal account by its tenant', async () => {
    const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad'
    const made = await link({
      claims: (claims) => {
        claims.iss = claims.iss.replace(contoso, consumers)
        claims.tid = consumers
      },
    })
    expect(made).toMatchObject({ kind: 'personal', tenantId: consumers })
  })

  it('forgives a clock that is wrong by four minutes', async () => {
    const now = Math.floor(Date.now() / 1000)
    await link({ claims: (claims) => Object.assign(claims, { nbf: now + 240, iat: now + 240 }) })
    await link({ claims: (claims) => Object.assign(claims, { exp: now - 240 }) })
  })

  it('is by a secret where the registration has one', async () => {
    await expect(link({}, { secret: 'a-secret' })).rejects.toMatchObject({ kind: 'sign-in' })
    const form = new URLSearchParams(hostile.seen.findLast(({ path }) => path.endsWith('/token'))?.body)
    expect(form.get('client_secret')).toBe('a-secret')
  })
})

describe('whose keys sign', () => {
  const template = () => `${hostile.origin.replace(/\d+$/, new URL(sandbox.origin).port)}/{tenantid}/v2.0`
  const keys = (change: (key: Record<string, unknown>, all: unknown[]) => void): Mischief => ({
    keys: (body) => change(body.keys[0], body.keys),
  })

  it.each<[string, Mischief]>([
    ['for any issuer', {}],
    ['for the issuer by its template', keys((key) => (key.issuer = template()))],
    ['for the issuer by its name', keys((key) => (key.issuer = template().replace('{tenantid}', contoso)))],
    ['where none is for the issuer', keys((key) => (key.issuer = 'https://another.example/{tenantid}'))],
    [
      'where one of the same name is for another issuer',
      keys((key, all) => all.unshift({ ...key, n: 'AQAB', issuer: 'https://another.example/v2.0' })),
    ],
  ])('%s', async (_, mischief) => {
    await link(mischief)
  })

  it('and none of a set that holds something else', async () => {
    await expect(link(keys((_, all) => all.push(null)))).rejects.toMatchObject({
      kind: 'service',
      message: expect.stringMatching(/cannot be trusted: .*"keys"/),
    })
  })

  it('and an unknown one is asked for once more, past a cache on the way', async () => {
    const old = keys((key, all) => all.splice(0, 1, { ...key, kid: 'of yesterday' }))
    let times = 0
    const made = await link({
      keys: (body) => {
        times += 1
        if (times === 1) old.keys?.(body)
      },
    })
    expect(made.kind).toBe('work')
    const paths = hostile.seen.map(({ path }) => path).filter((path) => path.includes('/keys'))
    expect(paths).toEqual([expect.stringMatching(/\/keys$/), expect.stringMatching(/\/keys\?fresh=\d+$/)])
  })

  it('are those of the app, where it has its own', async () => {
    await link()
    const discovery = hostile.seen.filter(({ path }) => path.includes('openid-configuration'))
    expect(discovery.map(({ path }) => path)).toEqual([
      expect.stringMatching(new RegExp(`\\?appid=${sandbox.clientId}$`)),
    ])
  })

  it('and no others', async () => {
    // Two that fit by name, and neither is for somebody else.
    const twice = keys((key, all) => all.unshift({ ...key, n: 'AQAB' }))
    await expect(link(twice)).rejects.toMatchObject({ kind: 'service' })
    await expect(
      link({ token: (claims, own) => signed(claims, { ...own, kid: 'unknown' }) }),
    ).rejects.toMatchObject({
      kind: 'service',
      message: 'The sign-in is signed with a key that Microsoft does not publish.',
    })
  })
})

describe('a sign-in that nobody can be named by is refused', () => {
  const nobody = {
    kind: 'service',
    message: 'The sign-in service did not say who signed in.',
    hint: 'The scopes must include openid and profile; check --scope.',
  }
  it.each<[string, Mischief]>([
    ['without a person', { claims: (claims) => delete claims.oid }],
    ['with a person that is no text', { claims: (claims) => (claims.oid = 7) }],
    ['with a person of two words', { claims: (claims) => (claims.oid = 'a b') }],
    ['with a person that leads elsewhere', { claims: (claims) => (claims.oid = '../x') }],
    ['with a person and more', { claims: (claims) => (claims.oid = 'x/..') }],
    ['with an empty person', { claims: (claims) => (claims.oid = '') }],
  ])('%s', async (_, mischief) => {
    await expect(link(mischief)).rejects.toMatchObject(nobody)
  })

  it.each<[string, Mischief]>([
    ['of a tenant with a dot', { claims: (claims) => fillTenant(claims, 'contoso.example') }],
    ['of a tenant that leads elsewhere', { claims: (claims) => fillTenant(claims, '..') }],
  ])('%s', async (_, mischief) => {
    await expect(link(mischief)).rejects.toMatchObject(nobody)
  })
  // biome-ignore lint/suspicious/noExplicitAny: claims are changed field by field.
  const fillTenant = (claims: any, tenant: string) => {
    claims.iss = claims.iss.replace(contoso, tenant)
    claims.tid = tenant
  }

  it('nor is it linked without a refresh token', async () => {
    await expect(link({ answer: (body) => delete body.refresh_token })).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'Microsoft sent no refresh token, so the link would expire within an hour.',
      hint: 'The scopes must include offline_access.\nCheck --scope and what was consented to.',
    })
    await expect(link({ answer: (body) => (body.refresh_token = '') })).rejects.toMatchObject({
      kind: 'sign-in',
    })
  })
})

describe('an answer of the authorize page', () => {
  it('that is a refusal is told with its advice', async () => {
    const refused = link({}, {}, (answer) => {
      answer.delete('code')
      answer.set('error', 'access_denied')
      answer.set('error_description', 'AADSTS65004: declined')
    })
    await expect(refused).rejects.toMatchObject({
      kind: 'sign-in',
      code: 'AADSTS65004',
      message: 'The consent was declined.',
    })
  })

  it('with the state of another sign-in is not redeemed', async () => {
    await expect(link({}, {}, (answer) => answer.set('state', 'another'))).rejects.toMatchObject({
      kind: 'service',
    })
    expect(hostile.seen.filter(({ path }) => path.endsWith('/token'))).toEqual([])
  })

  it('may name the issuer', async () => {
    const authority = await findAuthority(hostile.origin, 'common', sandbox.clientId)
    const from = (iss?: string) => comesFrom(authority, new URLSearchParams(iss === undefined ? {} : { iss }))
    expect(from()).toBe(true)
    expect(from(authority.issuer.replace('{tenantid}', contoso))).toBe(true)
    expect(from(authority.issuer)).toBe(false)
    expect(from('https://another.example/v2.0')).toBe(false)
    expect(from('')).toBe(false)
    await link({}, {}, (answer) => answer.set('iss', authority.issuer.replace('{tenantid}', contoso)))
  })

  it('whose code was used is told as Microsoft tells it, without the code', async () => {
    const code = 'M.C5-a-code-of-the-sandbox'
    const raw = {
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        error: 'invalid_grant',
        error_description: `You sent ${code} and ${encodeURIComponent('+/ ')}`,
      }),
    }
    const refused = link({ raw }, {}, (answer) => answer.set('code', code))
    await expect(refused).rejects.toMatchObject({ message: 'Microsoft answered: You sent … and %2B%2F%20' })
  })
})

describe('the address that a browser is sent to', () => {
  const authority = {
    authorizationEndpoint: 'https://login.example/common/oauth2/v2.0/authorize',
    tokenEndpoint: '',
    deviceCodeEndpoint: '',
    jwksUri: '',
    issuer: '',
  }
  const start = (loginHint?: string) =>
    startSignIn(
      authority,
      { clientId: 'an-id', tenant: 'common' },
      {
        redirectUri: 'http://localhost:5000/a b',
        scope: 'openid User.Read',
        responseMode: 'form_post',
        loginHint,
      },
    )

  it('asks for a code by PKCE, and lets the person choose the account', async () => {
    const { url, state, nonce, codeVerifier, redirectUri } = await start()
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      client_id: 'an-id',
      response_type: 'code',
      redirect_uri: 'http://localhost:5000/a b',
      response_mode: 'form_post',
      scope: 'openid User.Read',
      state,
      nonce,
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
      prompt: 'select_account',
    })
    expect(redirectUri).toBe('http://localhost:5000/a b')
    expect(url).toContain('scope=openid%20User.Read')
    const secrets = [state, nonce, codeVerifier]
    for (const secret of secrets) expect(secret).toMatch(/^[\w-]{43}$/)
    expect(new Set([...secrets, (await start()).state]).size).toBe(4)
  })

  it('names the account that was asked for instead', async () => {
    const { url } = await start('ada@contoso.example')
    const { searchParams } = new URL(url)
    expect(searchParams.get('login_hint')).toBe('ada@contoso.example')
    expect(searchParams.has('prompt')).toBe(false)
  })
})

describe('a registration is tried out before anyone is sent to a browser', () => {
  const check = async (clientId: string, uri = redirectUri) => {
    const authority = await findAuthority(hostile.origin, 'common', clientId)
    const own = { ...context(), clientId, redirectUri: uri }
    return checkRegistration(authority, { clientId, tenant: 'common' }, own)
  }

  it('and passes where it is right, although nobody is signed in', async () => {
    await check(sandbox.clientId)
    expect(hostile.seen.at(-1)?.path).toMatch(/prompt=none/)
    expect(hostile.seen.at(-1)?.path).toMatch(/response_mode=query/)
  })

  it('and is told what is wrong with it', async () => {
    await expect(check('0d11c0de-0000-4b0c-9c1e-7f3a52d8e601')).rejects.toMatchObject({
      kind: 'sign-in',
      code: 'AADSTS700016',
      message: 'Microsoft does not know this client ID in this tenant or cloud.',
    })
    await expect(check(sandbox.clientId, 'https://elsewhere.example/x')).rejects.toMatchObject({
      code: 'AADSTS50011',
      hint: expect.stringContaining('add https://elsewhere.example/x'),
    })
  })
})
