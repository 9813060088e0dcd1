import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { spyBrowser } from '../../helpers/browser/spy-browser.ts'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { kept } from '../../helpers/program/world-files.ts'

let sandbox: SandboxProcess
let world: World

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())
beforeEach(() => {
  world = newWorld(sandbox, undefined, { OD_LINK_CLIENT_ID: undefined })
})
afterEach(() => world.remove())

const strange = '99999999-8888-7777-6666-555555555555'
const webUri = 'http://localhost/post_onedrive'
const settings = () => JSON.parse(kept(world)['config.json'] ?? '{}')
const setup = (flags: string[], input?: string, env: NodeJS.ProcessEnv = {}) =>
  world.run(['setup', ...flags], { env, ...(input === undefined ? {} : { input }) })

describe('od-link setup with flags', () => {
  it('tries the app out and keeps it, in the place of the one before', async () => {
    for (const [name, value] of [
      ['tenant', 'contoso.com'],
      ['redirect-uri', 'http://localhost:5000/old'],
      ['scope', 'Files.Read'],
    ] as const)
      await world.run(['config', 'set', name, value])
    const { code, stdout } = await setup(['--client-id', sandbox.clientId])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^✓ Linked ada@contoso\.example .*\n✓ Saved client-id in .*config\.json\.\n$/)
    expect(settings()).toEqual({ 'client-id': sandbox.clientId })
    expect(await world.run(['login'])).toMatchObject({ code: 0 })
  })

  it('keeps what differs from the usual, and no more', async () => {
    const flags = ['--tenant', 'organizations', '--scope', 'Files.ReadWrite', '--cloud', 'global']
    expect((await setup(['--client-id', sandbox.clientId, ...flags])).code).toBe(0)
    expect(settings()).toEqual({
      'client-id': sandbox.clientId,
      tenant: 'organizations',
      scope: 'Files.ReadWrite',
    })
  })

  it('tells programs what happens, a JSON object a line', async () => {
    const { code, stdout, stderr } = await setup(['--client-id', sandbox.clientId, '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map(({ event }) => event)).toEqual(['open', 'linked', 'saved'])
    expect(events.at(-1)).toEqual({
      event: 'saved',
      settings: { 'client-id': sandbox.clientId },
      clientSecret: false,
    })
  })

  it.each(['standard input', 'OD_LINK_CLIENT_SECRET'])('takes the secret from %s', async (from) => {
    const flags = ['--kind', 'web', '--client-id', sandbox.webClientId, '--redirect-uri', webUri]
    const { code, stdout, stderr } =
      from === 'standard input'
        ? await setup(flags, `${sandbox.webClientSecret}\n`)
        : await setup(flags, undefined, { OD_LINK_CLIENT_SECRET: sandbox.webClientSecret })
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.not.stringContaining(sandbox.webClientSecret),
    })
    expect(stdout).toMatch(/Saved client-id, redirect-uri in .*, and the secret in the file store\.\n$/)
    expect(settings()).toEqual({ 'client-id': sandbox.webClientId, 'redirect-uri': webUri })
    expect(await world.run(['login'])).toMatchObject({ code: 0 })
  })

  it('hands the secret to no browser', async () => {
    const spy = spyBrowser(world.dir)
    const env = { OD_LINK_BROWSER: `"${spy.command}"`, OD_LINK_CLIENT_SECRET: sandbox.webClientSecret }
    const flags = ['--kind', 'web', '--client-id', sandbox.webClientId, '--redirect-uri', webUri]
    expect((await setup(flags, undefined, env)).code).toBe(0)
    expect(spy.seen().environment).not.toContain(sandbox.webClientSecret)
  })

  it('saves without a sign-in when asked to, and needs no network for it', async () => {
    const env = { OD_LINK_AUTHORITY_HOST: 'http://localhost:9', OD_LINK_STORE: 'keychain' }
    const flags = ['--client-id', `{${strange.toUpperCase()}}`, '--cloud', 'usgov', '--no-login']
    const { code, stdout, stderr } = await setup(flags, undefined, env)
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Saved client-id, cloud') })
    expect(stderr).toContain('Not tested yet; run: od-link login')
    expect(settings()).toEqual({ 'client-id': strange, cloud: 'usgov' })
  })

  it('says which variables go before what was saved', async () => {
    const env = { OD_LINK_CLIENT_ID: strange, OD_LINK_SCOPE: 'Files.Read' }
    const { code, stderr } = await setup(['--client-id', sandbox.clientId, '--no-login'], undefined, env)
    expect(code).toBe(0)
    expect(stderr).toContain('Note: OD_LINK_CLIENT_ID is set to another value and overrides the saved one.')
    expect(stderr).not.toContain('OD_LINK_SCOPE')
    expect(settings()).toEqual({ 'client-id': sandbox.clientId, scope: 'Files.Read' })
  })
})

describe('od-link setup saves nothing', () => {
  it('without a terminal and a client id, and says which flags there are', async () => {
    const { code, stdout, stderr } = await setup([], '3\n1\n1\n')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    for (const flag of [
      'client-id ID',
      'kind public|web',
      'tenant',
      'cloud',
      'redirect-uri',
      'scope',
      'no-login',
    ])
      expect(stderr).toContain(`--${flag}`)
    expect(stderr).toMatch(/od-link setup --steps\n.*od-link setup --az/)
    const { error } = JSON.parse((await setup(['--json'])).stderr)
    expect(error).toMatchObject({ kind: 'usage', exitCode: 2, hint: expect.stringContaining('--client-id') })
  })

  it.each([
    [['--client-id', 'ada@contoso.com'], /email address/],
    [['--client-id', `${strange} ${strange.replace('9', '8')}`], /more than one ID/],
    [['--client-id', strange, '--kind', 'spa'], /public or web/],
    [['--client-id', strange, '--cloud', 'moon'], /global, usgov, dod or china/],
    [
      ['--client-id', strange, '--cloud', 'china', '--tenant', 'common'],
      /no personal accounts[\s\S]*organizations/,
    ],
    [['--client-id', strange, '--tenant', 'a/b'], /a\/b/],
    [['--client-id', strange, '--redirect-uri', 'ftp://localhost'], /ftp:/],
    [['--client-id', strange, '--kind', 'web'], /No client secret was given[\s\S]*New client secret/],
  ])('for %j', async (flags, words) => {
    const { code, stdout, stderr } = await setup(flags)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(words)
    expect(stderr).toMatch(/next: \S/)
    expect(kept(world)).toEqual({})
  })

  it('when Microsoft does not know the app, and asks nobody to sign in', async () => {
    const { code, stdout, stderr } = await setup(['--client-id', strange])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(/> Overview\n +compare the Application \(client\) ID/)
    expect(stderr).toMatch(/Nothing was saved\.\n[\s\S]*AADSTS700016/)
    expect(kept(world)).toEqual({})
  })

  it('when the secret is wrong, and says what to type with a new one', async () => {
    const flags = ['--kind', 'web', '--client-id', sandbox.webClientId, '--redirect-uri', webUri]
    const { code, stderr } = await setup(flags, 'not-the-secret\n')
    expect(code).toBe(4)
    expect(stderr).toContain('> Certificates & secrets > Client secrets > New client secret')
    expect(stderr).toContain('Then: run the same command again.\n')
    expect(stderr).toMatch(/Nothing was saved[\s\S]*AADSTS7000215/)
    expect(stderr).not.toContain('od-link config')
    expect(kept(world)).toEqual({})
  })

  it('when the kind is not what the app is, and says how to set up the other', async () => {
    const asPublic = await setup(['--client-id', sandbox.webClientId, '--redirect-uri', webUri])
    expect(asPublic.stderr).toMatch(/Or, for a "Web" app with a secret:\n.*od-link setup .* --kind web\n/)
    const asWeb = await setup(['--client-id', sandbox.clientId, '--kind', 'web'], 'a-secret\n')
    expect(asWeb.stderr).toMatch(/next: od-link setup --client-id \S+ --kind public\n/)
    for (const { code } of [asPublic, asWeb]) expect(code).toBe(4)
    expect(kept(world)).toEqual({})
  })

  it('when the person declines, and the letter to the administrator leads back here', async () => {
    await sandbox.control('POST', 'next-sign-in', { error: 'access_denied', error_subcode: 'cancel' })
    const { code, stderr } = await setup(['--client-id', sandbox.clientId])
    expect(code).toBe(4)
    expect(stderr).toContain(`od-link setup --client-id ${sandbox.clientId} --scope Files.ReadWrite\n`)
    expect(stderr).toContain('adminconsent')
    expect(kept(world)).toEqual({})
  })

  it('when the sign-in service cannot be reached', async () => {
    const env = { OD_LINK_AUTHORITY_HOST: 'http://localhost:9' }
    const { code, stderr } = await setup(['--client-id', sandbox.clientId], undefined, env)
    expect(code).toBe(7)
    expect(stderr).toMatch(/Nothing was saved\.\n/)
    expect(stderr).toContain('Then: run the same command again.\n')
    expect(kept(world)).toEqual({})
  })

  it('when the store does not take the secret: the settings are again what they were', async () => {
    await world.run(['config', 'set', 'tenant', 'contoso.com'])
    const before = kept(world)
    const env = { OD_LINK_STORE: 'keychain', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }
    const flags = ['--client-id', strange, '--kind', 'web', '--no-login']
    const { code, stdout } = await setup(flags, 'the-secret\n', env)
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(kept(world)).toEqual(before)
  })

  it('when a secret is kept for an app that is to be public now', async () => {
    await world.run(['config', 'set', 'client-id', sandbox.clientId])
    await world.run(['config', 'set', 'client-secret'], { input: 'the-secret\n' })
    const before = kept(world)
    const { code, stderr } = await setup(['--client-id', sandbox.clientId, '--tenant', 'organizations'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/next: od-link config unset client-secret\n +Then: run the same command again\.\n/)
    expect(kept(world)).toEqual(before)
  })
})

describe('od-link setup behind a web server', () => {
  it('keeps where a web server passes on what comes to its redirect URI, and refuses without it', async () => {
    const flags = [
      'setup',
      '--client-id',
      sandbox.clientId,
      '--no-login',
      '--redirect-uri',
      'https://example-app.com/p',
    ]
    const without = await world.run(flags)
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('--listen 127.0.0.1:5000') })
    expect((await world.run([...flags, '--listen', '127.0.0.1:5055'])).code).toBe(0)
    expect((await world.run(['config', 'get', 'listen'])).stdout).toBe('127.0.0.1:5055\n')
    expect((await world.run(flags)).code).toBe(0)
    expect((await world.run(['config', 'get', 'listen'])).stdout).toBe('127.0.0.1:5055\n')
  })
})
