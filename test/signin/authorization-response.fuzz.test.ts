import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTrueAnswer } from '../../src/signin/authorization-response.ts'
import { pastedAnswer } from '../../src/signin/pasted-redirect.ts'
import type { ControllingTerminal } from '../../src/system/controlling-terminal.ts'
import { anyText, settings } from '../fuzz/runs.ts'

/** A failing example is run again as `runs.ts` says. */

const state = 'the-state-of-this-sign-in'
const expected = {
  state,
  isFromAuthority: (answer: URLSearchParams) => (answer.get('iss') ?? 'ours') === 'ours',
}
const redirectUri = 'http://localhost:5000/back'
const name = fc.constantFrom(
  'state',
  'code',
  'error',
  'iss',
  'session_state',
  'STATE',
  'code[]',
  ' code',
  'id_token',
)
const value = fc.oneof(fc.constantFrom(state, '', 'ours', 'a-code', 'theirs', `${state} `), anyText)
const parameters = fc.array(fc.tuple(name, value), { maxLength: 6 })

/** The rule, in other words than those of the program. */
function isRight(pairs: [string, string][]): boolean {
  const of = (...names: string[]) => pairs.filter(([one]) => names.includes(one)).map(([, text]) => text)
  const [outcome, ...more] = of('code', 'error')
  const issuer = of('iss')[0] ?? 'ours'
  return (
    // RFC 6749 section 3.1: no parameter more than once, whatever its name.
    pairs.every(([one]) => of(one).length === 1) &&
    of('access_token', 'id_token', 'token', 'response').length === 0 &&
    of('state')[0] === state &&
    !!outcome &&
    more.length === 0 &&
    issuer === 'ours'
  )
}

describe('an answer of the authorize page', () => {
  it('is the true one exactly when the rule says so', () => {
    const near = parameters.map((pairs): [string, string][] => [
      ['state', state],
      ['code', 'a-code'],
      ...pairs,
    ])
    fc.assert(
      fc.property(fc.oneof(parameters, near), (pairs) => {
        // As it travels: half a character does not come over.
        const sent = new URLSearchParams(pairs)
        expect(isTrueAnswer(sent, expected)).toBe(isRight([...sent]))
      }),
      settings(),
    )
  })

  it('is read from whatever is pasted, or refused in words, and never a fault', async () => {
    const address = parameters.map((pairs) => `${redirectUri}?${new URLSearchParams(pairs)}`)
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          anyText,
          address,
          address.map((one) => `"${one}"#`),
        ),
        async (pasted) => {
          const right = `${redirectUri}?code=right&state=${state}`
          const lines = [pasted, right]
          const told: string[] = []
          const terminal: ControllingTerminal = { readLine: async () => lines.shift(), close: () => {} }
          const answer = await pastedAnswer(terminal, redirectUri, expected, ({ event }) => told.push(event))
          expect(isTrueAnswer(answer, expected)).toBe(true)
          if (lines.length === 0 && pasted.trim()) expect(answer.get('code')).toBe('right')
          expect(told[0]).toBe('paste')
        },
      ),
      settings(),
    )
  })
})
