import { describe, expect, it } from 'vitest'
import { spyBrowser } from '../../helpers/browser/spy-browser.ts'
import { strange, useNotSetUp } from '../../helpers/program/setup.ts'
import { kept } from '../../helpers/program/world-files.ts'

const at = useNotSetUp()

const webUri = 'http://localhost/post_onedrive'

describe('od-link setup with flags', () => {
  it('tries the app out and keeps it, in the place of the one before', async () => {
    for (const [name, value] of [
      ['tenant', 'contoso.com'],
      ['redirect-uri', 'http://localhost:5000/old'],
      ['scope', 'Files.Read'],
    ] as const)
      await at.world.run(['config', 'set', name, value])
    const { code, stdout } = await at.setup(['--client-id', at.sandbox.clientId])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^✓ Linked ada@contoso\.example .*\n✓ Saved client-id in .*config\.json\.\n$/)
    expect(at.settings()).toEqual({ 'client-id': at.sandbox.clientId })
    expect(await at.world.run(['login'])).toMatchObject({ code: 0 })
  })

  it('keeps what differs from the usual, and no more', async () => {
    const flags = ['--tenant', 'organizations', '--scope', 'Files.ReadWrite', '--cloud', 'global']
    expect((await at.setup(['--client-id', at.sandbox.clientId, ...flags])).code).toBe(0)
    expect(at.settings()).toEqual({
      'client-id': at.sandbox.clientId,
      tenant: 'organizations',
      scope: 'Files.ReadWrite',
    })
  })

  it('tells programs what happens, a JSON object a line', async () => {
    const { code, stdout, stderr } = await at.setup(['--client-id', at.sandbox.clientId, '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map(({ event }) => event)).toEqual(['open', 'linked', 'saved'])
    expect(events.at(-1)).toEqual({
      event: 'saved',
      settings: { 'client-id': at.sandbox.clientId },
      clientSecret: false,
    })
  })

  it.each(['standard input', 'OD_LINK_CLIENT_SECRET'])('takes the secret from %s', async (from) => {
    const flags = ['--kind', 'web', '--client-id', at.sandbox.webClientId, '--redirect-uri', webUri]
    const { code, stdout, stderr } =
      from === 'standard input'
        ? await at.setup(flags, `${at.sandbox.webClientSecret}\n`)
        : await at.setup(flags, undefined, { OD_LINK_CLIENT_SECRET: at.sandbox.webClientSecret })
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.not.stringContaining(at.sandbox.webClientSecret),
    })
    expect(stdout).toMatch(/Saved client-id, redirect-uri in .*, and the secret in the file store\.\n$/)
    expect(at.settings()).toEqual({ 'client-id': at.sandbox.webClientId, 'redirect-uri': webUri })
    expect(await at.world.run(['login'])).toMatchObject({ code: 0 })
  })

  it('hands the secret to no browser', async () => {
    const spy = spyBrowser(at.world.dir)
    const env = { OD_LINK_BROWSER: `"${spy.command}"`, OD_LINK_CLIENT_SECRET: at.sandbox.webClientSecret }
    const flags = ['--kind', 'web', '--client-id', at.sandbox.webClientId, '--redirect-uri', webUri]
    expect((await at.setup(flags, undefined, env)).code).toBe(0)
    expect(spy.seen().environment).not.toContain(at.sandbox.webClientSecret)
  })

  it('saves without a sign-in when asked to, and needs no network for it', async () => {
    const env = { OD_LINK_AUTHORITY_HOST: 'http://localhost:9', OD_LINK_STORE: 'keychain' }
    const flags = ['--client-id', `{${strange.toUpperCase()}}`, '--cloud', 'usgov', '--no-login']
    const { code, stdout, stderr } = await at.setup(flags, undefined, env)
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Saved client-id, cloud') })
    expect(stderr).toContain('Not tested yet; run: od-link login')
    expect(at.settings()).toEqual({ 'client-id': strange, cloud: 'usgov' })
  })

  it('says which variables go before what was saved', async () => {
    const env = { OD_LINK_CLIENT_ID: strange, OD_LINK_SCOPE: 'Files.Read' }
    const { code, stderr } = await at.setup(
      ['--client-id', at.sandbox.clientId, '--no-login'],
      undefined,
      env,
    )
    expect(code).toBe(0)
    expect(stderr).toContain('Note: OD_LINK_CLIENT_ID is set to another value and overrides the saved one.')
    expect(stderr).not.toContain('OD_LINK_SCOPE')
    expect(at.settings()).toEqual({ 'client-id': at.sandbox.clientId, scope: 'Files.Read' })
  })
})

describe('od-link setup saves nothing', () => {
  it('without a terminal and a client id, and says which flags there are', async () => {
    const { code, stdout, stderr } = await at.setup([], '3\n1\n1\n')
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
    const { error } = JSON.parse((await at.setup(['--json'])).stderr)
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
    const { code, stdout, stderr } = await at.setup(flags)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(words)
    expect(stderr).toMatch(/next: \S/)
    expect(kept(at.world)).toEqual({})
  })

  it('when Microsoft does not know the app, and asks nobody to sign in', async () => {
    const { code, stdout, stderr } = await at.setup(['--client-id', strange])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(/> Overview\n +compare the Application \(client\) ID/)
    expect(stderr).toMatch(/Nothing was saved\.\n[\s\S]*AADSTS700016/)
    expect(kept(at.world)).toEqual({})
  })

  it('when the secret is wrong, and says what to type with a new one', async () => {
    const flags = ['--kind', 'web', '--client-id', at.sandbox.webClientId, '--redirect-uri', webUri]
    const { code, stderr } = await at.setup(flags, 'not-the-secret\n')
    expect(code).toBe(4)
    expect(stderr).toContain('> Certificates & secrets > Client secrets > New client secret')
    expect(stderr).toContain('Then: run the same command again.\n')
    expect(stderr).toMatch(/Nothing was saved[\s\S]*AADSTS7000215/)
    expect(stderr).not.toContain('od-link config')
    expect(kept(at.world)).toEqual({})
  })

  it('when the kind is not what the app is, and says how to set up the other', async () => {
    const asPublic = await at.setup(['--client-id', at.sandbox.webClientId, '--redirect-uri', webUri])
    expect(asPublic.stderr).toMatch(/Or, for a "Web" app with a secret:\n.*od-link setup .* --kind web\n/)
    const asWeb = await at.setup(['--client-id', at.sandbox.clientId, '--kind', 'web'], 'a-secret\n')
    expect(asWeb.stderr).toMatch(/next: od-link setup --client-id \S+ --kind public\n/)
    for (const { code } of [asPublic, asWeb]) expect(code).toBe(4)
    expect(kept(at.world)).toEqual({})
  })

  it('when the person declines, and the letter to the administrator leads back here', async () => {
    await at.sandbox.control('POST', 'next-sign-in', { error: 'access_denied', error_subcode: 'cancel' })
    const { code, stderr } = await at.setup(['--client-id', at.sandbox.clientId])
    expect(code).toBe(4)
    expect(stderr).toContain(`od-link setup --client-id ${at.sandbox.clientId} --scope Files.ReadWrite\n`)
    expect(stderr).toContain('adminconsent')
    expect(kept(at.world)).toEqual({})
  })

  it('when the sign-in service cannot be reached', async () => {
    const env = { OD_LINK_AUTHORITY_HOST: 'http://localhost:9' }
    const { code, stderr } = await at.setup(['--client-id', at.sandbox.clientId], undefined, env)
    expect(code).toBe(7)
    expect(stderr).toMatch(/Nothing was saved\.\n/)
    expect(stderr).toContain('Then: run the same command again.\n')
    expect(kept(at.world)).toEqual({})
  })

  it('when the store does not take the secret: the settings are again what they were', async () => {
    await at.world.run(['config', 'set', 'tenant', 'contoso.com'])
    const before = kept(at.world)
    const env = { OD_LINK_STORE: 'keychain', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }
    const flags = ['--client-id', strange, '--kind', 'web', '--no-login']
    const { code, stdout } = await at.setup(flags, 'the-secret\n', env)
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(kept(at.world)).toEqual(before)
  })

  it('when a secret is kept for an app that is to be public now', async () => {
    await at.world.run(['config', 'set', 'client-id', at.sandbox.clientId])
    await at.world.run(['config', 'set', 'client-secret'], { input: 'the-secret\n' })
    const before = kept(at.world)
    const { code, stderr } = await at.setup(['--client-id', at.sandbox.clientId, '--tenant', 'organizations'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/next: od-link config unset client-secret\n +Then: run the same command again\.\n/)
    expect(kept(at.world)).toEqual(before)
  })
})

describe('od-link setup behind a web server', () => {
  it('keeps where a web server passes on what comes to its redirect URI, and refuses without it', async () => {
    const flags = [
      'setup',
      '--client-id',
      at.sandbox.clientId,
      '--no-login',
      '--redirect-uri',
      'https://example-app.com/p',
    ]
    const without = await at.world.run(flags)
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('--listen 127.0.0.1:5000') })
    expect((await at.world.run([...flags, '--listen', '127.0.0.1:5055'])).code).toBe(0)
    expect((await at.world.run(['config', 'get', 'listen'])).stdout).toBe('127.0.0.1:5055\n')
    expect((await at.world.run(flags)).code).toBe(0)
    expect((await at.world.run(['config', 'get', 'listen'])).stdout).toBe('127.0.0.1:5055\n')
  })
})
