import { describe, expect, it } from 'vitest'
import { type IdentityErrorBody, identityFailure, mayPass } from '../../src/identity/errors.ts'

const context = {
  loginOrigin: 'https://login.microsoftonline.com',
  tenant: 'common',
  clientId: 'an-id',
  scope: 'User.Read Files.ReadWrite.All',
}
const failure = (body: object) => identityFailure(body as IdentityErrorBody, context)
const refusal = (code: number) => ({
  error: 'invalid_grant',
  error_description: `AADSTS${code}: No. Trace ID: 0c1d-2e Timestamp: 2026-11-24 17:00:00Z`,
})

describe('a refusal of Microsoft is told in one sentence', () => {
  it.each([
    ['by the number in its text', refusal(50173), 'AADSTS50173', /password was changed/],
    ['by a number beside it', { error: 'x', error_codes: [50173] }, 'AADSTS50173', /password was changed/],
    ['by a number as a text', { error: 'x', error_codes: ['50173'] }, 'AADSTS50173', /password was changed/],
    ['by the one that is known', { error: 'x', error_codes: [1234567, 50173] }, 'AADSTS50173', /password/],
    [
      'by the one that is known in the text',
      { error: 'x', error_codes: [1234567], error_description: 'AADSTS50173' },
      'AADSTS50173',
      /password/,
    ],
    [
      'by the last where none is known',
      { error: 'x', error_codes: [7777777, 8888888] },
      'AADSTS8888888',
      /x/,
    ],
    [
      'by the last of those that are known, which is the cause',
      { error: 'x', error_codes: [50057, 50173] },
      'AADSTS50173',
      /password was changed/,
    ],
    [
      'by the list, whatever its text names',
      { error: 'x', error_codes: [50173], error_description: 'See AADSTS50057.' },
      'AADSTS50173',
      /password was changed/,
    ],
    [
      'by one that has one meaning, before one that has several',
      { error: 'x', error_description: 'AADSTS50173: Revoked. AADSTS70002: Error.' },
      'AADSTS50173',
      /password was changed/,
    ],
    [
      'by a number of the backup service, which has no letters in front',
      { error: 'x', error_description: '50173 - [2021-08-02 15:36:10Z]: Revoked. - Correlation ID: 6-d' },
      'AADSTS50173',
      /password was changed/,
    ],
    ['by its name where there is no number', { error: 'odd_thing' }, 'odd_thing', /\(odd_thing\)\.$/],
    [
      'whatever stands for numbers',
      { error: 'odd', error_codes: [0, -5, 1.5, null, 'no'] },
      'odd',
      /\(odd\)/,
    ],
    [
      'by none of more numbers than a refusal has',
      { error: 'odd', error_codes: [...Array(20).fill(0), 50173] },
      'odd',
      /\(odd\)/,
    ],
    ['even where the numbers are no list', { error: 'odd', error_codes: 50173 }, 'odd', /\(odd\)/],
    ['with a number too short to be one', { error: 'odd', error_description: 'AADSTS123: No' }, 'odd', /No$/],
  ])('%s', (_, body, code, message) => {
    expect(failure(body)).toMatchObject({ code, message: expect.stringMatching(message), kind: 'sign-in' })
  })

  it.each([
    ['the first line', 'AADSTS7777777: A first line.\r\nA second.', 'A first line.'],
    ['the first line of a Unix server', 'A first line.\nA second.', 'A first line.'],
    ['what stands before the trace', 'AADSTS7777777:  Not you. Trace ID: 1-2 Timestamp: x', 'Not you.'],
    [
      'what stands before the trace of the backup service, and behind its time',
      '7777777 - [2021-08-02 15:36:10Z]: Not you. - Correlation ID: 6-d',
      'Not you.',
    ],
    ['no number that is not in front', 'See AADSTS7777777: there.', 'See AADSTS7777777: there.'],
    ['what stands right behind the number', 'AADSTS7777777:Not you.', 'Not you.'],
    ['no white space around it', 'AADSTS7777777:    Not you.   ', 'Not you.'],
    ['nor before it where it has no number', '  Not you.', 'Not you.'],
    ['300 characters', `${'x'.repeat(299)}yz`, `${'x'.repeat(299)}y`],
  ])('which is in its own words: %s', (_, error_description, said) => {
    expect(failure({ error: 'odd', error_description }).message).toBe(`Microsoft answered: ${said}`)
  })

  it.each([
    [{ error: 'access_denied' }, /^The sign-in was cancelled, or the organisation requires an administrator/],
    [
      { error: 'access_denied', error_subcode: 'cancel', error_description: 'No.' },
      /^The sign-in was cancelled/,
    ],
    [{ error: 'access_denied', error_description: 'No.' }, /^The access .* was declined in the browser\.$/],
    [{ error: 'odd', error_subcode: 'cancel' }, /^Microsoft refused the sign-in \(odd\)\.$/],
    [{ error: 'odd', error_description: { no: 'text' } }, /^Microsoft refused the sign-in \(odd\)\.$/],
    [{ error: 'odd', error_description: 'AADSTS7777777: ' }, /^Microsoft refused the sign-in \(odd\)\.$/],
  ])('%j', (body, message) => {
    expect(failure(body).message).toMatch(message)
  })
})

describe('trouble of Microsoft’s own is no refusal of the person', () => {
  it.each([
    [{ error: 'temporarily_unavailable' }, 'service'],
    [{ error: 'server_error' }, 'service'],
    [{ error: 'server_error', error_codes: [7777777] }, 'service'],
    [{ error: 'temporarily_unavailable', error_codes: [70002] }, 'service'],
    [{ error: 'temporarily_unavailable', error_codes: [53003] }, 'sign-in'],
    [{ error: 'odd', error_codes: [90055] }, 'service'],
    [{ error: 'invalid_grant' }, 'sign-in'],
    [{ error: 'odd', error_codes: [50173] }, 'sign-in'],
  ])('%j is of the kind %s', (body, kind) => {
    expect(failure(body).kind).toBe(kind)
  })

  it.each(['temporarily_unavailable', 'server_error'])('%s is over in a while', (error) => {
    expect(failure({ error })).toMatchObject({
      reason: 'unavailable',
      message: "Microsoft's sign-in service has a problem.",
      hint: 'Try again in a few minutes.',
    })
    expect(failure({ error, error_description: 'AADSTS7777777: Busy.' })).toMatchObject({
      reason: 'unavailable',
      message: 'Microsoft answered: Busy.',
      hint: 'Try again in a few minutes.\nSee https://login.microsoftonline.com/error?code=7777777',
    })
  })

  it.each([
    [{ error: 'invalid_grant', error_codes: [90033] }, true],
    [{ error: 'temporarily_unavailable' }, true],
    // It takes longer than anybody waits for an answer.
    [{ error: 'invalid_grant', error_codes: [50196] }, false],
    [{ error: 'invalid_grant', error_codes: [50173] }, false],
    [{ error: 'odd' }, false],
  ])('%j may be repeated: %s', (body, may) => {
    expect(mayPass(body)).toBe(may)
  })
})

describe('a name without a number', () => {
  it('says what is missing', () => {
    expect(failure({ error: 'consent_required' })).toMatchObject({
      reason: 'consent-needed',
      hint: expect.stringMatching(/^Ask for less.*\nOr send this to the administrator:\n/),
    })
    expect(failure({ error: 'invalid_scope', error_description: 'No.' })).toMatchObject({
      reason: 'sign-in-refused',
      message: 'Microsoft answered: No.',
      hint: expect.stringMatching(/^Check --scope\.\n/),
    })
  })

  it('says nothing where there is one, or where it is no name of Microsoft’s', () => {
    expect(failure({ error: 'invalid_scope', error_codes: [7777777] }).hint).toBe(
      'od-link login\nSee https://login.microsoftonline.com/error?code=7777777',
    )
    expect(failure({ error: 'constructor' }).hint).toBe('od-link login')
  })
})

describe('what Microsoft’s support asks for is kept', () => {
  it.each([
    [refusal(50173), '0c1d-2e', '2026-11-24 17:00:00Z'],
    [{ error: 'x', trace_id: 'abc', timestamp: 'today' }, 'abc', 'today'],
    [{ ...refusal(50173), trace_id: 'abc', timestamp: 'today' }, 'abc', 'today'],
    [{ error: 'x', timestamp: 'y'.repeat(50) }, undefined, 'y'.repeat(40)],
    [{ error: 'x' }, undefined, undefined],
    [{ error: 'x', error_description: 'Timestamp: 2026-11-24 17:00:00' }, undefined, '2026-11-24 17:00:00'],
    [
      { error: 'x', error_description: 'Timestamp: 2026-11-24 17:00:00Z, more' },
      undefined,
      '2026-11-24 17:00:00Z',
    ],
    [{ error: 'x', error_description: 'Timestamp: now' }, undefined, undefined],
    [{ error: 'x', trace_id: 7, timestamp: {}, error_description: [] }, undefined, undefined],
  ])('of %j', (body, requestId, timestamp) => {
    expect(failure(body)).toMatchObject({ requestId, timestamp, cause: body })
    expect(failure(body).requestId).toBe(requestId)
    expect(failure(body).timestamp).toBe(timestamp)
  })
})

describe('the next step', () => {
  const hint = (body: object, scope = context.scope, more: object = {}) =>
    identityFailure(body as IdentityErrorBody, { ...context, scope, ...more }).hint ?? ''

  it('is to sign in again where nothing is known of the refusal', () => {
    expect(hint({ error: 'odd' })).toBe('od-link login')
    expect(hint({ error: 'odd', error_description: 'No.' })).toBe('od-link login')
  })

  it.each([
    ['a code', { error: 'odd', error_codes: [90094] }],
    ['a refusal without a reason', { error: 'access_denied' }],
  ])('after %s is less access, or a letter', (_, body) => {
    const lines = hint(body).split('\n')
    // To try again comes first where it may have been the person who refused.
    if (!('error_codes' in body)) expect(lines.shift()).toBe('If that was a mistake: od-link login')
    expect(lines[0]).toMatch(/sk for less.*od-link login --scope Files\.ReadWrite$/)
    expect(lines.slice(1, 4)).toEqual([
      'Or send this to the administrator:',
      '',
      expect.stringMatching(/^Please approve/),
    ])
  })

  it('has no less to ask for where little was asked', () => {
    expect(hint({ error: 'access_denied' }, 'Files.ReadWrite').split('\n')[0]).toBe(
      'If that was a mistake: od-link login',
    )
  })

  it('is no letter where the access was refused for a known reason', () => {
    expect(hint({ error: 'access_denied', error_codes: [53003] })).not.toContain('Please approve')
    expect(hint({ error: 'odd' })).not.toContain('Please approve')
  })

  it('names the redirect URI that was used, or the usual one', () => {
    const body = { error: 'odd', error_codes: [50011] }
    expect(hint(body)).toContain('\nadd http://localhost\n')
    expect(hint(body, '', { redirectUri: 'http://localhost:5000/x' })).toContain(
      '\nadd http://localhost:5000/x\n',
    )
  })
})
