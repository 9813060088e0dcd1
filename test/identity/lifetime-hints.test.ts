import { describe, expect, it } from 'vitest'
import { OdLinkError } from '../../src/errors.ts'
import { identityFailure } from '../../src/identity/errors.ts'
import { taughtBy } from '../../src/identity/lifetime-hints.ts'

const context = { loginOrigin: 'https://login.example', tenant: 'common', clientId: 'an-id', scope: '' }
const learned = (error_description: string) =>
  taughtBy(identityFailure({ error: 'invalid_grant', error_description }, context))
const frequency = (time: string) =>
  `AADSTS70043: The refresh token has expired. The maximum allowed lifetime for this request is ${time}`

describe('the life of a link, as a refusal tells it', () => {
  it.each([
    [frequency('604800'), { AADSTS70043: 604_800 }],
    [frequency('604800.'), { AADSTS70043: 604_800 }],
    [frequency('604800.:'), { AADSTS70043: 604_800 }],
    [frequency('7.00:00:00.'), { AADSTS70043: 604_800 }],
    [frequency('1.02:03:04'), { AADSTS70043: 93_784 }],
    [frequency('12:30:15'), { AADSTS70043: 45_015 }],
    [frequency('1:00:00'), { AADSTS70043: 3_600 }],
    [frequency('1.00:00:00.1234567'), { AADSTS70043: 86_400 }],
    [frequency(' 999999999 '), { AADSTS70043: 999_999_999 }],
    ['AADSTS700082: It was inactive for 90.00:00:00.', { AADSTS700082: 7_776_000 }],
    ['AADSTS700082: It WAS INACTIVE FOR   14.00:00:00', { AADSTS700082: 1_209_600 }],
    [
      'AADSTS700084: It has a limited lifetime of 1.00:00:00, which cannot be extended.',
      { AADSTS700084: 86_400 },
    ],
  ])('%s', (text, seconds) => {
    expect(learned(text)).toEqual(seconds)
  })

  it.each([
    frequency('1234567890'),
    frequency('0'),
    frequency('00:00:00'),
    frequency('soon'),
    frequency('7.0:0:0'),
    frequency('123:00:00'),
    frequency('123456.00:00:00'),
    frequency('1:2:3:4'),
    frequency('1.00:00:00.12:3'),
    'AADSTS70043: No time at all.',
    'AADSTS50173: The maximum allowed lifetime for this request is 604800',
    'AADSTS700082: The maximum allowed lifetime for this request is 604800',
    'no number',
  ])('nothing is learned from %j', (text) => {
    expect(learned(text)).toEqual({})
  })

  it.each([
    ['no text', { error_description: { no: 'text' } }],
    ['a text in a list', { error_description: [frequency('604800')] }],
    ['no answer', undefined],
  ])('nor from one that has %s', (_, cause) => {
    expect(taughtBy(new OdLinkError('sign-in', 'No.', { code: 'AADSTS70043', cause }))).toEqual({})
    expect(taughtBy(new OdLinkError('sign-in', 'No.', { cause }))).toEqual({})
  })
})
