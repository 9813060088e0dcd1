import { describe, expect, it } from 'vitest'
import {
  azCloud,
  azCommand,
  beforeYouBegin,
  type NewRegistration,
  portalSteps,
} from '../../src/registration/portal-steps.ts'

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
   then Save (needed to sign in with a device code)
5. API permissions: nothing to do; od-link requests them when you sign in
6. Overview: copy the Application (client) ID`)
    const web = portalSteps({ ...wanted, cloud: 'usgov', kind: 'web', audience: 'single' })
    expect(web[0]).toBe('1. https://entra.microsoft.us > Entra ID > App registrations')
    expect(web.slice(8).join('\n')).toBe(`3. Authentication > Add a platform > Web
   Redirect URIs: http://localhost, then Configure
   (newer: Redirect URI configuration > Add Redirect URI)
4. Certificates & secrets > Client secrets > New client secret
   copy its Value, not the Secret ID; it is shown only once
5. API permissions: nothing to do; od-link requests them when you sign in
6. Overview: copy the Application (client) ID
   and the Directory (tenant) ID`)
    expect(beforeYouBegin.join(' ')).toMatch(
      /A personal .* can no longer register an app\. Its free ways out: /,
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
