import { describe, expect, it } from 'vitest'
import { claimsIn, type IdentityErrorBody, identityFailure, isNotPublic } from '../../src/identity/errors.ts'

/* What a number alone does not say: refusals as public reports give them. */

const context = {
  loginOrigin: 'https://login.microsoftonline.com',
  tenant: 'common',
  clientId: 'an-id',
  scope: 'User.Read Files.ReadWrite.All',
}
const failure = (body: object, more: object = {}) =>
  identityFailure(body as IdentityErrorBody, { ...context, ...more })
const refusal = (error: string, code: number | undefined, words: string) => ({
  error,
  error_description: code === undefined ? words : `AADSTS${code}: ${words} Trace ID: 1-2`,
  ...(code === undefined ? {} : { error_codes: [code] }),
})

describe('what passes by itself is no refusal, whatever its error says', () => {
  it.each([
    [50196, 'throttled', 'The server terminated an operation because it encountered a client request loop.'],
    [90033, 'unavailable', 'A transient error has occurred. Please try again.'],
    [90055, 'throttled', 'Tenant is throttled.'],
    [50000, 'unavailable', 'There was an error issuing a token or an issue with our sign-in service.'],
    [90012, 'unavailable', 'RequestTimeout - The request has timed out.'],
    [4_242_424, 'unavailable', 'A transient error has occurred. Please try again.'],
    [90025, 'unavailable', 'Request processing has exceeded the gateway allowance.'],
    [90036, 'unavailable', 'An unexpected, non-retryable error has occurred.'],
    [50088, 'throttled', 'Limit on telecom MFA calls reached.'],
    [4_242_424, 'unavailable', 'The service is unavailable.'],
    [4_242_424, 'unavailable', 'The server is currently busy.'],
    [4_242_424, 'unavailable', 'Password validation request timed out.'],
    [4_242_424, 'unavailable', 'An internal error. Please retry your request in a few minutes.'],
    [4_242_424, 'unavailable', 'Try again later.'],
    [4_242_424, 'unavailable', 'There are too many incoming requests.'],
    [4_242_424, 'unavailable', 'The tenant is being throttled.'],
  ])('AADSTS%i', (code, reason, words) => {
    for (const error of ['invalid_grant', 'invalid_client', 'interaction_required'])
      expect(failure(refusal(error, code, words))).toMatchObject({ kind: 'service', reason })
  })
})

describe('what a person has to do does not pass', () => {
  it.each([
    'Your session has timed out. Try again.',
    'Please try signing in again.',
    'A final, non-retryable error.',
    'The user must sign in again later on each device.',
  ])('"%s"', (words) => {
    expect(failure(refusal('invalid_grant', 4_242_424, words)).kind).toBe('sign-in')
  })
})

describe('the words decide where a number has several texts', () => {
  it.each<[error: string, code: number | undefined, words: string, meaning: RegExp, step: RegExp]>([
    [
      'invalid_request',
      90023,
      "Public clients can't send a client secret.",
      /public client, which has no secret/,
      /^od-link config unset client-secret && od-link login\n/,
    ],
    [
      'invalid_request',
      90023,
      "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.",
      /single-page application/,
      /under "Mobile and desktop applications"/,
    ],
    [
      'invalid_client',
      70002,
      'The client does not exist or is not enabled for consumers.',
      /no app for personal accounts with this client ID/,
      /> Overview\n.*compare/,
    ],
    [
      'invalid_client',
      70002,
      "The client application must be marked as 'mobile.'",
      /not registered as a public client/,
      /Allow public client flows: Yes/,
    ],
    [
      'invalid_client',
      70002,
      'Error validating credentials. AADSTS50012: Invalid client secret is provided.',
      /client secret is wrong/,
      /New client secret/,
    ],
    [
      'unauthorized_client',
      70001,
      "Application with identifier '0d11' was not found in the directory contoso.",
      /does not know this client ID/,
      /> Overview\n.*compare/,
    ],
    ['unauthorized_client', 70001, 'The application is disabled.', /app is disabled/, /Enabled for users/],
    [
      'invalid_request',
      undefined,
      "The request is not valid for the application's 'userAudience' configuration.",
      /personal accounts only/,
      /^Sign in to one: od-link login --tenant consumers\n/,
    ],
    [
      'invalid_request',
      undefined,
      "The provided value for the input parameter 'redirect_uri' is not valid.",
      /does not have the redirect URI/,
      /\nadd http:\/\/localhost\n/,
    ],
    [
      'invalid_scope',
      undefined,
      "The provided value for the input parameter 'scope' is not valid. The scope 'Files.Wrong' does not exist.",
      /requested scopes/,
      /^Check --scope\./,
    ],
    ['access_denied', 65005, 'The app is in an unmanaged state.', /Nobody manages/, /take over the domain/],
    [
      'interaction_required',
      16000,
      'Either multiple user identities are available for the current request or …',
      /cannot tell which one is meant/,
      /--login-hint ADDRESS$/,
    ],
    [
      'invalid_grant',
      70000,
      "The provided value for the 'code' parameter is not valid.",
      /code is incomplete, too old, or has already been used/,
      /^If you pasted a URL, paste all of it\.\n/,
    ],
    [
      'invalid_grant',
      70000,
      'One or more scopes requested are unauthorized or expired.',
      /scopes has not been consented to/,
      /^od-link login$/,
    ],
    [
      'invalid_client',
      650053,
      "The application asked for scope 'Files.Wrong' that doesn't exist on the resource '00000003-0000'.",
      /requested scopes/,
      /^Check --scope\./,
    ],
    [
      'invalid_client',
      65005,
      "The application asked for scope 'Files.Wrong' that doesn't exist on the resource.",
      /requested scopes/,
      /^Check --scope\./,
    ],
    [
      'invalid_client',
      50012,
      'Invalid client secret is provided.',
      /client secret is wrong/,
      /New client secret/,
    ],
    [
      'invalid_client',
      70002,
      "The request body must contain the following parameter: 'client_secret or client_assertion'.",
      /no client secret was sent/,
      /Allow public client flows: Yes/,
    ],
    [
      'invalid_grant',
      70000,
      "The provided value for the input parameter 'device_code' is not valid.",
      /device code has expired/,
      /^To get a new one: od-link login --device$/,
    ],
    [
      'invalid_grant',
      70000,
      "The provided value for the input parameter 'redirect_uri' is not valid.",
      /redirect URI/,
      /\nadd http:\/\/localhost/,
    ],
    [
      'invalid_request',
      undefined,
      "The 'userAudience' configuration does not allow the /consumers/ endpoint.",
      /work and school accounts only/,
      /^Sign in to one: od-link login --tenant organizations\n/,
    ],
    ['invalid_client', 650051, 'The tenant is unmanaged.', /Nobody manages/, /take over the domain/],
    ['invalid_client', 650052, 'Lacks a service principal.', /no subscription/, /OneDrive/],
    ['invalid_client', 50011, 'The redirect URI does not match.', /redirect URI/, /\nadd http:\/\/localhost/],
  ])('%s, %s, "%s"', (error, code, words, meaning, step) => {
    const { message, hint, kind } = failure(refusal(error, code, words))
    expect(kind).toBe('sign-in')
    expect(message).toMatch(meaning)
    expect(hint).toMatch(step)
    if (![90023, 70002, 50012].includes(code ?? 0)) expect(hint).not.toContain('client-secret')
  })

  it.each([
    ['70008', /expired or was revoked/],
    ['50126', /username or the password is wrong/],
    ['70000', /expired or was revoked/],
  ])('"Error validating credentials" is what the second number says: AADSTS%s', (code, meaning) => {
    const words = `Error validating credentials. AADSTS${code}: No.`
    expect(failure(refusal('invalid_grant', undefined, `AADSTS70002: ${words}`))).toMatchObject({
      code: `AADSTS${code}`,
      message: expect.stringMatching(meaning),
    })
  })

  it.each([50012, 70001, 70002, 90023, 4_242_424])(
    'else AADSTS%i is Microsoft’s own sentence and its page',
    (code) => {
      const { message, hint, reason } = failure(refusal('invalid_client', code, 'Something quite new.'))
      expect({ message, reason }).toEqual({
        message: 'Microsoft answered: Something quite new.',
        reason: 'sign-in-refused',
      })
      expect(hint).toContain(`See https://login.microsoftonline.com/error?code=${code}`)
    },
  )
})

describe('access_denied', () => {
  it.each<[code: number, meaning: RegExp, reason: string]>([
    [50005, /kind of device/, 'blocked-by-policy'],
    [53003, /Conditional Access/, 'blocked-by-policy'],
    [530003, /device that it manages/, 'blocked-by-policy'],
    [530084, /bound to a managed device/, 'blocked-by-policy'],
    [500021, /across tenants/, 'blocked-by-policy'],
    [500213, /across tenants/, 'blocked-by-policy'],
    [90093, /administrator to approve/, 'admin-approval-needed'],
    [90123, /^Microsoft answered: No\.$/, 'sign-in-refused'],
    [7_654_321, /^Microsoft answered: No\.$/, 'sign-in-refused'],
    [65004, /consent was declined/, 'sign-in-declined'],
  ])('with AADSTS%i is that number’s refusal', (code, meaning, reason) => {
    const { message, reason: told } = failure(refusal('access_denied', code, 'No.'))
    expect(message).toMatch(meaning)
    expect(told).toBe(reason)
  })

  it.each([
    [{ error: 'access_denied' }],
    [{ error: 'access_denied', error_subcode: 'cancel' }],
    [refusal('access_denied', undefined, 'The user has denied access to the scope requested.')],
  ])('without a number is the person’s: %j', (body) => {
    expect(failure(body).reason).toBe('sign-in-declined')
    // Nobody administers personal accounts.
    const { hint } = failure(body, { tenant: 'consumers' })
    expect(hint).toBe('If that was a mistake: od-link login')
  })
})

describe('different cures for what looks alike', () => {
  it.each([
    [53004, /risky/, /clear the risk/],
    [53011, /risky/, /clear the risk/],
    [53010, /only be set up from certain networks or devices/, /organisation's network or a managed device/],
    [50135, /password/, /Set a new one/],
    [50137, /password/, /Set a new one/],
    [50142, /password/, /Set a new one/],
  ])('AADSTS%i', (code, meaning, cure) => {
    const { message, hint } = failure(refusal('interaction_required', code, 'No.'))
    expect(message).toMatch(meaning)
    expect(hint).toMatch(cure)
    if (!/risky/.test(message)) expect(hint).not.toMatch(/risk/)
  })
})

describe('no letter to an administrator', () => {
  it.each([90094, 90095, 65001])('for personal accounts, who have none: AADSTS%i', (code) => {
    const { hint } = failure(refusal('access_denied', code, 'No.'), { tenant: 'consumers' })
    expect(hint).not.toMatch(/adminconsent|Please approve/)
    expect(hint).toMatch(/\S/)
  })
})

describe('the claims of a refusal', () => {
  const claims = '{"access_token":{"capolids":{"essential":true,"values":["a-policy"]}}}'
  it('are read where they are a JSON object', () => {
    const refused = failure({ ...refusal('interaction_required', 50076, 'More.'), claims })
    expect(claimsIn(refused)).toBe(claims)
  })

  it.each([[undefined], [''], [7], ['no JSON'], ['["a list"]'], [`{"a":"${'x'.repeat(17_000)}"}`]])(
    'are none otherwise: %j',
    (value) => {
      const refused = failure({ ...refusal('interaction_required', 50076, 'More.'), claims: value })
      expect(claimsIn(refused)).toBeUndefined()
    },
  )

  it.each([[undefined], [new Error('no')], [null]])('of %s are none', (refused) => {
    expect(claimsIn(refused)).toBeUndefined()
  })
})

it('an app that is no public client is told apart, as a device code needs it', () => {
  const words = "The client application must be marked as 'mobile.'"
  expect(isNotPublic(failure(refusal('invalid_client', 70002, words)))).toBe(true)
  expect(isNotPublic(failure(refusal('invalid_client', 7000215, 'Invalid client secret provided.')))).toBe(
    false,
  )
})
