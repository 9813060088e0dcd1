import { describe, expect, it } from 'vitest'
import { adviceFor, knownCodes, wantsAdminApproval } from '../../src/identity/aadsts-codes.ts'
import type { Advice } from '../../src/identity/aadsts-registration-codes.ts'
import { stepsOf } from '../../src/identity/errors.ts'
import { hintOf } from '../../src/text/next-step.ts'

/** The next steps as lines, for a sign-in to the cloud of the US Government. */
const linesOf = (advice: Advice | undefined) =>
  hintOf(advice ? stepsOf(advice, { loginOrigin: 'https://login.microsoftonline.us' }) : [])
const cureOf = (code: number) => linesOf(adviceFor(code))

/** Codes that mean the same to a person, what the sentence is about, and what the next step names. */
const meanings: [codes: number[], meaning: RegExp, cure: RegExp][] = [
  [
    [16000, 50020, 50034, 51004, 90072, 500208],
    /account does not belong to the tenant/,
    /od-link login --tenant common/,
  ],
  [
    [28002, 28003, 70011, 90009, 650053, 700022, 700023],
    /requested scopes/,
    /^Check --scope\..*\n.*--scope Files\.ReadWrite$/,
  ],
  [[50005], /kind of device/, /another device.*administrator/],
  [
    [50033, 50086, 50087, 70012, 90006, 90024, 90025, 90033, 90036],
    /sign-in service has a problem/,
    /a few minutes/,
  ],
  [[50053], /locked|blocked/, /Wait a while.*\nThen: od-link login$/],
  [
    [50055, 50125, 50135, 50137, 50142, 50144],
    /password has expired, or has to be changed/,
    /Set a new one.*\nThen: od-link login$/,
  ],
  [[50057, 500571], /account is disabled/, /administrator/],
  [[50058], /Nobody is signed in/, /^od-link login$/],
  [[50059, 50128, 90019, 900021, 900023], /cannot tell the tenant/, /od-link login --tenant TENANT$/],
  [[50072, 50074, 50076, 50078, 50079, 50158], /multi-factor/, /^od-link login$/],
  [
    [50085, 50089, 50132, 50133, 70000, 70008, 70044, 70046, 700081],
    /expired or was revoked/,
    /^od-link login$/,
  ],
  [
    [50097, 50127, 50129, 50155, 50187, 53000, 53001, 530003, 530032, 700003],
    /device that it manages/,
    /managed device,\n.*administrator/,
  ],
  [[50126], /username or the password is wrong/, /^od-link login$/],
  [[50131, 53003], /Conditional Access/, /another network.*administrator/],
  [[50140, 50199], /question in the browser/, /Answer it.*\nThen: od-link login$/],
  [[53004, 53011], /risk/, /administrator.*\nThen: od-link login$/],
  [[53010], /only be set up from certain networks/, /organisation's network.*\nThen: od-link login$/],
  [
    [50147, 90013, 90014, 90015, 90056, 90100, 501491, 700009, 700054, 900144, 900561, 901002, 9010010],
    /malformed/,
    /report it/,
  ],
  [[50148, 501481], /code verifier/, /^od-link login$/],
  [[50173], /password was changed or the sign-in was revoked/, /^od-link login$/],
  [[50196], /too many identical requests/, /Wait 5 minutes.*\nThen run the same command again\.$/],
  [[53002, 53005, 53009, 530021, 530022], /only approved apps/, /administrator/],
  [[54005], /already been redeemed/, /^od-link login$/],
  [[65001], /not consented/, /Ask for less.*--scope Files\.ReadWrite$/],
  [[65004], /consent was declined/, /Accept it.*od-link login$/],
  [[70016], /not been entered yet/, /Enter the code/],
  [[70018], /not entered correctly/, /new one: od-link login --device$/],
  [[70019, 70020], /device code has expired/, /new one: od-link login --device$/],
  [[70043], /sign in again from time to time/, /^od-link login$/],
  [[90002], /no such tenant/, /od-link login --tenant TENANT\nOr .*--cloud global\n\(other clouds: china\)$/],
  [
    [90038, 900382, 900432, 900439],
    /another Microsoft cloud/,
    /od-link login --cloud global\n\(other clouds: china\)$/,
  ],
  [[90055], /throttling/, /Wait a few minutes/],
  [[90093, 90094, 90095], /administrator to approve/, /Ask for less/],
  [[50088], /too many codes/, /a few minutes/],
  [[50001, 500011], /Graph does not exist/, /od-link login --cloud global\n.*china\)\n.*administrator/],
  [[500014, 650054], /Graph is switched off/, /administrator/],
  [[500021, 500022, 500212, 500213], /does not allow sign-ins across tenants/, /network.*administrator/],
  [[530033, 530084], /bound to a managed device/, /exception from token protection/],
  [[530035], /security defaults/, /administrator/],
  [[530036], /blocked device codes/, /Sign in with a browser: od-link login$/],
  [[650051], /Nobody manages/, /take over the domain/],
  [[650052], /subscription/, /administrator.*OneDrive/],
  [[700005], /issued for another tenant/, /^od-link login$/],
  [[700082], /not used for 90 days/, /^od-link login$/],
  [[1002016], /TLS 1\.2/, /proxy/],
  [[5000225], /tenant has been blocked/, /administrator/],
  [[7000012], /made for another tenant/, /^od-link login$/],
  [[9002313], /malformed, or the refresh token damaged/, /^od-link login$/],
]
const each = meanings.flatMap(([codes, ...words]) => codes.map((code) => [code, ...words] as const))

describe('a number of Microsoft’s', () => {
  it.each(each)('%i is a sentence and a next step', (code, meaning, cure) => {
    expect(adviceFor(code)?.meaning).toMatch(meaning)
    expect(adviceFor(code)?.meaning).toMatch(/^[A-Z].*\.$/)
    expect(cureOf(code)).toMatch(cure)
  })

  it.each(knownCodes)('%i fits a terminal of 80 columns, but for a command', (code) => {
    const lines = cureOf(code).split('\n')
    expect(lines.filter((line) => line.length > 72 && !line.includes('od-link '))).toEqual([])
  })

  it('that nobody knows has none, and neither has a text', () => {
    expect(adviceFor(1234567)).toBeUndefined()
    expect(adviceFor(undefined)).toBeUndefined()
    expect(adviceFor(undefined, 'The client is unhappy.')).toBeUndefined()
  })

  it('counts for more than the text beside it', () => {
    const text = 'The client does not exist or is not enabled for consumers.'
    expect(adviceFor(undefined, text)?.meaning).toMatch(/^Microsoft knows no app for personal accounts/)
    expect(adviceFor(50057, text)?.meaning).toBe('The account is disabled.')
  })

  it('that nobody knows leaves it to the text', () => {
    const text = 'The client does not exist or is not enabled for consumers.'
    expect(adviceFor(1234567, text)?.meaning).toMatch(/^Microsoft knows no app for personal accounts/)
  })
})

describe('only an administrator can help', () => {
  it.each([
    [65001, true],
    [90094, true],
    [90095, true],
    [90093, true],
    [50105, false],
    [undefined, false],
  ])('after %s: %s', (code, wanted) => {
    expect(wantsAdminApproval(code)).toBe(wanted)
  })
})

describe('a registration that is wrong', () => {
  const registration: [codes: number[], meaning: RegExp][] = [
    [[50011, 90102, 500113, 900971], /does not have the redirect URI/],
    [[50105], /has to assign you/],
    [[50194], /one organisation only/],
    [[65005], /access that its registration does not list/],
    [[650057], /resource that its registration does not list/],
    [[650056], /not set up correctly for this organisation/],
    [[7000112], /The app is disabled/],
    [[7000216, 7000218], /not registered as a public client/],
    [[9002325, 9002326, 9002327], /registered for a single-page application/],
    [[90027, 90124, 90130, 500201], /both work and personal accounts/],
    [[500117], /plain http on a host other than localhost/],
    [[700011, 700016], /does not know this client ID/],
    [[700025], /public client, which has no secret/],
    [[700084], /ended after 24 hours/],
    [[7000215], /client secret is wrong; often it is the Secret ID instead of the Value/],
    [[7000222], /client secret has expired/],
    [[9002331, 9002346], /personal accounts only/],
    [[9002332], /work and school accounts only/],
  ]
  it.each(registration.flatMap(([codes, meaning]) => codes.map((code) => [code, meaning] as const)))(
    '%i is a sentence',
    (code, meaning) => {
      expect(adviceFor(code)?.meaning).toMatch(meaning)
      expect(adviceFor(code)?.meaning).toMatch(/^The .*\.$|^Microsoft .*\.$/)
    },
  )

  it('says what to do in the portal, and what to type then', () => {
    expect(cureOf(50011)).toBe(`https://entra.microsoft.us > Entra ID > App registrations > your app
> Authentication > Add a platform > Mobile and desktop applications
add http://localhost
(under "Web" instead if the app has a secret)
Then: od-link login`)
    expect(cureOf(700084)).toBe(`https://entra.microsoft.us > Entra ID > App registrations > your app
> Authentication
remove http://localhost under "Single-page application",
add it under "Mobile and desktop applications"
Then: od-link login`)
    expect(cureOf(50105)).toBe(`Ask the administrator:
https://entra.microsoft.us > Entra ID > Enterprise applications
> your app > Users and groups > Add user/group`)
    expect(cureOf(65005)).toBe(`https://entra.microsoft.us > Entra ID > App registrations > your app
> API permissions > Add a permission > Microsoft Graph > Delegated
add Files.ReadWrite.All, User.Read and offline_access
Then: od-link login`)
    expect(cureOf(700016)).toBe(`https://entra.microsoft.us > Entra ID > App registrations > your app
> Overview
compare the Application (client) ID (not the Object ID or Secret ID)
With the right ID, tenant and cloud: od-link setup`)
    expect(cureOf(90124)).toBe(`https://entra.microsoft.us > Entra ID > App registrations > your app
> Authentication > Supported account types
choose "Any Entra ID Tenant + Personal Microsoft accounts"
(if refused, first set Manifest > requestedAccessTokenVersion: 2)
Then: od-link login
Or, for work accounts only: od-link login --tenant organizations`)
  })

  it('says in the end what to do where the person cannot fix it, or need not', () => {
    const app = 'https://entra.microsoft.us > Entra ID > App registrations > your app'
    const types = `${app}
> Authentication > Supported account types
choose "Any Entra ID Tenant + Personal Microsoft accounts"
(if refused, first set Manifest > requestedAccessTokenVersion: 2)`
    expect(cureOf(7000218)).toBe(`${app}
> Authentication > Add a platform > Mobile and desktop applications
add http://localhost
> Authentication > Advanced settings > Allow public client flows: Yes
Then: od-link login
Or, for a "Web" app with a secret:
od-link config set client-secret && od-link login`)
    expect(cureOf(7000215)).toBe(`${app}
> Certificates & secrets > Client secrets > New client secret
copy its Value, not the Secret ID; it is shown only once
Then: od-link config set client-secret && od-link login`)
    expect(cureOf(9002331)).toBe(`Sign in to one: od-link login --tenant consumers
Or allow other accounts:
${types}`)
    expect(cureOf(9002332)).toBe(`Sign in to one: od-link login --tenant organizations
Or allow other accounts:
${types}`)
    expect(cureOf(50194)).toBe(`Name it by its Directory (tenant) ID or its domain:
od-link login --tenant TENANT
Or allow other accounts:
${types}`)
    expect(cureOf(7000112)).toBe(`Ask its owner or the administrator:
https://entra.microsoft.us > Entra ID > Enterprise applications
> your app > Properties > Enabled for users to sign-in: Yes`)
    expect(cureOf(500117)).toBe(`${app}
> Authentication
use http://localhost, with any port and path, there and here:
od-link login --redirect-uri http://localhost:5000/path`)
    expect(cureOf(700025)).toBe(`od-link config unset client-secret && od-link login
(and unset OD_LINK_CLIENT_SECRET)
Or, to keep the secret:
${app}
> Authentication
remove http://localhost under "Mobile and desktop applications",
add it under "Web"`)
  })

  it('for personal accounts may be the wrong app, or one that lets none of them in', () => {
    expect(
      linesOf(adviceFor(undefined, 'is not enabled for consumers')),
    ).toBe(`https://entra.microsoft.us > Entra ID > App registrations > your app
> Overview
compare the Application (client) ID (not the Object ID or Secret ID)
If it is right, allow personal accounts:
https://entra.microsoft.us > Entra ID > App registrations > your app
> Authentication > Supported account types
choose "Any Entra ID Tenant + Personal Microsoft accounts"
(if refused, first set Manifest > requestedAccessTokenVersion: 2)`)
  })
})
