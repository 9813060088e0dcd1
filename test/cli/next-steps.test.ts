import { describe, expect, it } from 'vitest'
import { readCommandLine } from '../../src/cli/command-line.ts'
import { plain } from '../../src/cli/help-page.ts'
import { commands } from '../../src/commands/index.ts'
import { OdLinkError } from '../../src/errors.ts'
import { useExisting } from '../../src/graph/error-codes.ts'
import { hintOf, type NextStep } from '../../src/text/next-step.ts'

/** The hint of an error with these steps, after a command line that failed. */
function hintAfter(argv: string[], next: readonly NextStep[], code?: string): string {
  const request = readCommandLine(commands, argv, plain)
  if (!('nextSteps' in request)) throw new Error(`${argv} is a help page`)
  return hintOf(
    request.nextSteps(new OdLinkError('service', 'It failed.', { reason: 'unavailable', next, code })),
  )
}

describe('the next command after a failure', () => {
  it('has the options that were typed, and those of the step as the step spells them', () => {
    const step = { verb: 'mkdir', flags: { p: true }, args: ['/a/b'] } as const
    expect(hintAfter(['mkdir', '/a', 'b'], [step])).toBe('od-link mkdir -p /a/b')
    expect(hintAfter(['mkdir', '-a', 'work', '/a', 'b'], [step])).toBe('od-link mkdir --account work -p /a/b')
  })

  it('has the arguments that were typed, if the step names no command', () => {
    const line = ['mkdir', '--max-wait', '5', '/a', 'b c']
    expect(hintAfter(line, [useExisting])).toBe(
      "To use the existing folder: od-link mkdir --max-wait 5 --on-conflict reuse /a 'b c'",
    )
  })

  it('replaces a typed option by the one of the step, whatever its spelling', () => {
    expect(hintAfter(['mkdir', '--on-conflict', 'rename', '/a'], [useExisting])).toBe(
      'To use the existing folder: od-link mkdir --on-conflict reuse /a',
    )
    expect(hintAfter(['api', '-X', 'GET', '/me'], [{ flags: { method: 'HEAD' } }])).toBe(
      'od-link api --method HEAD /me',
    )
    expect(hintAfter(['api', '--method', 'GET', '/me'], [{ flags: { X: 'HEAD' } }])).toBe(
      'od-link api -X HEAD /me',
    )
  })

  it('leaves out options that only change the output, and those that conflict with the step', () => {
    const typed = ['api', '--verbose', '--json', '--silent', '--paginate', '/me']
    expect(hintAfter(typed.toSpliced(3, 1), [{ flags: { output: 'FILE' } }])).toBe(
      'od-link api --output FILE /me',
    )
  })

  it('repeats no option that may be a secret, so only the new options are shown', () => {
    const typed = ['api', '-H', 'X-Key: secret', '/me']
    expect(hintAfter(typed, [{ intro: 'To save it:', flags: { output: 'FILE' } }])).toBe(
      'To save it: --output FILE',
    )
  })

  it('of another verb keeps only what says which link is meant', () => {
    const typed = ['login', '--tenant', 'contoso.com', '--timeout', '5', '--device']
    expect(hintAfter(typed, [{ verb: 'setup' }])).toBe('od-link setup --tenant contoso.com')
    expect(hintAfter(['mkdir', '-p', '/a'], [{ verb: 'status' }])).toBe('od-link status')
  })

  it('is left out if the verb has no such option', () => {
    expect(hintAfter(['token'], [useExisting, 'Try again.'])).toBe('Try again.')
  })

  it('is never the one that has just failed, in any spelling', () => {
    const again = { verb: 'mkdir', flags: { p: true }, args: ['/a'] } as const
    expect(hintAfter(['mkdir', '--parents', '/a'], [again])).toBe('')
    expect(hintAfter(['mkdir', '-p', '/a'], ['Free some space.', again])).toBe(
      'Free some space.\nThen run the same command again.',
    )
  })

  it('is the page of a sign-in code if nothing else is left', () => {
    expect(hintAfter(['login'], [{ verb: 'login' }], 'AADSTS50011')).toBe(
      'See https://login.microsoftonline.com/error?code=50011',
    )
  })

  it('is joined to a second one by &&', () => {
    const both = { verb: 'config', args: ['unset', 'client-secret'], and: { verb: 'login' } } as const
    expect(hintAfter(['login'], [both])).toBe('od-link config unset client-secret && od-link login')
  })
})
