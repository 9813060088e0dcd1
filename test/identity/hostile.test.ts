import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/sandbox.ts'
import { comeBack, signInAt, waitingLogin } from '../helpers/waiting-login.ts'
import { newWorld, type World } from '../helpers/world.ts'
import {
  type HostileAuthority,
  type Mischief,
  signed,
  signedByAnother,
  signedWithPublicKey,
  startHostileAuthority,
  unknownKid,
  unsigned,
} from './hostile-authority.ts'

let sandbox: SandboxProcess
let authority: HostileAuthority
let world: World

beforeAll(async () => {
  sandbox = await startSandbox()
  authority = await startHostileAuthority(sandbox)
  world = newWorld(sandbox, undefined, { OD_LINK_AUTHORITY_HOST: authority.origin })
})
afterAll(async () => {
  world?.remove()
  await authority?.stop()
  await sandbox?.stop()
})
beforeEach(() => {
  authority.mischief = {}
  authority.seen = []
})

const links = () => {
  const dir = join(world.dir, 'settings', 'links')
  return existsSync(dir) ? readdirSync(dir) : []
}

async function expectRefused(
  mischief: Mischief,
  kind: 'service' | 'sign-in',
  ...flags: string[]
): Promise<void> {
  authority.mischief = mischief
  const login = await waitingLogin(world, flags)
  const { page } = await comeBack(login, await signInAt(login.address))
  expect(page).toContain('OneDrive is not linked')
  const { code, stdout, stderr } = await login.ended
  expect(stdout).not.toContain('"linked"')
  const { error } = JSON.parse(stderr)
  expect(error).toMatchObject({ kind, message: expect.any(String), hint: expect.any(String) })
  expect(code).toBe(kind === 'service' ? 6 : 4)
  expect(links()).toEqual([])
  const secrets: string[] = await sandbox.control('GET', 'secrets')
  for (const secret of secrets) expect(stderr).not.toContain(secret)
}

const contoso = '5d1f0a3c-7be2-4c86-9d0e-2f6a41c7b893'
const elsewhere = 'aaaaaaaa-7be2-4c86-9d0e-2f6a41c7b893'

describe('login refuses an id_token, and saves nothing, when', () => {
  const now = () => Math.floor(Date.now() / 1000)
  const byClaims: [string, NonNullable<Mischief['claims']>][] = [
    ['its nonce is another', (claims) => (claims.nonce = 'another')],
    ['it has no nonce', (claims) => delete claims.nonce],
    ['it was made for another app', (claims) => (claims.aud = '0d11c0de-0000-4b0c-9c1e-7f3a52d8e601')],
    ['it was made for several apps', (claims) => (claims.aud = [claims.aud, 'another'])],
    ['it names no app', (claims) => delete claims.aud],
    ['its issuer is another', (claims) => (claims.iss = `https://evil.example/${contoso}/v2.0`)],
    [
      'its issuer is that of another tenant',
      (claims) => (claims.iss = claims.iss.replace(contoso, elsewhere)),
    ],
    ['its tenant is not that of its issuer', (claims) => (claims.tid = elsewhere)],
    ['its issuer is the template', (claims) => (claims.iss = claims.iss.replace(contoso, '{tenantid}'))],
    ['its tenant is made to complete another issuer', (claims) => (claims.tid = `${contoso}/v2.0?`)],
    ['it names no tenant', (claims) => delete claims.tid],
    ['it names no person', (claims) => delete claims.oid],
    ['its person would leave the store', (claims) => (claims.oid = '../../../tmp/x')],
    [
      'it ended long ago',
      (claims) => Object.assign(claims, { iat: now() - 9000, nbf: now() - 9000, exp: now() - 5400 }),
    ],
    ['it is not valid yet', (claims) => (claims.nbf = now() + 3600)],
    ['it has no end', (claims) => delete claims.exp],
  ]
  it.each(byClaims)('%s', (_, claims) => expectRefused({ claims }, 'service'))

  const byToken: [string, NonNullable<Mischief['token']>][] = [
    ['it is not signed', unsigned],
    ['it is signed by another', signedByAnother],
    ['it is signed with what is published', signedWithPublicKey],
    ['nobody published its key', (claims, own) => signed(claims, { ...own, kid: unknownKid })],
    [
      'it was changed after it was signed',
      (claims, own) => {
        const [head, , signature] = signed(claims, own).split('.')
        const payload = Buffer.from(JSON.stringify({ ...claims, name: 'Eve' })).toString('base64url')
        return `${head}.${payload}.${signature}`
      },
    ],
    ['it is no token', () => 'no.token.here'],
  ]
  it.each(byToken)('%s', (_, token) => expectRefused({ token }, 'service'))

  it('it is of another tenant than the one that was asked for', async () => {
    const claims: Mischief['claims'] = (claims) => {
      claims.iss = claims.iss.replace(contoso, elsewhere)
      claims.tid = elsewhere
    }
    await expectRefused({ claims }, 'service', '--tenant', 'contoso.example')
  })
})

describe('login refuses an answer of the token endpoint, and saves nothing, when', () => {
  const html = { 'content-type': 'text/html' }
  const json = { 'content-type': 'application/json' }
  const cases: [string, 'service' | 'sign-in', Mischief][] = [
    ['it has no id_token', 'service', { answer: (body) => delete body.id_token }],
    ['it has no access token', 'service', { answer: (body) => delete body.access_token }],
    ['its token is of another type', 'service', { answer: (body) => (body.token_type = 'mac') }],
    ['it has no refresh token', 'sign-in', { answer: (body) => delete body.refresh_token }],
    ['it is a page', 'service', { raw: { status: 200, headers: html, body: '<html>Hello</html>' } }],
    ['it is broken', 'service', { raw: { status: 200, headers: json, body: '{"access_token":"' } }],
    ['it is an error that says nothing', 'service', { raw: { status: 400, headers: json, body: '{}' } }],
    ['the keys are a page', 'service', { keys: (body) => delete body.keys }],
  ]
  it.each(cases)('%s', (_, kind, mischief) => expectRefused(mischief, kind))

  it('it sends the code elsewhere', async () => {
    const asked: string[] = []
    const stranger = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end('{}')
    }).listen(0, 'localhost')
    await new Promise((resolve) => stranger.once('listening', resolve))
    const location = `http://localhost:${(stranger.address() as AddressInfo).port}/token`
    await expectRefused({ raw: { status: 307, headers: { location }, body: '' } }, 'service')
    stranger.close()
    expect(asked).toEqual([])
  })
})

describe('login trusts the places that Microsoft documents', () => {
  it('and not those that discovery names: no code goes to another host', async () => {
    const asked: string[] = []
    const stranger = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end('{}')
    }).listen(0, 'localhost')
    await new Promise((resolve) => stranger.once('listening', resolve))
    const elsewhere = `http://localhost:${(stranger.address() as AddressInfo).port}/x`
    authority.mischief = {
      discovery: (body) => {
        for (const name of Object.keys(body))
          if (name.endsWith('_endpoint') || name === 'jwks_uri') body[name] = elsewhere
      },
    }
    const { code, stdout } = await world.run(['login'])
    stranger.close()
    expect(asked).toEqual([])
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Linked ada@') })
  })

  it('and sends the code once, in the body of a POST, with its verifier', async () => {
    await world.run(['login'])
    const redemptions = authority.seen.filter(({ path }) => path.endsWith('/token'))
    expect(redemptions).toHaveLength(1)
    const form = new URLSearchParams(redemptions[0]?.body)
    expect(form.get('grant_type')).toBe('authorization_code')
    expect(form.get('code_verifier')).toMatch(/^[\w.~-]{43,128}$/)
    for (const { path } of authority.seen) expect(path).not.toContain(form.get('code'))
  })
})
