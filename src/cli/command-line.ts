import { CommanderError } from 'commander'
import type { OdLinkError } from '../errors.ts'
import type { NextStep } from '../text/next-step.ts'
import { type Arguments, type Command, type Commands, helpOption } from './command.ts'
import type { PageStyle } from './help-page.ts'
import { nextStepsFor } from './next-steps.ts'
import { addNames, addVerb, newProgram } from './program.ts'
import { checkCompany, refuseIfNotText, usageError } from './usage-errors.ts'

/** What a command line asks for: a verb to run, a page of the help, the help of od-link as a whole, or nothing. */
export type Request<Name extends string> =
  | {
      verb: Name
      args: Arguments
      /** The next steps after an error of this command line, with the options that were typed. */
      nextSteps: (error: Pick<OdLinkError, 'next' | 'code'>) => readonly NextStep[]
    }
  | { page: string }
  | { overview: true }
  | { start: true }

/**
 * Reads a command line.
 * @param verbs the descriptions, by name.
 * @param argv without Node and the script.
 * @param style for a page of the help.
 * @throws OdLinkError (usage), with what was probably meant.
 */
export function readCommandLine<Name extends string>(
  verbs: Commands<Name>,
  argv: readonly string[],
  style: PageStyle,
): Request<Name> {
  refuseIfNotText(argv)
  const [name, ...words] = verbFirst(verbs, argv)
  if (name === undefined) return { start: true }
  if (isHelp(name)) return { overview: true }
  let page = ''
  const program = newProgram(style, (text) => {
    page += text
  })
  const verb = verbNamed(verbs, name)
  if (!verb) addNames(program, verbs)
  const command = verb ? addVerb(program, name, verb, words) : program
  try {
    program.parse([name, ...words], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.helpDisplayed') return { page }
    throw usageError(error, verbs, command)
  }
  const options: Arguments['options'] = command.opts()
  if (verb) checkCompany(verb, options)
  const args: Arguments = { positional: command.args, options }
  const typed = { verb: name, args }
  return { verb: name as Name, args, nextSteps: (error) => nextStepsFor(error, verbs, typed) }
}

/** The page of a verb, as its `--help` shows it. */
export function helpPage(verbs: Commands, name: string, style: PageStyle): string {
  const request = readCommandLine(verbs, [name, `--${helpOption.name}`], style)
  return 'page' in request ? request.page : ''
}

/** `od-link --account work mkdir /x`: options that stand before the verb are moved behind it. */
function verbFirst(verbs: Commands, argv: readonly string[]): readonly string[] {
  if (!argv[0]?.startsWith('-')) return argv
  const places = argv.flatMap((name, at) => {
    const verb = verbNamed(verbs, name)
    return verb ? [{ name, verb, before: argv.slice(0, at), after: argv.slice(at + 1) }] : []
  })
  // An account may have the name of a verb.
  const place = places.find(({ name, verb, before }) => areOptionsOf(name, verb, before)) ?? places[0]
  return place ? [place.name, ...place.before, ...place.after] : argv
}

/** Whether the words are options of a verb, with their values, and nothing more. */
function areOptionsOf(name: string, verb: Command, words: string[]): boolean {
  try {
    const { operands, unknown } = addVerb(newProgram(), name, verb, words).parseOptions(words)
    return operands.length + unknown.length === 0
  } catch {
    return false
  }
}

function verbNamed(verbs: Commands, name: string): Command | undefined {
  return Object.hasOwn(verbs, name) ? verbs[name] : undefined
}

function isHelp(word: string): boolean {
  return word === `--${helpOption.name}` || word === `-${helpOption.short}`
}
