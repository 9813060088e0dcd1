import { describe, expect, it } from 'vitest'
import { type IdentityErrorBody, identityFailure } from '../../src/identity/errors.ts'

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
      'by the first where none is known',
      { error: 'x', error_codes: [7777777, 8888888] },
      'AADSTS7777777',
      /x/,
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
    [{ error: 'odd', error_codes: [90055] }, 'service'],
    [{ error: 'invalid_grant' }, 'sign-in'],
    [{ error: 'odd', error_codes: [50173] }, 'sign-in'],
  ])('%j is of the kind %s', (body, kind) => {
    expect(failure(body).kind).toBe(kind)
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
    expect(lines[0]).toMatch(/^Ask for less.*od-link login --scope Files\.ReadWrite$/)
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
