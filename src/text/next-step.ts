import { commandLine } from './shell-quote.ts'

/** A command of od-link's, as data: `{ verb: 'login', flags: { scope: 'Files.ReadWrite' } }`. */
export interface NextCommand {
  verb: string
  /** What follows the verb, as in `store move`. */
  action?: string
  /** Positional arguments, in their order. */
  args?: readonly string[]
  /** Options by their names, long or of one letter, without the dashes; a switch is `true`. Undefined is left out. */
  flags?: Readonly<Record<string, string | true | undefined>>
}

/** A command to run, with the words around it: `Then: od-link login`. */
export interface NextRun extends NextCommand {
  /** Before the command, with its colon: `Or use a wider scope:`. */
  intro?: string
  /** Run after the first one has worked. */
  and?: NextCommand
}

/** What to do next: a sentence, or a command. In an error they stand in the order in which a person tries them. */
export type NextStep = string | NextRun

/** The steps as the lines of a hint. In place of a command that cannot be quoted for the shell at hand stands its help. */
export function hintOf(steps: readonly NextStep[]): string {
  return steps.map((step) => (typeof step === 'string' ? step : runText(step))).join('\n')
}

/**
 * A command as a line that can be pasted into the shell at hand.
 * @returns nothing where one of its words cannot be quoted there.
 */
export function commandText({ verb, action, args = [], flags = {} }: NextCommand): string | undefined {
  const options = Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined) return []
    const option = `${name.length === 1 ? '-' : '--'}${name}`
    return value === true ? [option] : [option, value]
  })
  return commandLine(['od-link', verb, ...(action ? [action] : []), ...options, ...args])
}

function runText({ intro, and, ...command }: NextRun): string {
  const lines = (and ? [command, and] : [command]).map(commandText)
  const line = lines.includes(undefined) ? `od-link ${command.verb} --help` : lines.join(' && ')
  return intro ? `${intro} ${line}` : line
}
