import { OdLinkError, type Reason } from '../errors.ts'
import { commandLine } from '../text/shell-quote.ts'
import { type Commands, helpOption, usageOf, versionOption } from './command.ts'
import { didYouMean, nearest } from './suggestions.ts'

/**
 * The error for a verb that does not exist.
 * @param next the word after it: other programs have `auth login`.
 */
export function unknownVerb(verbs: Commands, word: string, next: string | undefined): OdLinkError {
  const names = Object.keys(verbs)
  const guesses = [meantVerbs(verbs, word), names.filter((name) => name === next)]
  const meant = guesses.find(({ length }) => length > 0)?.map((name) => `od-link ${name}`) ?? []
  if (versionOption.aliases?.includes(word)) meant.unshift('od-link --version')
  return usage('unknown-command', `Unknown command "${word}".`, didYouMean(meant, 'od-link --help'))
}

/** The verbs that a word of another program means, or that are close to a mistyped one. @param others words besides them. */
export function meantVerbs(verbs: Commands, word: string, others: readonly string[] = []): string[] {
  const names = Object.keys(verbs)
  const synonyms = names.filter((name) => verbs[name]?.aliases?.includes(word))
  return synonyms.length > 0 ? synonyms : nearest(word, [...names, ...others])
}

/**
 * The error for an option that the verb, or od-link without a verb, does not have.
 * @param typed as it was typed, with its attached value. The error never repeats the value, which may be a secret.
 * @param following the word after it.
 */
export function unknownOption(
  verbs: Commands,
  name: string | undefined,
  typed: string,
  following: string | undefined,
): OdLinkError {
  const verb = name === undefined ? undefined : verbs[name]
  const help = ['od-link', name, '--help'].filter(Boolean).join(' ')
  const options = [...(verb?.options ?? [versionOption]), helpOption]
  const flags = options.map((one) => `--${one.name}`)
  // One dash instead of two is a common typing error.
  const flag = typed.startsWith('--') ? typed.replace(/=.*/s, '') : `-${typed}`
  const synonym = options.find(({ aliases }) => aliases?.includes(typed))
  const meant = synonym ? [`--${synonym.name}`] : nearest(flag, flags)
  const shown = typed.startsWith('--') ? flag : meant.length > 0 ? typed : typed.slice(0, 2)
  if (typed.startsWith(`${meant[0]}=`))
    return usage('invalid-value', `${flag} takes no value.`, `Use ${flag} without a value.`)
  // `logout --account work`: the only argument, typed as an option.
  const [argument, ...others] = verb?.positional ?? []
  if (argument && others.length === 0 && flag === `--${argument.name}`) {
    const value = typed.includes('=') ? typed.replace(/^.*?=/s, '') : following
    return usage(
      'unknown-option',
      `Unknown option "${shown}".`,
      (value && commandLine(['od-link', name ?? '', value])) || `od-link ${name} ${usageOf([argument])}`,
    )
  }
  const [, instead] = verb?.foreign?.find(([flags]) => flags.includes(typed.replace(/=.*/s, ''))) ?? []
  if (instead) return usage('unknown-option', `Unknown option "${shown}".`, instead)
  const isOfSomeVerb = Object.values(verbs).some((one) =>
    one.options.some((option) => `--${option.name}` === flag),
  )
  if (!verb && meant.length === 0 && isOfSomeVerb)
    return usage('missing-argument', `${flag} needs a command.`, help)
  return usage('unknown-option', `Unknown option "${shown}".`, didYouMean(meant, help))
}

function usage(reason: Reason, message: string, hint: string): OdLinkError {
  return new OdLinkError('usage', message, { reason, hint })
}
