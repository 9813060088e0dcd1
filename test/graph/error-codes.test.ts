import { describe, expect, it } from 'vitest'
import { graphCause, graphCodes, isCause } from '../../src/graph/error-codes.ts'

describe('the code of a refusal', () => {
  it.each<[string, Parameters<typeof isCause>[0], string]>([
    ['accessDenied', 'forbidden', 'not-allowed'],
    ['accountUpgradeRequired', 'noSpace', 'not-allowed'],
    ['activityLimitReached', 'throttled', 'service'],
    ['generalException', 'trouble', 'service'],
    ['insufficientStorage', 'noSpace', 'not-allowed'],
    ['InvalidAuthenticationToken', 'signIn', 'sign-in'],
    ['invalidPath', 'name', 'usage'],
    ['invalidRequest', 'request', 'usage'],
    ['itemNotFound', 'notFound', 'not-found'],
    ['nameAlreadyExists', 'taken', 'taken'],
    ['nameContainsInvalidCharacters', 'name', 'usage'],
    ['pathIsTooLong', 'name', 'usage'],
    ['pathTooDeep', 'name', 'usage'],
    ['quotaLimitReached', 'noSpace', 'not-allowed'],
    ['reservedName', 'name', 'usage'],
    ['resourceLocked', 'locked', 'not-allowed'],
    ['serviceNotAvailable', 'trouble', 'service'],
    ['tooManyRequests', 'throttled', 'service'],
    ['unauthenticated', 'signIn', 'sign-in'],
  ])('%s means %s, which is %s', (code, cause, kind) => {
    expect(isCause(cause, ['other', code])).toBe(true)
    expect(isCause(cause === 'name' ? 'taken' : 'name', [code])).toBe(false)
    expect(graphCause(code)).toMatchObject({
      kind,
      meaning: expect.stringMatching(/\.$/),
      cure: expect.stringMatching(/\S/),
    })
    expect(graphCodes).toContain(code)
  })

  it('that nobody knows has no cause', () => {
    expect(graphCause('unheardOf')).toBeUndefined()
    expect(graphCodes).toHaveLength(19)
  })

  it('of a name that is taken says how to use it, or to make another', () => {
    expect(graphCause('nameAlreadyExists')?.cure).toContain('--on-conflict reuse')
    expect(graphCause('nameAlreadyExists')?.cure).toContain('--on-conflict rename')
  })
})
