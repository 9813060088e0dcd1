import { describe, expect, it } from 'vitest'
import { apiFailure } from '../../../src/graph/api/errors.ts'
import { answerOf } from '../../helpers/microsoft/fake-graph.ts'

describe('a refusal', () => {
  const failure = (status: number, code?: string, headers: Record<string, string> = {}) => {
    const json = code ? { error: { code, message: 'Words of Graph.' } } : {}
    const { kind, message, hint } = apiFailure(answerOf({ status, json, headers }), 'GET /x')
    return `${kind}: ${message} | ${hint}`
  }

  it.each([
    [404, 'itemNotFound', 'not-found', 'Check the path: od-link api /me/drive/root/children'],
    [
      405,
      'x',
      'usage',
      'Check the method (-X), and that a path by name ends in a colon before what follows it.',
    ],
    [
      409,
      'nameAlreadyExists',
      'taken',
      'Choose another name, or say what to do: -f @microsoft.graph.conflictBehavior=rename',
    ],
    [410, 'resyncRequired', 'not-found', 'A delta this old is gone: begin anew, without its token.'],
    [411, 'x', 'usage', 'Send a body: --input FILE'],
    [412, 'x', 'taken', 'It has changed meanwhile: read it again.'],
    [
      400,
      'invalidRequest',
      'usage',
      'Check the path, the fields and the headers; --include shows the whole answer.',
    ],
    [418, 'x', 'usage', 'Check the path, the fields and the headers; --include shows the whole answer.'],
  ])('%i %s is %s, with what to do', (status, code, kind, hint) => {
    expect(failure(status, code)).toBe(
      `${kind}: Microsoft Graph refuses GET /x (HTTP ${status}): Words of Graph. | ${hint}`,
    )
  })

  it('for want of space, of rights or of patience is told as everywhere', () => {
    expect(failure(507, 'quotaLimitReached')).toMatch(/^not-allowed: (?!Microsoft Graph refuses GET)/)
    expect(failure(403, 'accessDenied')).toMatch(/^not-allowed: /)
    expect(failure(429)).toMatch(/^service: Microsoft throttles/)
    expect(failure(503)).toMatch(/^service: Microsoft Graph is in trouble/)
  })

  it.each([400, 404])('%i for want of a drive is no wrong path', (status) => {
    const json = { error: { code: 'x', message: 'Tenant does not have a SPO license.' } }
    expect(apiFailure(answerOf({ status, json }), 'GET /x')).toMatchObject({
      kind: 'not-allowed',
      message: expect.stringContaining('This account has no OneDrive here'),
    })
  })

  it.each([300, 302, 399])('%i that names another place says how to fetch it', (status) => {
    expect(failure(status, undefined, { location: 'https://x.example' })).toBe(
      `usage: GET /x: the content is at another place (HTTP ${status}). | --output FILE   (which fetches it from there, without the token; - prints it)`,
    )
    expect(failure(status)).not.toContain('--output')
    for (const other of [201, 404])
      expect(failure(other, undefined, { location: 'https://x.example' })).not.toContain('--output')
  })
})
