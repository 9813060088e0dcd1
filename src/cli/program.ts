import { Command as Program, Option as ProgramOption } from 'commander'
import {
  type Command,
  type Commands,
  explanationOf,
  formsOf,
  helpOption,
  type Option,
  type Positional,
  positionalsOf,
  sentence,
  termOf,
  usageOf,
} from './command.ts'
import { examplesAndNotes, layoutFor, type PageStyle, plain } from './help-page.ts'
import { checkArgument, checkValue } from './usage-errors.ts'

/**
 * A commander program for the descriptions. It throws errors, and never writes or exits by itself.
 * @param style how its help is laid out.
 * @param write receives the help, in parts, when it is requested.
 */
export function newProgram(style: PageStyle = plain, write: (text: string) => void = () => {}): Program {
  return (
    new Program('od-link')
      .exitOverride()
      // An option after a verb belongs to the verb.
      .enablePositionalOptions()
      .helpCommand(false)
      .helpOption(termOf(helpOption), helpOption.help)
      .configureHelp(layoutFor(style))
      .configureOutput({ writeOut: write, writeErr() {}, getOutHasColors: () => true })
  )
}

/** Adds the verbs as the overview lists them: without their options, which only the verb that runs needs. */
export function addNames(program: Program, verbs: Commands): void {
  for (const [name, { summary, group }] of Object.entries(verbs))
    program.command(name).summary(summary).helpGroup(`${group}:`)
}

/**
 * Adds the verb that runs, or whose help is shown, with its options and arguments.
 * @param words what was typed after it: an option may change the arguments.
 */
export function addVerb(
  program: Program,
  name: string,
  verb: Command,
  words: readonly string[] = [],
): Program {
  const command = program
    .command(name)
    .usage(formsOf(verb).join(`\n       od-link ${name} `))
    .addHelpText('before', `${sentence(verb.summary)}\n`)
    .addHelpText('after', ({ command }) => examplesAndNotes(verb, command.createHelp()))
  for (const option of verb.options) command.addOption(programOption(option, verb, words))
  for (const positional of separable(positionalsOf(verb, variantIn(verb, words))))
    command.argument(usageOf([positional]), '', (value) => checkArgument(value, positional, name))
  return command
}

/** Up to the first that may be repeated: what follows it (`cp FROM... TO`) is for the verb to tell apart. */
function separable(positionals: readonly Positional[]): readonly Positional[] {
  const repeated = positionals.findIndex((one) => one.repeated)
  return repeated < 0 ? positionals : positionals.slice(0, repeated + 1)
}

/** An option that stores its value under the name that is typed: `--no-browser` is a switch of its own. */
class NamedOption extends ProgramOption {
  override negate = false
  override attributeName(): string {
    return this.name()
  }
}

/** As commander reads it: `-a, --account <NAME>`. */
function flagsOf({ value, ...option }: Option): string {
  return [termOf(option), value && `<${value}>`].filter(Boolean).join(' ')
}

function programOption(option: Option, { variant }: Command, words: readonly string[]): ProgramOption {
  const { value, multiple, required = false, conflicts = [] } = option
  const isOfVariant = variant !== undefined && [option.name, option.with].includes(variant.with)
  const made = new NamedOption(flagsOf(option), explanationOf(option))
    .makeOptionMandatory(required)
    .conflicts([...conflicts])
    .helpGroup(isOfVariant ? 'Many at once:' : 'Options:')
  if (!value) return made
  return made.argParser<string | string[]>((text, earlier) => {
    checkValue(text, option, words)
    return multiple ? [...(earlier ?? []), text] : text
  })
}

/** The option that changes the arguments, if it was given. It cannot be a value: `checkValue` refuses those. */
function variantIn({ variant }: Command, words: readonly string[]): Record<string, true> {
  if (!variant) return {}
  const end = words.indexOf('--')
  const flag = `--${variant.with}`
  const options = end < 0 ? words : words.slice(0, end)
  const isGiven = options.some((word) => word === flag || word.startsWith(`${flag}=`))
  return isGiven ? { [variant.with]: true } : {}
}
