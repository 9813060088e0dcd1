import { expect, it } from 'vitest'
import { adviceFor } from '../../src/identity/aadsts-codes.ts'
import { stepsOf } from '../../src/identity/errors.ts'
import { hintOf } from '../../src/text/next-step.ts'

/** Numbers that come with several texts: the words decide, and only under these numbers. */
it.each<[code: number, words: string, meaning: RegExp, step: RegExp]>([
  [
    16000,
    'Multiple user identities are available.',
    /Several accounts are signed in/,
    /Name it: .*login-hint ADDRESS/,
  ],
  [
    70000,
    "The provided value for the input parameter 'device_code' is not valid.",
    /code/,
    /od-link login --device/,
  ],
  [70000, "The 'device_code' is not valid.", /code/, /od-link login --device/],
  [
    70000,
    "The provided value for the input parameter 'code' is not valid.",
    /too old, or has already been used/,
    /paste all of it/,
  ],
  [70000, "The 'code' is not valid.", /too old, or has already been used/, /paste all of it/],
  [
    70000,
    'One or more scopes requested are unauthorized or expired.',
    /not been consented to/,
    /od-link login/,
  ],
])('AADSTS%i, "%s"', (code, words, meaning, step) => {
  const advice = adviceFor(code, words)
  expect(advice?.meaning).toMatch(meaning)
  expect(advice && hintOf(stepsOf(advice))).toMatch(step)
  expect(adviceFor(4_242_424, words)).toBeUndefined()
  expect(adviceFor(code, 'Something else.')?.meaning).not.toBe(advice?.meaning)
})

it.each([
  ["The scope 'Files.Write' does not exist.", true],
  ['The scope Files.Write is not valid.', true],
  ['The request has timed out.', true],
  ['Server timeout.', true],
  ['The session has timed out.', false],
  ['Please retry in a couple of minutes.', true],
  ['Try again.', false],
])('without a number, "%s" says something: %s', (words, isKnown) => {
  expect(adviceFor(undefined, words) !== undefined).toBe(isKnown)
})
