import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { describe, expect, it, vi } from 'vitest'
import { clientSecretFor, saveClientSecret } from '../../src/accounts/client-secret.ts'
import { readClientId, readDirectory } from '../../src/registration/client-id.ts'
import { checkSetting, readRegistration } from '../../src/registration/index.ts'
import {
  azCloud,
  azCommand,
  beforeYouBegin,
  type NewRegistration,
  portalSteps,
} from '../../src/registration/portal-steps.ts'
import { isForwarded, parseListen, readRedirect, registeredUri } from '../../src/registration/redirect-uri.ts'
import {
  type OwnRegistration,
  ownSettings,
  saveRegistration,
  settingsOf,
} from '../../src/registration/saved.ts'
import { savedSettings, saveSettings } from '../../src/settings/index.ts'
import { isTrueAnswer } from '../../src/signin/authorization-response.ts'
import { detectEnvironment, tunnelCommand } from '../../src/signin/environment.ts'
import { chooseMethod } from '../../src/signin/methods.ts'
import { pastedAnswer } from '../../src/signin/pasted-redirect.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'

const own = useOwnSettings()
const usage = (message: string | RegExp, hint?: string | RegExp) =>
  expect.objectContaining({
    kind: 'usage',
    message: expect.stringMatching(message),
    ...(hint === undefined ? {} : { hint: expect.stringMatching(hint) }),
  })

describe('the true answer of the authorize page', () => {
  const expected = {
    state: 'our-state',
    isFromAuthority: (answer: URLSearchParams) => !answer.has('stranger'),
  }
  it.each([
    ['state=our-state&code=x', true],
    ['state=our-state&error=access_denied', true],
    ['state=our-state&code=x&session_state=y', true],
    ['code=x', false],
    ['state=&code=x', false],
    ['state=our-stat&code=x', false],
    ['state=our-statE&code=x', false],
    ['state=our-state&state=our-state&code=x', false],
    ['state=our-state', false],
    ['state=our-state&code=', false],
    ['state=our-state&error=', false],
    ['state=our-state&code=x&code=y', false],
    ['state=our-state&code=x&error=y', false],
    ['state=our-state&code=x&stranger', false],
    ['state=our-state&code=x&access_token=y', false],
    ['state=our-state&code=x&id_token=y', false],
    ['state=our-state&code=x&token=y', false],
    ['state=our-state&code=x&response=y', false],
  ])('%s: %s', (query, is) => {
    expect(isTrueAnswer(new URLSearchParams(query), expected)).toBe(is)
  })
})

describe('a pasted address', () => {
  const uri = 'http://localhost:5000/back'
  const good = `${uri}?code=a-code&state=our-state`
  const expected = { state: 'our-state', isFromAuthority: () => true }
  /** What is said of each line, and what comes of them; nothing more is typed after the last one. */
  async function paste(...lines: (string | undefined)[]) {
    const events: unknown[] = []
    const terminal = { readLine: async () => lines.shift(), close: () => {} }
    const never = new Promise<undefined>((resolve) => setTimeout(resolve, 30, undefined))
    const answer = await Promise.race([
      pastedAnswer(terminal, uri, expected, (event) => events.push(event)),
      never,
    ])
    return { answer: answer && Object.fromEntries(answer), events }
  }

  it.each([
    good,
    `  ${good}\t`,
    `"${good}"`,
    `'${good}'`,
    `<${good}>`,
    `\x1b[200~${good}\x1b[201~`,
    `${good}#`,
    `${good}#/anything?code=other`,
    `"${good}`,
  ])('is the answer: %j', async (line) => {
    const { answer, events } = await paste(line)
    expect(answer).toEqual({ code: 'a-code', state: 'our-state' })
    const characters = good.length + (line.includes('#') ? line.length - good.length : 0)
    expect(events).toEqual([{ event: 'paste' }, { event: 'pasted', characters }])
  })

  it.each([
    ['hello', `it does not look like ${uri}?code=…: copy the whole line from the browser's address bar`],
    [uri, `it does not look like ${uri}?code=…: copy the whole line from the browser's address bar`],
    [
      'hello?code=x',
      `it does not look like ${uri}?code=…: copy the whole line from the browser's address bar`,
    ],
    [`http://localhost:5001/back?code=a&state=our-state`, `it does not begin with ${uri}`],
    [`http://localhost:5000/other?code=a&state=our-state`, `it does not begin with ${uri}`],
    [
      'https://login.example/common/oauth2/v2.0/authorize?client_id=x',
      'it is the address to open in the browser; the one to paste is where the browser ends up after the sign-in',
    ],
    [
      `${uri}?code=a&state=another`,
      'it belongs to another sign-in: open the address above, and paste what that one ends up on',
    ],
    [`${uri}?code=a`, 'a part of it is missing: copy the whole line from the browser'],
  ])('%s is not that', async (line, because) => {
    const { answer, events } = await paste(line, good)
    expect(events[2]).toEqual({ event: 'not-that', because })
    expect(answer).toMatchObject({ code: 'a-code' })
  })

  it('may be an empty line, or never come', async () => {
    expect((await paste('', '  ', good)).events).toHaveLength(4)
    expect(await paste(undefined, good)).toEqual({ answer: undefined, events: [{ event: 'paste' }] })
  })
})

describe('a client id that is pasted', () => {
  const id = '0d11c0de-5a9d-4b0c-9c1e-7f3a52d8e601'
  const other = '11111111-2222-3333-4444-555555555555'
  it.each([
    id,
    id.toUpperCase(),
    `"${id}"`,
    `Application (client) ID: ${id}`,
    `${id} ${id.toUpperCase()}`,
    `https://entra.microsoft.com/#view/x/appId/${id}/isMSAApp~/false`,
    `https://login.example/authorize?client_id=${id}&nonce=${other}`,
    `https://entra.example/?x=appId%2F${id}`,
    `https://entra.example/?clientId%3D${id}`,
    `client-id: ${id}`,
  ])('is found in %s', (text) => {
    expect(readClientId(text)).toBe(id)
  })

  it.each([
    ['', /^No client id was given\.$/],
    [`https://entra.example/${id}`, /^No client id stands in that address\.$/],
    ['HTTP://x', /^No client id stands in that address\.$/],
    [`${id} ${other}`, /^There is more than one id in that\.$/],
    ['ada@contoso.example', /^That is the address of a person, not a client id\.$/],
    [
      'x'.repeat(30),
      /^That is no client id\. If it is a client secret, it was seen here: better make a new one\.$/,
    ],
    ['x'.repeat(29), /^That is not a client id\.$/],
    ['two words @ home that are long enough', /^That is not a client id\.$/],
    ['ada@contoso.example and more', /^That is not a client id\.$/],
    ['more and ada@contoso.example', /^That is not a client id\.$/],
    [`two ${'x'.repeat(30)}`, /^That is not a client id\.$/],
    [`${'x'.repeat(30)} words`, /^That is not a client id\.$/],
    [`two ${'x'.repeat(30)} words`, /^That is not a client id\.$/],
    [`${id.slice(0, -1)}`, /./],
  ])('is not found in %j', (text, message) => {
    expect(() => readClientId(text)).toThrow(
      usage(
        message,
        /^Copy the Application \(client\) ID from Overview; it looks like this:\n11111111-2222-3333-4444-555555555555$/,
      ),
    )
  })

  it('may go with a directory', () => {
    expect(readDirectory(`Directory (tenant) ID: ${other.toUpperCase()}`)).toBe(other)
    expect(readDirectory('Contoso.Example')).toBe('contoso.example')
    expect(readDirectory('a.b-c.d')).toBe('a.b-c.d')
    for (const text of ['contoso', 'a b.c', 'a.b c', '.b', 'a.', 'a..b'])
      expect(() => readDirectory(text)).toThrow(
        usage(
          /^That is not a directory\.$/,
          /^Copy the Directory \(tenant\) ID from Overview, or type a domain/,
        ),
      )
    expect(() => readDirectory('')).toThrow(usage(/^No directory was given\.$/))
  })
})

describe('a redirect URI', () => {
  it.each([
    ['http://localhost', { scheme: 'http', host: 'localhost', port: undefined, path: '' }],
    ['http://localhost/', { scheme: 'http', host: 'localhost', port: undefined, path: '/' }],
    ['http://LOCALHOST:5000/a/b', { scheme: 'http', host: 'localhost', port: 5000, path: '/a/b' }],
    ['http://127.0.0.1:65535/%41', { scheme: 'http', host: '127.0.0.1', port: 65535, path: '/%41' }],
    [
      "http://localhost:1/~!$&'()*+,;=:@-._",
      { scheme: 'http', host: 'localhost', port: 1, path: "/~!$&'()*+,;=:@-._" },
    ],
  ])('%s', (uri, parts) => {
    const redirect = readRedirect(uri, undefined)
    expect(redirect).toEqual({ ...parts, listen: { host: parts.host, port: parts.port } })
    expect(registeredUri(redirect)).toBe(uri.replace('LOCALHOST', 'localhost'))
    expect(isForwarded(redirect)).toBe(false)
  })

  it('behind a web server is listened for elsewhere', () => {
    const redirect = readRedirect('https://Example.com:8443/back', '[::1]:5000')
    expect(redirect).toEqual({
      scheme: 'https',
      host: 'example.com',
      port: 8443,
      path: '/back',
      listen: { host: '::1', port: 5000 },
    })
    expect(isForwarded(redirect)).toBe(true)
    // Even one on this machine.
    expect(readRedirect('https://localhost/back', '127.0.0.1:5000').listen.port).toBe(5000)
    expect(() => readRedirect('https://example.com/back', undefined)).toThrow(
      usage(
        /^The redirect URI https:\/\/example\.com\/back leads to a web server, not to od-link\.$/,
        /^Say where .*--listen 127\.0\.0\.1:5000\nOr register http:\/\/localhost, which needs/,
      ),
    )
  })

  it.each([
    'http://example.com',
    'http://localhost.evil.example',
    'http://localhost:0',
    'http://localhost:65536',
    'http://localhost:123456',
    'http://localhost?x=y',
    'http://localhost/a#b',
    'http://user@localhost',
    'ftp://localhost',
    'xhttp://localhost',
    'http://[::1]:5000',
    'localhost',
    '',
  ])('cannot be %s', (uri) => {
    expect(() => readRedirect(uri, '127.0.0.1:5000')).toThrow(
      usage(
        /is not a redirect URI that od-link can listen on\.$/,
        /^It is http:\/\/localhost, with a port and a path .*\nor an https URI .*--listen 127\.0\.0\.1:5000$/,
      ),
    )
  })

  it.each([
    ['localhost:5000', { host: 'localhost', port: 5000 }],
    ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
    ['[::1]:65535', { host: '::1', port: 65535 }],
  ])('is listened for at %s', (text, address) => {
    expect(parseListen(text)).toEqual(address)
  })
  it.each([
    '0.0.0.0:5000',
    'localhost',
    'localhost:0',
    'localhost:65536',
    'xlocalhost:5000',
    'localhost:5000x',
    '127x0.0.1:1',
    '::1:5',
    '',
  ])('is not listened for at %j', (text) => {
    expect(() => parseListen(text)).toThrow(
      usage(
        /is not an address of this machine that od-link can listen on\.$/,
        /^--listen 127\.0\.0\.1:5000\n\(loopback alone/,
      ),
    )
  })
})

describe('a registration', () => {
  it('is what the flags say, else the variables, else the settings, else the usual', async () => {
    await saveSettings({ 'client-id': 'of-settings', tenant: 'contoso.example' })
    expect(await readRegistration({})).toEqual({
      registration: { clientId: 'of-settings', tenant: 'contoso.example' },
      loginOrigin: 'https://login.microsoftonline.com',
      graphOrigin: 'https://graph.microsoft.com',
      redirect: {
        scheme: 'http',
        host: 'localhost',
        port: undefined,
        path: '',
        listen: { host: 'localhost', port: undefined },
      },
      scope: 'openid profile offline_access User.Read Files.ReadWrite.All',
    })
    process.env.OD_LINK_CLIENT_ID = 'of-variable'
    expect((await readRegistration({})).registration.clientId).toBe('of-variable')
    const flags = {
      clientId: 'of-flag',
      tenant: 'consumers',
      cloud: 'usgov',
      redirectUri: 'https://a.example/x',
      listen: 'localhost:5000',
      scope: 'Files.ReadWrite,openid',
    }
    expect(await readRegistration(flags)).toEqual({
      registration: { clientId: 'of-flag', tenant: 'consumers' },
      loginOrigin: 'https://login.microsoftonline.us',
      graphOrigin: 'https://graph.microsoft.us',
      redirect: {
        scheme: 'https',
        host: 'a.example',
        port: undefined,
        path: '/x',
        listen: { host: 'localhost', port: 5000 },
      },
      scope: 'openid profile offline_access Files.ReadWrite',
    })
    await saveSettings({
      'redirect-uri': 'https://b.example/y',
      listen: 'localhost:5001',
      scope: 'Files.Read',
    })
    expect(await readRegistration({})).toMatchObject({
      redirect: { host: 'b.example', listen: { port: 5001 } },
      scope: 'openid profile offline_access Files.Read',
    })
    expect((await readRegistration({ scope: ' , Files.Read  User.Read,' })).scope).toBe(
      'openid profile offline_access Files.Read User.Read',
    )
    await expect(readRegistration({ clientId: 'two words' })).rejects.toEqual(usage(/is not a client id/))
    await expect(readRegistration({ tenant: 'two words' })).rejects.toEqual(usage(/is not a tenant/))
    await saveSettings({ tenant: undefined, cloud: 'china' })
    expect((await readRegistration({})).registration.tenant).toBe('organizations')
  })

  it('has a secret, which no child process sees', async () => {
    await saveClientSecret('kept', 'an-id')
    expect((await readRegistration({ clientId: 'an-id' })).registration.clientSecret).toBe('kept')
    process.env.OD_LINK_CLIENT_SECRET = 'of the variable'
    expect((await readRegistration({ clientId: 'an-id' })).registration.clientSecret).toBe('of the variable')
    expect(process.env.OD_LINK_CLIENT_SECRET).toBeUndefined()
    expect((await readRegistration({ clientId: 'another' })).registration).not.toHaveProperty('clientSecret')
    expect(own.warnings.at(-1)).toContain('belongs to an-id')
  })

  it('has to be there', async () => {
    await expect(readRegistration({})).rejects.toEqual(
      usage(
        /^No app registration is known yet: od-link needs a client id of your own\.$/,
        /^od-link setup\n\(it leads .*\)\nTo see it all without an account: od-link demo$/,
      ),
    )
  })

  it.each([
    [
      'client-id',
      'an-id_1.x',
      'two words',
      /^That is not a client id\.$/,
      /^It is the Application \(client\) ID/,
    ],
    ['client-id', 'x'.repeat(128), 'x'.repeat(129), /is no client id\. If it is a client secret/, /./],
    ['client-id', 'x', '', /^No client id was given/, /./],
    [
      'tenant',
      'contoso.example',
      'a/b',
      /^"a\/b" is not a tenant\.$/,
      /^It is common, organizations, consumers, a domain/,
    ],
    ['tenant', 'x'.repeat(253), 'x'.repeat(254), /is not a tenant/, /./],
    ['cloud', 'usgov', 'germany', /^There is no cloud "germany"\.$/, /./],
    ['redirect-uri', 'https://a.example/x', 'http://a.example', /is not a redirect URI/, /./],
    ['listen', 'localhost:1', 'a.example:1', /is not an address of this machine/, /./],
    [
      'scope',
      'User.Read, https://graph.example/Files.Read',
      'User.Read "x"',
      /^What is given as scope is no list of scopes\.$/,
      /^For your own drive: --scope Files\.ReadWrite$/,
    ],
    ['scope', 'x'.repeat(200), 'x'.repeat(201), /no list of scopes/, /./],
    ['store', 'helper:pass', 'nowhere', /^There is no store "nowhere"/, /./],
  ] as const)('has a %s such as %s, and not %s', (name, good, bad, message, hint) => {
    checkSetting(name, good)
    expect(() => checkSetting(name, bad)).toThrow(usage(message, hint))
  })

  const registration: OwnRegistration = {
    clientId: 'an-id',
    tenant: 'common',
    cloud: 'global',
    kind: 'public',
    redirectUri: 'http://localhost',
    listen: 'localhost:5000',
    scope: 'User.Read Files.ReadWrite.All',
  }
  it('is kept as settings, without those that are as they would be anyway', async () => {
    expect(settingsOf(registration)).toEqual({
      'client-id': 'an-id',
      tenant: 'common',
      cloud: 'global',
      'redirect-uri': 'http://localhost',
      listen: undefined,
      scope: 'User.Read Files.ReadWrite.All',
    })
    expect(ownSettings(registration)).toEqual({ 'client-id': 'an-id' })
    const other = {
      tenant: 'organizations',
      cloud: 'usgov',
      redirectUri: 'https://a.example/x',
      scope: 'Files.ReadWrite',
    }
    expect(ownSettings({ ...registration, ...other })).toEqual({
      'client-id': 'an-id',
      cloud: 'usgov',
      'redirect-uri': 'https://a.example/x',
      listen: 'localhost:5000',
      scope: 'Files.ReadWrite',
    })
    await saveSettings({ tenant: 'older', listen: 'older', store: 'file' })
    await saveRegistration({ ...registration, secret: 'hush' })
    expect(savedSettings()).toEqual({ 'client-id': 'an-id', store: 'file' })
    expect(await clientSecretFor('an-id')).toBe('hush')
  })

  it('is the one before when the store does not take the secret', async () => {
    await saveSettings({ 'client-id': 'older', scope: 'older' })
    process.env.OD_LINK_STORE = 'helper:nonesuch'
    await expect(saveRegistration({ ...registration, secret: 'hush' })).rejects.toMatchObject({
      kind: 'keychain',
    })
    expect(savedSettings()).toEqual({ 'client-id': 'older', scope: 'older' })
    await saveRegistration(registration)
    expect(savedSettings()).toEqual({ 'client-id': 'an-id' })
  })
})

describe('a registration that is still to be made', () => {
  const wanted: NewRegistration = {
    cloud: 'global',
    kind: 'public',
    audience: 'common',
    redirectUri: 'http://localhost',
  }

  it('is made in the portal', () => {
    expect(portalSteps(wanted).join('\n')).toBe(`1. https://entra.microsoft.com > Entra ID > App registrations
   > New registration
   (older: Identity > Applications > App registrations; in the Azure portal:
   Microsoft Entra ID > App registrations)
2. Name: od-link
   Supported account types: Any Entra ID Tenant + Personal Microsoft accounts
   (older: Accounts in any organizational directory
   and personal Microsoft accounts)
   then Register
3. Authentication > Add a platform > Mobile and desktop applications
   Custom redirect URIs: http://localhost, then Configure
   (newer: Redirect URI configuration > Add Redirect URI)
4. Authentication > Advanced settings > Allow public client flows: Yes
   then Save (without it no sign-in by device code)
5. API permissions: nothing to do, od-link asks for them at the sign-in
6. Overview: copy the Application (client) ID`)
    const web = portalSteps({ ...wanted, cloud: 'usgov', kind: 'web', audience: 'single' })
    expect(web[0]).toBe('1. https://entra.microsoft.us > Entra ID > App registrations')
    expect(web.slice(8).join('\n')).toBe(`3. Authentication > Add a platform > Web
   Redirect URIs: http://localhost, then Configure
   (newer: Redirect URI configuration > Add Redirect URI)
4. Certificates & secrets > Client secrets > New client secret
   copy its Value, not the Secret ID: it is shown only once
5. API permissions: nothing to do, od-link asks for them at the sign-in
6. Overview: copy the Application (client) ID
   and the Directory (tenant) ID`)
    expect(beforeYouBegin.join(' ')).toMatch(
      /^A personal .* can no longer register an app\. The free ways out: /,
    )
    for (const line of beforeYouBegin) expect(line).toMatch(/^.{30,80}$/)
  })

  it('is made by the Azure CLI', () => {
    expect(
      azCommand(wanted, 'posix').join('\n'),
    ).toBe(`az ad app create --display-name od-link --query appId --output tsv \\
  --sign-in-audience AzureADandPersonalMicrosoftAccount \\
  --requested-access-token-version 2 \\
  --public-client-redirect-uris http://localhost \\
  --is-fallback-public-client true`)
    const web = { ...wanted, kind: 'web', redirectUri: "http://localhost/it's" } as const
    expect(
      azCommand(web, 'posix').join('\n'),
    ).toBe(`id=$(az ad app create --display-name od-link --query appId --output tsv \\
  --sign-in-audience AzureADandPersonalMicrosoftAccount \\
  --requested-access-token-version 2 \\
  --web-redirect-uris 'http://localhost/it'\\''s') && echo "$id" &&
az ad app credential reset --id "$id" --display-name od-link \\
  --query password --output tsv`)
    expect(
      azCommand(web, 'powershell').join('\n'),
    ).toBe(`$id = az ad app create --display-name od-link --query appId --output tsv \`
  --sign-in-audience AzureADandPersonalMicrosoftAccount \`
  --requested-access-token-version 2 \`
  --web-redirect-uris 'http://localhost/it''s'
$id
az ad app credential reset --id $id --display-name od-link \`
  --query password --output tsv`)
    if (process.platform !== 'win32') expect(azCommand(wanted)).toEqual(azCommand(wanted, 'posix'))
    expect([azCloud('global'), azCloud('china')]).toEqual([
      undefined,
      'az cloud set --name AzureChinaCloud; az login',
    ])
  })
})

describe('where od-link runs', () => {
  const here = (env: Record<string, string>, platform: NodeJS.Platform = 'linux', files: string[] = []) =>
    detectEnvironment(env, platform, (path) => files.includes(path))
  const way = (...given: Parameters<typeof here>) => {
    const { name, because } = chooseMethod(here(...given), { device: false, noBrowser: false })
    return `${name}: ${because}`
  }

  it.each([
    [{ DISPLAY: ':0' }, 'linux', [], 'the browser: this machine has a display'],
    [{ WAYLAND_DISPLAY: 'w' }, 'linux', [], 'the browser: this machine has a display'],
    [{}, 'darwin', [], 'the browser: this machine has a display'],
    [{}, 'win32', [], 'the browser: this machine has a display'],
    [{ WSL_DISTRO_NAME: 'x' }, 'linux', [], 'the browser: this machine has a display'],
    [{ WSL_INTEROP: 'x' }, 'linux', [], 'the browser: this machine has a display'],
    [{}, 'linux', [], 'an address to open: there is no display'],
    [{ SSH_TTY: 'x', DISPLAY: ':0' }, 'linux', [], 'an address to open: this is an SSH session'],
    [{ SSH_CONNECTION: 'a 1 b 2' }, 'darwin', [], 'an address to open: this is an SSH session'],
    [{}, 'linux', ['/.dockerenv'], 'an address to open: this is a container'],
    [{}, 'linux', ['/run/.containerenv'], 'an address to open: this is a container'],
    [{ container: 'lxc' }, 'linux', [], 'an address to open: this is a container'],
    [{ KUBERNETES_SERVICE_HOST: 'x' }, 'linux', [], 'an address to open: this is a container'],
    [{ DISPLAY: ':0' }, 'linux', ['/.dockerenv'], 'the browser: this machine has a display'],
    [{ CODESPACES: 'true', BROWSER: 'b' }, 'linux', [], 'the browser: BROWSER opens it from a codespace'],
    [{ CODESPACES: 'false' }, 'linux', [], 'an address to open: there is no display'],
    [{ REMOTE_CONTAINERS: '1' }, 'linux', [], 'an address to open: this is a dev container'],
    [{ REMOTE_CONTAINERS_IPC: '1' }, 'linux', [], 'an address to open: this is a dev container'],
    [{ DEVCONTAINER: '1' }, 'linux', [], 'an address to open: this is a dev container'],
    [
      { VSCODE_IPC_HOOK_CLI: '1', BROWSER: 'b' },
      'linux',
      [],
      'the browser: BROWSER opens it from a remote window of VS Code',
    ],
    [
      { OD_LINK_BROWSER: 'lynx', BROWSER: 'b', SSH_TTY: 'x' },
      'linux',
      [],
      'the browser: OD_LINK_BROWSER names one',
    ],
    [{ BROWSER: 'b', container: 'x' }, 'linux', [], 'the browser: BROWSER names one'],
    [{ BROWSER: 'none', DISPLAY: ':0' }, 'linux', [], 'an address to open: BROWSER is "none"'],
    [{ BROWSER: '', DISPLAY: ':0' }, 'linux', [], 'the browser: this machine has a display'],
  ] as const)('%j %s %j: %s', (env, platform, files, expected) => {
    expect(way(env, platform, [...files])).toBe(expected)
  })

  it('counts for less than what was asked for', () => {
    const desktop = here({ DISPLAY: ':0', BROWSER: 'b' })
    expect(chooseMethod(desktop, { device: true, noBrowser: true })).toEqual({
      name: 'a code',
      because: 'you asked for it',
    })
    expect(chooseMethod(desktop, { device: false, noBrowser: true })).toEqual({
      name: 'an address to open',
      because: 'you asked for no browser',
    })
  })

  it('is reached by a user that is still to be filled in, where the system has no name for it', () => {
    vi.spyOn(os, 'userInfo').mockImplementation(() => {
      throw new Error('ENOENT')
    })
    syncBuiltinESMExports()
    try {
      expect(here({ SSH_TTY: 'x' }).ssh).toEqual({ user: 'USER', host: 'THIS-MACHINE', port: 22 })
    } finally {
      vi.restoreAllMocks()
      syncBuiltinESMExports()
    }
  })

  it('is reached from the person’s machine by a tunnel', () => {
    const tunnel = (SSH_CONNECTION: string) => {
      const { ssh } = here({ SSH_CONNECTION })
      return ssh && tunnelCommand({ ...ssh, user: 'ada' }, 5000)
    }
    expect(tunnel('10.0.0.9 1 10.0.0.5 22')).toBe('ssh -L 5000:localhost:5000 ada@10.0.0.5')
    expect(tunnel('10.0.0.9 1 fe80::2%eth0 2222')).toBe('ssh -L 5000:localhost:5000 ada@fe80::2%eth0 -p 2222')
    expect(tunnel('10.0.0.9 1 $(x) 22')).toBe('ssh -L 5000:localhost:5000 ada@THIS-MACHINE')
    expect(tunnel('10.0.0.9 1 x;y 22')).toBe('ssh -L 5000:localhost:5000 ada@THIS-MACHINE')
    expect(tunnel('10.0.0.9 1 10.0.0.5 odd')).toBe('ssh -L 5000:localhost:5000 ada@10.0.0.5')
    expect(here({ SSH_TTY: 'x' }).ssh).toMatchObject({
      host: 'THIS-MACHINE',
      port: 22,
      user: expect.stringMatching(/./),
    })
    expect(here({ WSL_INTEROP: 'x' }, 'win32').isWsl).toBe(false)
    expect(here({ BROWSER: 'C:\\x\\b.exe:other' }).browser?.command).toBe('C:\\x\\b.exe')
    expect(here({ BROWSER: 'one:two' }).browser).toEqual({ command: 'one', variable: 'BROWSER' })
  })
})
