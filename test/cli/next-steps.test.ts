import { describe, expect, it } from 'vitest'
import type { Arguments, Command, Commands } from '../../src/cli/command.ts'
import { readCommandLine } from '../../src/cli/command-line.ts'
import { nextStepsFor } from '../../src/cli/next-steps.ts'
import { type ErrorDetails, OdLinkError } from '../../src/errors.ts'
import { hintOf, type NextStep } from '../../src/text/next-step.ts'

const command = (options: Command['options'], positional: Command['positional'] = []): Command => ({
  group: 'g',
  summary: 's',
  positional,
  options,
  examples: [],
})
const account = { name: 'account', short: 'a', value: 'NAME', help: 'h' } as const
const json = { name: 'json', help: 'h' } as const
const verbs: Commands = {
  mkdir: command(
    [
      account,
      { name: 'parents', short: 'p', help: 'h' },
      { name: 'on-conflict', value: 'CHOICE', help: 'h' },
      { name: 'max-wait', value: 'SECONDS', help: 'h' },
      { name: 'all-accounts', conflicts: ['account'], help: 'h' },
      json,
      { name: 'verbose', help: 'h' },
      { name: 'quiet', help: 'h' },
    ],
    [{ name: 'parent' }, { name: 'name', optional: true, repeated: true }],
  ),
  login: command([
    { name: 'client-id', value: 'ID', help: 'h' },
    { name: 'tenant', value: 'TENANT', help: 'h' },
    { name: 'scope', value: 'SCOPES', help: 'h' },
    { name: 'device', conflicts: ['no-browser'], help: 'h' },
    { name: 'no-browser', help: 'h' },
    { name: 'timeout', value: 'SECONDS', help: 'h' },
    account,
    json,
  ]),
  api: command(
    [
      account,
      { name: 'header', short: 'H', value: 'HEADER', multiple: true, secret: true, help: 'h' },
      { name: 'raw-field', short: 'f', value: 'FIELD', multiple: true, help: 'h' },
      { name: 'include', short: 'i', help: 'h' },
      { name: 'output', value: 'FILE', help: 'h' },
    ],
    [{ name: 'path' }],
  ),
  store: command(
    [{ name: 'to', value: 'STORE', help: 'h' }, account],
    [{ name: 'action', choices: ['move', 'list'] }],
  ),
}

/** The hint of an error with these steps, after a command line. */
function hintAfter(
  verb: string,
  args: Partial<Arguments>,
  next: readonly NextStep[],
  details: ErrorDetails = {},
): string {
  const error = new OdLinkError('usage', 'Failed.', { ...details, next })
  return hintOf(nextStepsFor(error, verbs, { verb, args: { positional: [], options: {}, ...args } }))
}

describe('the next steps of an error', () => {
  const typed = { positional: ['/a', 'b c'], options: { account: 'work', 'max-wait': '5' } }

  it('keep sentences as they are', () => {
    expect(hintAfter('mkdir', typed, ['Choose another name.', 'Try again.'])).toBe(
      'Choose another name.\nTry again.',
    )
    expect(hintAfter('mkdir', typed, [])).toBe('')
  })

  it('complete the command that failed with all that was typed', () => {
    expect(hintAfter('mkdir', typed, [{ intro: 'Use it:', flags: { 'on-conflict': 'reuse' } }])).toBe(
      "Use it: od-link mkdir --account work --max-wait 5 --on-conflict reuse /a 'b c'",
    )
    // Also where the step names the verb, and gives other arguments.
    expect(hintAfter('mkdir', typed, [{ verb: 'mkdir', flags: { p: true }, args: ['/a/b'] }])).toBe(
      'od-link mkdir --account work --max-wait 5 -p /a/b',
    )
  })

  it('keep of the typed options of another command only those that say which link is meant', () => {
    expect(
      hintAfter('mkdir', typed, [{ verb: 'login', flags: { scope: 'User.Read Files.ReadWrite' } }]),
    ).toBe("od-link login --account work --scope 'User.Read Files.ReadWrite'")
    const login = { options: { tenant: 'contoso.example', timeout: '9', 'client-id': 'x' } }
    expect(hintAfter('login', login, [{ verb: 'mkdir', args: ['/a'] }])).toBe('od-link mkdir /a')
    expect(hintAfter('login', login, [{ verb: 'login', flags: { device: true } }])).toBe(
      'od-link login --tenant contoso.example --timeout 9 --client-id x --device',
    )
  })

  it('leave out what only changes the output', () => {
    const options = { json: true, verbose: true, quiet: true, account: 'work' }
    const step = { flags: { 'max-wait': '600' } }
    expect(hintAfter('mkdir', { positional: ['/a'], options }, [step])).toBe(
      'od-link mkdir --account work --max-wait 600 /a',
    )
  })

  it('leave out switches that are off', () => {
    const options = { parents: false, account: undefined }
    expect(hintAfter('mkdir', { positional: ['/a'], options }, [{ flags: { 'max-wait': '1' } }])).toBe(
      'od-link mkdir --max-wait 1 /a',
    )
  })

  it('replace a typed value, whichever name of the option the step uses', () => {
    expect(hintAfter('mkdir', typed, [{ flags: { 'max-wait': '600' } }])).toBe(
      "od-link mkdir --account work --max-wait 600 /a 'b c'",
    )
    expect(hintAfter('mkdir', typed, [{ flags: { a: 'other' } }])).toBe(
      "od-link mkdir --max-wait 5 -a other /a 'b c'",
    )
  })

  it('drop typed options that conflict with the new ones, in whichever direction', () => {
    expect(hintAfter('mkdir', typed, [{ flags: { 'all-accounts': true } }])).toBe(
      "od-link mkdir --max-wait 5 --all-accounts /a 'b c'",
    )
    const all = { positional: ['/a'], options: { 'all-accounts': true } }
    expect(hintAfter('mkdir', all, [{ flags: { account: 'work' } }])).toBe('od-link mkdir --account work /a')
    const noBrowser = { options: { 'no-browser': true } }
    expect(hintAfter('login', noBrowser, [{ flags: { device: true } }])).toBe('od-link login --device')
  })

  it('keep each value of an option that may be repeated, and one of any other', () => {
    const options = { 'raw-field': ['a=1', 'b=2'] }
    expect(hintAfter('api', { positional: ['/me'], options }, [{ flags: { include: true } }])).toBe(
      'od-link api --raw-field a=1 --raw-field b=2 --include /me',
    )
    const accounts = { positional: ['/me'], options: { account: ['one', 'two'] } }
    expect(hintAfter('api', accounts, [{ flags: { include: true } }])).toBe(
      'od-link api --account one --include /me',
    )
    expect(hintAfter('api', accounts, [{ verb: 'mkdir', args: ['/a'] }])).toBe(
      'od-link mkdir --account one /a',
    )
  })

  it('do not offer an option that the command lacks', () => {
    const steps = ['Try again.', { intro: 'Or wait:', flags: { 'max-wait': '600' } }]
    expect(hintAfter('login', {}, steps)).toBe('Try again.')
    // What an unknown command has, nobody knows.
    expect(hintAfter('nothing', {}, [{ flags: { 'max-wait': '600' } }])).toBe('--max-wait 600')
  })

  it('never repeat what may be a secret, nor the command with it', () => {
    const options = { header: ['X-Secret: s3cret'], account: 'work' }
    const hint = hintAfter('api', { positional: ['/me'], options }, [
      { intro: 'Show all:', flags: { i: true } },
    ])
    expect(hint).toBe('Show all: --include')
    expect(hintAfter('api', { positional: ['/me'], options }, [{ verb: 'login' }])).toBe(
      'od-link login --account work',
    )
    expect(hintAfter('api', { positional: ['/me'], options }, [{ verb: 'api', args: ['/me/drive'] }])).toBe(
      'od-link api --account work /me/drive',
    )
  })

  it('quote each word for a shell, and never show one that cannot be quoted', () => {
    const step = { flags: { 'on-conflict': 'reuse' } }
    expect(hintAfter('mkdir', { positional: ["/it's $(x)"] }, [step])).toBe(
      `od-link mkdir --on-conflict reuse '/it'\\''s $(x)'`,
    )
    expect(hintAfter('mkdir', { positional: ['/a\u202eb'] }, [step])).toBe('od-link mkdir --help')
  })
})

describe('a command that was typed', () => {
  const again = 'Then run the same command again.'

  it('is never the next step', () => {
    const login = { options: { tenant: 'contoso.example' } }
    for (const step of [{ verb: 'login' }, { verb: 'login', flags: { tenant: 'contoso.example' } }, {}])
      expect(hintAfter('login', login, [step])).toBe('')
    expect(
      hintAfter('mkdir', { positional: ['/a'], options: { json: true } }, [{ verb: 'mkdir', args: ['/a'] }]),
    ).toBe('')
    expect(
      hintAfter('mkdir', { positional: ['/a'], options: { account: ['work'] } }, [{ flags: { a: 'work' } }]),
    ).toBe('')
    const move = { positional: ['move'], options: { to: 'file' } }
    expect(hintAfter('store', move, [{ verb: 'store', action: 'move', flags: { to: 'file' } }])).toBe('')
  })

  it('is offered again after something else was done', () => {
    expect(hintAfter('login', {}, ['Set the clock.', { verb: 'login' }])).toBe(`Set the clock.\n${again}`)
    expect(hintAfter('login', {}, [{ verb: 'login' }, 'Set the clock.'])).toBe('Set the clock.')
  })

  it('is not meant by one with other options, arguments or actions', () => {
    expect(hintAfter('login', {}, [{ verb: 'login', flags: { device: true } }])).toBe(
      'od-link login --device',
    )
    expect(hintAfter('mkdir', { positional: ['/a'] }, [{ verb: 'mkdir', args: ['/b'] }])).toBe(
      'od-link mkdir /b',
    )
    const move = { positional: ['move'], options: { to: 'file', account: 'work' } }
    expect(hintAfter('store', move, [{ verb: 'store', action: 'move', flags: { to: 'keychain' } }])).toBe(
      'od-link store move --account work --to keychain',
    )
    // Another action is another command.
    expect(hintAfter('store', move, [{ verb: 'store', action: 'list' }])).toBe(
      'od-link store list --account work',
    )
  })

  it('may be the first of two', () => {
    const both = { verb: 'mkdir', args: ['/a'], and: { verb: 'mkdir', args: ['/b'] } }
    expect(hintAfter('mkdir', { positional: ['/a'], options: { account: 'work' } }, [both])).toBe(
      'od-link mkdir --account work /a && od-link mkdir --account work /b',
    )
  })

  it('leaves Microsoft’s page about the code where no other step is left', () => {
    const page = 'See https://login.microsoftonline.com/error?code=50011'
    expect(hintAfter('login', {}, [{ verb: 'login' }], { code: 'AADSTS50011' })).toBe(page)
    expect(hintAfter('login', {}, [{ verb: 'login' }], { code: 'itemNotFound' })).toBe('')
    expect(hintAfter('login', {}, [], { code: 'AADSTS50011' })).toBe('')
    expect(hintAfter('login', {}, ['Wait.'], { code: 'AADSTS50011' })).toBe('Wait.')
  })
})

it('a command line completes the next steps of its own errors', () => {
  const style = { columns: 80, bold: (text: string) => text }
  const request = readCommandLine(verbs, ['--account', 'work', 'mkdir', '-p', '/a'], style as never)
  if (!('nextSteps' in request)) throw new Error('no verb')
  const error = new OdLinkError('taken', 'Taken.', { next: [{ flags: { 'on-conflict': 'reuse' } }] })
  expect(hintOf(request.nextSteps(error))).toBe(
    'od-link mkdir --account work --parents --on-conflict reuse /a',
  )
})
