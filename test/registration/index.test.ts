import { describe, expect, it } from 'vitest'
import { saveClientSecret } from '../../src/accounts/client-secret.ts'
import { checkSetting, readRegistration } from '../../src/registration/index.ts'
import { saveSettings } from '../../src/settings/index.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'
import { usageError } from '../helpers/program/usage-error.ts'

const own = useOwnSettings()
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
    await expect(readRegistration({ clientId: 'two words' })).rejects.toEqual(
      usageError(/is not a client ID/),
    )
    await expect(readRegistration({ tenant: 'two words' })).rejects.toEqual(usageError(/is not a tenant/))
    await saveSettings({ tenant: undefined, cloud: 'china' })
    expect((await readRegistration({})).registration.tenant).toBe('organizations')
  })

  it('has the secret of the environment or its own of the store, and none where it is a public client', async () => {
    await saveClientSecret('kept', 'an-id')
    expect((await readRegistration({ clientId: 'an-id' })).registration.clientSecret).toBe('kept')
    process.env.OD_LINK_CLIENT_SECRET = 'of the variable'
    expect((await readRegistration({ clientId: 'an-id' })).registration.clientSecret).toBe('of the variable')
    const asPublic = await readRegistration({ clientId: 'an-id', clientSecret: null })
    expect(asPublic.registration).not.toHaveProperty('clientSecret')
    delete process.env.OD_LINK_CLIENT_SECRET
    expect((await readRegistration({ clientId: 'another' })).registration).not.toHaveProperty('clientSecret')
    expect(own.warnings.at(-1)).toContain('belongs to an-id')
  })

  it('has to be there', async () => {
    await expect(readRegistration({})).rejects.toEqual(
      usageError(
        /^No app registration yet\. od-link needs a client ID of your own\.$/,
        /^od-link setup\n\(walks you through .*\)\nTo try od-link without an account: od-link demo$/,
      ),
    )
  })

  it.each([
    [
      'client-id',
      'an-id_1.x',
      'two words',
      /^That is not a client ID\.$/,
      /^Use the Application \(client\) ID/,
    ],
    ['client-id', 'x'.repeat(128), 'x'.repeat(129), /is not a client ID\. If it is a client secret/, /./],
    ['client-id', 'x', '', /^No client ID was given/, /./],
    [
      'tenant',
      'contoso.example',
      'a/b',
      /^"a\/b" is not a tenant\.$/,
      /^Use common, organizations, consumers, a domain/,
    ],
    ['tenant', 'x'.repeat(253), 'x'.repeat(254), /is not a tenant/, /./],
    ['cloud', 'usgov', 'germany', /^Unknown cloud: "germany"\.$/, /./],
    ['redirect-uri', 'https://a.example/x', 'http://a.example', /is not a redirect URI/, /./],
    ['listen', 'localhost:1', 'a.example:1', /is not an address of this machine/, /./],
    [
      'scope',
      'User.Read, https://graph.example/Files.Read',
      'User.Read "x"',
      /^The scope is not a list of scopes\.$/,
      /^For your own drive: --scope Files\.ReadWrite$/,
    ],
    ['scope', 'x'.repeat(200), 'x'.repeat(201), /not a list of scopes/, /./],
    ['store', 'helper:pass', 'nowhere', /^There is no store "nowhere"/, /./],
  ] as const)('has a %s such as %s, and not %s', (name, good, bad, message, hint) => {
    checkSetting(name, good)
    expect(() => checkSetting(name, bad)).toThrow(usageError(message, hint))
  })
})
