import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { spyBrowser } from '../../helpers/browser/spy-browser.ts'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { link, loginByHand, waitingLogin } from '../../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { kept } from '../../helpers/program/world-files.ts'

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/
const webFlags = ['--redirect-uri', 'http://localhost/post_onedrive']

let sandbox: SandboxProcess
let world: World
/** A link from before, which no failure may touch. */
let linked: Record<string, string>

beforeAll(async () => {
  sandbox = await startSandbox()
  world = newWorld(sandbox)
  await link(world, '--login-hint', 'grace@outlook.example', '--as', 'home')
  linked = kept(world)
})
afterAll(async () => {
  world?.remove()
  await sandbox?.stop()
})
beforeEach(() => sandbox.control('DELETE', 'weather'))

/** A login that has to fail: what it said, after it is sure that nothing was lost. */
async function refused(flags: string[], env: NodeJS.ProcessEnv = {}) {
  const outcome = await loginByHand(world, flags, { env })
  expect(kept(world)).toEqual(linked)
  return outcome
}

const refusedInJson = async (flags: string[], env: NodeJS.ProcessEnv = {}) => {
  const { code, stderr } = await refused([...flags, '--json'], env)
  return { code, error: JSON.parse(stderr).error }
}

/** The administrator's link in what was printed. */
function consentLink(text: string): URL {
  return new URL(/http\S+adminconsent\S+/.exec(text)?.[0] ?? 'none:')
}

describe('when Microsoft refuses, login says why and what to do', () => {
  it.each([
    [
      'is wrong',
      7000215,
      'webClientId',
      'not-the-secret',
      [/secret is wrong/, /Value/, /config set client-secret/],
    ],
    [
      'is missing',
      7000218,
      'webClientId',
      '',
      [/no client secret was sent/, /public client/, /config set client-secret/],
    ],
    [
      'belongs to no such app',
      700025,
      'clientId',
      'a-secret',
      [/public client/, /config unset client-secret/],
    ],
  ] as const)('because the secret %s', async (_, number, client, secret, words) => {
    const env = { OD_LINK_CLIENT_ID: sandbox[client], OD_LINK_CLIENT_SECRET: secret }
    const flags = client === 'clientId' ? [] : webFlags
    const { code, stdout, stderr } = await refused(flags, env)
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    for (const word of words) expect(stderr).toMatch(word)
    // What an administrator looks a failure up by.
    expect(stderr).toContain(`AADSTS${number}`)
    expect(stderr).toMatch(uuid)
    expect(stderr).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/)
    if (secret) expect(stderr).not.toContain(secret)
    const { error } = await refusedInJson(flags, env)
    expect(error).toMatchObject({
      kind: 'sign-in',
      exitCode: 4,
      code: `AADSTS${number}`,
      requestId: expect.stringMatching(uuid),
    })
  })

  it('because there is no such tenant, before a browser opens', async () => {
    const spy = spyBrowser(world.dir, 'for an unknown tenant')
    const env = { OD_LINK_BROWSER: `"${spy.command}"` }
    const { code, stderr } = await world.run(['login', '--tenant', 'nowhere.example'], { env })
    expect(kept(world)).toEqual(linked)
    expect(code).toBe(4)
    expect(stderr).toMatch(/no such tenant/i)
    expect(stderr).toContain('od-link login --tenant')
    expect(stderr).toContain('AADSTS90002')
    expect(stderr).toMatch(uuid)
    expect(spy.opened()).toBe(false)
  })

  it.each([
    ['65001', 'consent_required'],
    ['90094', 'access_denied'],
    ['90095', 'access_denied'],
  ])('because an administrator has to approve (AADSTS%s)', async (number, error) => {
    const trace = '11111111-aaaa-4bbb-8ccc-222222222222'
    const error_description = `AADSTS${number}: Approval is needed. Trace ID: ${trace} Timestamp: 2026-11-24 10:00:00Z`
    await sandbox.control('POST', 'next-sign-in', { error, error_description })
    const { code, stderr } = await refused([])
    expect(code).toBe(4)
    expect(stderr).toMatch(/^ +next: .*od-link login --no-browser --scope Files\.ReadWrite$/m)
    for (const id of [`AADSTS${number}`, trace, '2026-11-24 10:00:00Z']) expect(stderr).toContain(id)
    const link = consentLink(stderr)
    expect(link.origin).toBe(sandbox.origin)
    expect(link.pathname).toBe('/organizations/v2.0/adminconsent')
    expect(Object.fromEntries(link.searchParams)).toMatchObject({
      client_id: sandbox.clientId,
      scope: expect.stringContaining('Files.ReadWrite.All'),
      redirect_uri: 'http://localhost',
    })
  })

  it('with a link for the administrator of the tenant that was named', async () => {
    const description = 'AADSTS90094: Approval is needed.'
    await sandbox.control('POST', 'next-sign-in', { error: 'access_denied', error_description: description })
    const { error } = await refusedInJson(['--tenant', 'contoso.example', '--scope', 'Files.ReadWrite'])
    expect(consentLink(error.hint).pathname).toBe('/contoso.example/v2.0/adminconsent')
    expect(consentLink(error.hint).searchParams.get('scope')).not.toContain('Files.ReadWrite.All')
    expect(error.hint).not.toContain('--scope')
  })

  it('with a link that comes back to a redirect URI which the app has', async () => {
    const description = 'AADSTS90094: Approval is needed.'
    await sandbox.control('POST', 'next-sign-in', { error: 'access_denied', error_description: description })
    const env = { OD_LINK_CLIENT_ID: sandbox.webClientId, OD_LINK_CLIENT_SECRET: sandbox.webClientSecret }
    const { stderr } = await refused(webFlags, env)
    expect(consentLink(stderr).searchParams.get('redirect_uri')).toMatch(
      /^http:\/\/localhost(:\d+)?\/post_onedrive$/,
    )
  })

  it('because the person left, or met the administrator’s wall, which look the same', async () => {
    await sandbox.control('POST', 'next-sign-in', { error: 'access_denied', error_subcode: 'cancel' })
    const { code, stderr } = await refused([])
    expect(code).toBe(4)
    expect(stderr).toMatch(/cancelled.*administrator/)
    expect(stderr).toContain('od-link login --no-browser --scope Files.ReadWrite')
    expect(consentLink(stderr).pathname).toBe('/organizations/v2.0/adminconsent')
  })

  it.each([
    ['53003', 'access_denied', 4, /Conditional Access/],
    ['50011', 'invalid_request', 4, /redirect URI/],
    ['9002327', 'invalid_request', 4, /single-page application/],
    ['90033', 'temporarily_unavailable', 6, /has a problem/],
    ['4242424', 'unauthorized_client', 4, /Something quite new/],
  ])('with AADSTS%s and %s', async (number, error, exitCode, words) => {
    const error_description = `AADSTS${number}: Something quite new happened.\r\nTrace ID: 12-ab`
    await sandbox.control('POST', 'next-sign-in', { error, error_description })
    const { code, error: told } = await refusedInJson([])
    expect(code).toBe(exitCode)
    expect(told).toMatchObject({ exitCode, code: `AADSTS${number}`, requestId: '12-ab' })
    expect(told.message).toMatch(words)
    expect(told.hint).toMatch(/\S/)
  })

  it('and waits on while a refusal stays on a page of Microsoft’s: the person may try again there', async () => {
    await sandbox.control('POST', 'next-sign-in', { page: 'AADSTS50105' })
    const login = await waitingLogin(world, ['--login-hint', 'grace@outlook.example'])
    const page = await fetch(login.address)
    expect(await page.text()).toContain('AADSTS50105')
    expect(login.waits()).toBe(true)
    await (await fetch(login.address)).text()
    expect((await login.ended).code).toBe(0)
    linked = kept(world)
  })
})

describe('when nothing like Microsoft answers, login says so before a browser opens', () => {
  it.each([
    ['nothing listens', 7, 'http://localhost:9', /refuses the connection/],
    ['the name does not exist', 7, 'https://login.does-not-exist.invalid', /could not be looked up/],
  ])('because %s', async (_, exitCode, host, words) => {
    const { code, stdout, stderr } = await refused([], { OD_LINK_AUTHORITY_HOST: host })
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
    expect(stderr).toMatch(words)
    expect(stderr).toMatch(/next: \S/)
    expect(stderr).not.toMatch(/open this URL|visit:/)
  })

  it.each([
    ['a page of the network’s own', 6, { status: 200, body: '<html>Please accept our terms</html>' }],
    ['no issuer', 6, { status: 200, body: { hello: 'world' } }],
    ['a redirect elsewhere', 6, { status: 302, headers: { location: 'https://example.com/' } }],
    ['an error of the server', 6, { status: 503 }],
    ['the end of the connection', 7, { reset: true }],
  ])('because there comes %s', async (_, exitCode, effect) => {
    await sandbox.control('POST', 'weather', { match: 'openid-configuration', count: 9, effect })
    const { code, stdout, stderr } = await refused([])
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
    expect(stderr).toMatch(/next: \S/)
    expect(stderr).not.toMatch(/open this URL|visit:/)
  })

  it.each(['http://example.com', 'https://user@example.com', 'https://example.com/path', 'nonsense'])(
    'and never speaks to %s as a login host',
    async (host) => {
      const { code, stderr } = await refused([], { OD_LINK_AUTHORITY_HOST: host })
      expect(code).toBe(2)
      expect(stderr).toContain('OD_LINK_AUTHORITY_HOST')
    },
  )
})
