import { describe, expect, it } from 'vitest'
import { apiFailure } from '../../../src/graph/api/errors.ts'
import { answerOf } from '../../helpers/microsoft/fake-graph.ts'

describe('a refusal', () => {
  const failure = (status: number, code?: string, headers: Record<string, string> = {}) => {
    const json = code ? { error: { code, message: 'Words of Graph.' } } : {}
    const { kind, message, hint } = apiFailure(answerOf({ status, json, headers }), 'GET /x')
    return `${kind}: ${message} | ${hint}`
  }

  const steps = 'Check the path and the values that were sent.\nTo see the whole response: --include'
  it.each([
    [404, 'itemNotFound', 'not-found', 'Check the path.'],
    [
      405,
      'x',
      'usage',
      'Check the method and the address. A path by name ends in a colon before what follows it.',
    ],
    [
      409,
      'nameAlreadyExists',
      'taken',
      'Choose another name, or pass -f @microsoft.graph.conflictBehavior=rename',
    ],
    [410, 'resyncRequired', 'not-found', 'Start again with the delta address without its token.'],
    [411, 'x', 'usage', steps],
    [412, 'x', 'taken', 'Read it again, then repeat the change.'],
    [400, 'invalidRequest', 'usage', steps],
    [418, 'x', 'usage', steps],
  ])('%i %s is %s, with a next step', (status, code, kind, hint) => {
    expect(failure(status, code)).toBe(`${kind}: GET /x failed (HTTP ${status}): Words of Graph. | ${hint}`)
  })

  it('for lack of space, rights or patience is reported as everywhere', () => {
    expect(failure(507, 'quotaLimitReached')).toMatch(/^not-allowed: There is no space left/)
    expect(failure(403, 'accessDenied')).toMatch(/^not-allowed: /)
    expect(failure(429)).toMatch(/^service: Microsoft is throttling this app/)
    expect(failure(503)).toMatch(/^service: Microsoft Graph is unavailable/)
  })

  it.each([400, 404])('%i for lack of a drive is not a wrong path', (status) => {
    const json = { error: { code: 'x', message: 'Tenant does not have a SPO license.' } }
    expect(apiFailure(answerOf({ status, json }), 'GET /x')).toMatchObject({
      kind: 'not-allowed',
      message: expect.stringContaining('This account has no OneDrive here'),
    })
  })

  it.each([300, 302, 399])('%i with another URL says how to download it', (status) => {
    expect(failure(status, undefined, { location: 'https://x.example' })).toBe(
      `usage: GET /x is a download (HTTP ${status}), which is at another URL. | To save it: --output FILE\nOr to print it: --output -`,
    )
    expect(failure(status)).not.toContain('--output')
    for (const other of [201, 404])
      expect(failure(other, undefined, { location: 'https://x.example' })).not.toContain('--output')
  })
})
