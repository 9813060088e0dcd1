import { describe, expect, it } from 'vitest'
import type { Arguments } from '../../src/cli/command.ts'
import { nextStepsFor, type Typed } from '../../src/cli/next-steps.ts'
import { commands } from '../../src/commands/index.ts'
import { OdLinkError } from '../../src/errors.ts'
import { graphCodes } from '../../src/graph/error-codes.ts'
import { graphFailure, newSignInWanted, noDrive, renewedTokenRefused } from '../../src/graph/errors.ts'
import { knownCodes } from '../../src/identity/aadsts-codes.ts'
import { identityFailure } from '../../src/identity/errors.ts'
import type { NextCommand, NextStep } from '../../src/text/next-step.ts'
import { answerOf } from '../helpers/microsoft/fake-graph.ts'

const typed = (verb: string, options: Arguments['options'] = {}, positional: string[] = []): Typed => ({
  verb,
  args: { positional, options },
})
const stepsAfter = (next: readonly NextStep[], line: Typed, code?: string) =>
  nextStepsFor(new OdLinkError('sign-in', 'No.', { next, code }), commands, line)

describe('the next steps of a command line', () => {
  const less: NextStep = { intro: 'Ask for less:', verb: 'login', flags: { scope: 'Files.ReadWrite' } }

  it('keep what was typed', () => {
    const line = typed('login', { tenant: 'contoso.com', 'no-browser': true, verbose: true, as: 'work' })
    expect(stepsAfter([less], line)).toEqual([
      {
        intro: 'Ask for less:',
        verb: 'login',
        flags: { tenant: 'contoso.com', 'no-browser': true, as: 'work', scope: 'Files.ReadWrite' },
        args: [],
      },
    ])
  })

  it('take another verb only what says which link or app is meant', () => {
    const line = typed('mkdir', { account: ['work'], p: true }, ['/a'])
    expect(stepsAfter([{ verb: 'login' }], line)).toMatchObject([
      { verb: 'login', flags: { account: 'work' } },
    ])
  })

  it.each<[what: string, next: NextStep[], line: Typed, expected: NextStep[]]>([
    [
      'after something else',
      ['Wait.', { verb: 'login' }],
      typed('login'),
      ['Wait.', 'Then run the same command again.'],
    ],
    [
      'in its own words',
      ['Wait.', { intro: 'Then:', verb: 'login' }],
      typed('login'),
      ['Wait.', 'Then: run the same command again.'],
    ],
    [
      'nothing, if that is all',
      [{ verb: 'login' }],
      typed('login'),
      [{ intro: 'To look for the cause:', verb: 'doctor' }],
    ],
    [
      'not, where it is an attempt that was made',
      ['Wait.', less],
      typed('login', { scope: 'Files.ReadWrite' }),
      ['Wait.'],
    ],
    [
      'not, where it leaves out what was not typed',
      ['Wait.', { intro: 'By browser:', verb: 'login', flags: { device: undefined } }],
      typed('login'),
      ['Wait.'],
    ],
    [
      'where another answer of the person’s may do',
      [{ intro: 'To get a new one:', verb: 'login', flags: { device: true }, again: true }],
      typed('login', { device: true }),
      ['To get a new one: run the same command again.'],
    ],
  ])('have the command that failed %s', (_, next, line, expected) => {
    expect(stepsAfter(next, line)).toEqual(expected)
  })

  it('begin with the second choice where the first was left out', () => {
    const next: NextStep[] = [less, 'Or ask to be invited as a guest.']
    const line = typed('login', { scope: 'Files.ReadWrite' })
    expect(stepsAfter(next, line)).toEqual(['Ask to be invited as a guest.'])
  })

  it('are Microsoft’s page where nothing else is left', () => {
    expect(stepsAfter([{ verb: 'login' }], typed('login'), 'AADSTS4242424')).toEqual([
      'See https://login.microsoftonline.com/error?code=4242424',
    ])
  })

  it('are none where there were none', () => {
    expect(stepsAfter([], typed('login'))).toEqual([])
  })
})

/** A refusal that the tables of the identity platform or of Graph know, and its error at a command line. */
type Refusal = [what: string, errorAt: (line: Typed) => OdLinkError]

const texts = [
  "Public clients can't send a client secret",
  'Cross-origin token redemption',
  'was not found in the directory',
  'The app is disabled',
  "must be marked as 'mobile.'",
  'Invalid client secret',
  'is not enabled for consumers',
  "'userAudience' configuration",
  "input parameter 'redirect_uri' is not valid",
  'multiple user identities',
  'unmanaged',
  "'code' parameter is not valid",
  'scopes requested are unauthorized',
  "The scope '' is not valid",
  'Something new',
]
/** What the texts belong to: numbers with several, an unknown one, and none. */
const severalTexts = [16000, 65005, 70000, 70001, 70002, 90023, 4_242_424, undefined]
const described = [
  ...knownCodes.map((code) => `AADSTS${code}: No.`),
  ...severalTexts.flatMap((code) =>
    texts.map((text) => (code === undefined ? text : `AADSTS${code}: ${text}`)),
  ),
]
const ofIdentity = ['invalid_grant', 'access_denied'].flatMap((error) =>
  described.map(
    (error_description): Refusal => [
      `${error} ${error_description}`,
      ({ args: { options } }) =>
        identityFailure(
          { error, error_description },
          {
            loginOrigin: 'https://login.microsoftonline.com',
            tenant: String(options.tenant ?? 'common'),
            clientId: 'an-id',
            scope: `openid ${options.scope ?? 'User.Read Files.ReadWrite.All'}`,
          },
        ),
    ],
  ),
)

const graphTexts = [
  'similar name',
  'SPO license',
  'is being uploaded',
  'blocked',
  'mounted folder',
  'personal vault',
  'Database Is Read Only',
  'name is invalid',
]
const statuses = [302, 400, 401, 402, 403, 404, 405, 408, 409, 410, 412, 423, 429, 500, 501, 503, 507, 509]
const ofGraph = [
  ...[...graphCodes, 'somethingNew'].map((code) => ({ code, message: 'No.' })),
  ...graphTexts.map((message) => ({ code: 'somethingNew', message })),
].flatMap((error) =>
  statuses.flatMap((status): Refusal[] => {
    const answer = answerOf({ status, json: { error } })
    const what = `${status} ${error.code} ${error.message}`
    return [
      [what, () => graphFailure(answer, 'Creating "/a"')],
      [`${what} (a new sign-in is wanted)`, () => newSignInWanted(answer)],
      [`${what} (just renewed)`, () => renewedTokenRefused(answer)],
      [`${what} (no drive)`, () => noDrive(answer)],
    ]
  }),
)

/** A step as it is typed next; the commands of other verbs end the walk. */
function asTyped({ verb = '', action, args = [], flags = {} }: NextCommand): Typed {
  const given = Object.entries(flags).filter(([, value]) => value !== undefined)
  const positional = [...(action ? [action] : []), ...args]
  return typed(verb, Object.fromEntries(given) as Arguments['options'], positional)
}

const lineOf = ({ verb, args: { options, positional } }: Typed) =>
  JSON.stringify([verb, Object.entries(options).sort(), positional])
/** A repeat stands after something to do first, or asks the person for another answer. */
const repeats =
  /^(Then|Accept it this time|If that was a mistake|To get a new one): run the same|^Then run the same/

describe('no step leads back', () => {
  const lines: Typed[] = [
    typed('login'),
    typed('login', { device: true }),
    typed('login', { 'no-browser': true, as: 'work' }),
    typed('login', { account: 'work' }),
    typed('login', { tenant: 'consumers' }),
    typed('login', { tenant: 'organizations' }),
    typed('login', { tenant: 'common', scope: 'Files.ReadWrite' }),
    typed('login', { cloud: 'usgov' }),
    typed('mkdir', {}, ['/a']),
    typed('mkdir', { p: true, 'max-wait': '600', 'on-conflict': 'reuse', account: ['work'] }, ['/a/b']),
    typed('status'),
    typed('status', { check: true }),
  ]

  it.each(lines.map((line) => [lineOf(line), line] as const))('to %s', (_, start) => {
    const circles = new Set<string>()
    const walk = (line: Typed, path: string[], [what, errorAt]: Refusal) => {
      const steps = nextStepsFor(errorAt(line), commands, line)
      if (steps.length === 0) circles.add(`${what}: nothing is left`)
      for (const [at, step] of steps.entries()) {
        if (typeof step === 'string') {
          const isRepeat = step.includes('run the same command')
          if (isRepeat && (!repeats.test(step) || (at === 0 && step.startsWith('Then'))))
            circles.add(`${what}: ${step}`)
          continue
        }
        const next = asTyped(step)
        // Two ways out of one refusal may name each other; neither may lead back to the beginning, or to itself.
        if ([path[0], path.at(-1)].includes(lineOf(next))) circles.add(`${what}: ${lineOf(next)}`)
        // After another command, such as one that changes the secret, the same sign-in is right.
        else if (next.verb === start.verb && path.length < 4)
          walk(next, [...path, lineOf(next)], [what, errorAt])
      }
    }
    const all = start.verb === 'login' ? ofIdentity : [...ofIdentity, ...ofGraph]
    for (const refusal of all) walk(start, [lineOf(start)], refusal)
    expect([...circles].slice(0, 10)).toEqual([])
  })
})
