import type { CommanderError, Command as Program } from 'commander'
import { OdLinkError, type Reason } from '../errors.ts'
import type { Command, Commands, Option, Positional } from './command.ts'
import { alternatives, didYouMean, nearest } from './suggestions.ts'
import { unknownOption, unknownVerb } from './unknown-words.ts'

/**
 * Turns commander's error into one of od-link: what is wrong, and what to type instead.
 * @param program the verb's, or od-link's own where there is no verb.
 */
export function usageError(error: CommanderError, verbs: Commands, program: Program): OdLinkError {
  const { args, registeredArguments, parent } = program
  const name = parent ? program.name() : undefined
  // Where these are read, every flag in the message comes from a description.
  const [flag, other] = error.message.match(/--[\w-]+/g) ?? []
  switch (error.code) {
    case 'commander.unknownCommand':
      return unknownVerb(verbs, args[0] ?? '', args[1])
    case 'commander.unknownOption': {
      const [, typed = ''] = /'(.*)'/s.exec(error.message) ?? []
      return unknownOption(verbs, name, typed, args[args.indexOf(typed) + 1])
    }
    case 'commander.missingArgument':
      return usage(
        'missing-argument',
        `Missing argument: <${registeredArguments[args.length]?.name()}>`,
        exampleOf(verbs, name),
      )
    case 'commander.excessArguments':
      return unexpectedArgument(args[registeredArguments.length] ?? '', name)
    case 'commander.optionMissingArgument':
      return usage('missing-argument', `${flag} needs a value.`, helpFor(name))
    case 'commander.missingMandatoryOptionValue':
      return usage('missing-argument', `${flag} is required.`, exampleOf(verbs, name))
    case 'commander.conflictingOption':
      return usage('conflicting-options', `${flag} cannot be used with ${other}.`, helpFor(name))
    default:
      return usage('usage', error.message, helpFor(name))
  }
}

/** The error for one word more than a verb takes. */
export function unexpectedArgument(word: string, verb: string | undefined): OdLinkError {
  return usage('unexpected-argument', `Unexpected argument "${word}".`, helpFor(verb))
}

/**
 * The value of an option, before it is stored.
 * @param words what follows the verb.
 * @throws OdLinkError (usage) when it is none of the choices, or looks like the next option: commander takes any word.
 */
export function checkValue(
  text: string,
  { name, value, choices, takes }: Option,
  words: readonly string[],
): void {
  const isAttached = words.some((word) => /^-./.test(word) && word !== text && word.endsWith(text))
  if (/^-./.test(text) && words.includes(text) && !isAttached)
    throw usage(
      'missing-argument',
      `--${name} needs a value.`,
      `If the value starts with a dash: --${name}=${value}`,
    )
  // From `ls -la /Reports`, for example: -a is short for --account.
  if (takes === 'account' && text.startsWith('/'))
    throw usage('invalid-value', `--${name} takes the name of an account, not a path.`, 'od-link status')
  if (!choices || choices.includes(text)) return
  const [near = choices[0]] = nearest(text, choices)
  throw usage(
    'invalid-value',
    `--${name} must be ${alternatives(choices)}, not "${text}".`,
    `--${name} ${near}`,
  )
}

/** @throws OdLinkError (usage) when an argument has choices and is none of them. */
export function checkArgument(text: string, { choices }: Positional, verb: string): string {
  if (!choices || choices.includes(text)) return text
  const meant = nearest(text, choices).map((choice) => `od-link ${verb} ${choice}`)
  throw usage(
    'invalid-value',
    `Expected ${alternatives(choices)}, not "${text}".`,
    didYouMean(meant, helpFor(verb)),
  )
}

/** @throws OdLinkError (usage) when an option makes sense only with another one, which is missing. */
export function checkCompany({ options }: Command, given: Record<string, unknown>): void {
  const lonely = options.find(
    (one) => one.with && given[one.name] !== undefined && given[one.with] === undefined,
  )
  if (!lonely) return
  const needed = options.find(({ name }) => name === lonely.with)
  throw usage(
    'missing-argument',
    `--${lonely.name} needs --${lonely.with}.`,
    [`--${lonely.with}`, needed?.value].filter(Boolean).join(' '),
  )
}

function usage(reason: Reason, message: string, hint: string): OdLinkError {
  return new OdLinkError('usage', message, { reason, hint })
}

/** Where something is missing, an example says more than the usage. */
function exampleOf(verbs: Commands, verb: string | undefined): string {
  const [example] = verbs[verb ?? '']?.examples[0] ?? []
  return [example && `For example: ${example}`, helpFor(verb)].filter(Boolean).join('\n')
}

function helpFor(verb: string | undefined): string {
  return ['od-link', verb, '--help'].filter(Boolean).join(' ')
}

/**
 * Node reads arguments as UTF-8 and replaces what is not, so that another folder would be created than the one meant.
 * @throws OdLinkError (usage) for an argument with such a character.
 */
export function refuseIfNotText(argv: readonly string[]): void {
  const broken = argv.findIndex((word) => word.includes('\ufffd'))
  if (broken === -1) return
  // It may be a secret, so it is counted and not repeated.
  throw new OdLinkError('usage', `Argument ${broken + 1} is not valid UTF-8.`, {
    reason: 'invalid-value',
    next: ['Save the script as UTF-8, or convert the name: iconv -f LATIN1 -t UTF-8'],
  })
}
