import { commandLine, type ShellKind, shellHere } from './shell-quote.ts'

/** The value of an option in a command; a switch is `true`, and undefined leaves the option out. */
type Flag = string | true | readonly string[] | undefined

/** A command of od-link's, as data: `{ verb: 'login', flags: { scope: 'Files.ReadWrite' } }`. */
export interface NextCommand {
  /** Absent: the command that failed, as it was typed, but for these flags. */
  verb?: string
  /** What follows the verb, as in `store move`. */
  action?: string
  /** Positional arguments, in their order. */
  args?: readonly string[]
  /** Without `args`: the arguments as they were typed, with another word in place of one. */
  replacing?: readonly [typed: string, instead: string]
  /** Options by their names, long or of one letter, without the dashes. */
  flags?: Readonly<Record<string, Flag>>
}

/** A command to run, with the words around it: `Then: od-link login`. */
export interface NextRun extends NextCommand {
  /** Before the command, with its colon: `Or use a wider scope:`. */
  intro?: string
  /** Run after the first one has worked. */
  and?: NextCommand
  /**
   * It may well be the command that failed: it works after what stands before it, or with another answer of the person's.
   * Without it, flags are another attempt, which is left out where it was the one that failed.
   */
  again?: true
}

/** What to do next: a sentence, or a command. In an error they stand in the order in which a person tries them. */
export type NextStep = string | NextRun

/** The steps as the lines of a hint. */
export function hintOf(steps: readonly NextStep[], shell = shellHere()): string {
  const text = ({ intro, ...step }: NextRun) => [intro, runText(step, shell)].filter(Boolean).join(' ')
  return steps.map((step) => (typeof step === 'string' ? step : text(step))).join('\n')
}

/**
 * A command as a line that can be pasted into the shell at hand; without a verb, only its options.
 * @returns nothing where one of its words cannot be quoted there.
 */
export function commandText(
  { verb, action, args = [], flags = {} }: NextCommand,
  shell = shellHere(),
): string | undefined {
  const options = Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined) return []
    const option = `${name.length === 1 ? '-' : '--'}${name}`
    return value === true ? [option] : [value].flat().flatMap((one) => [option, one])
  })
  const beginning = verb === undefined ? [] : ['od-link', verb]
  return commandLine([...beginning, ...(action ? [action] : []), ...options, ...args], shell)
}

/** A step without the words before it. In place of a command that cannot be quoted for the shell at hand stands its help. */
export function runText({ and, ...command }: NextRun, shell: ShellKind = shellHere()): string {
  const lines = (and ? [command, and] : [command]).map((one) => commandText(one, shell))
  if (lines.includes(undefined)) return ['od-link', command.verb, '--help'].filter(Boolean).join(' ')
  // Windows PowerShell has no && (about_Pipeline_Chain_Operators).
  return lines.join(shell === 'posix' ? ' && ' : ', and then: ')
}
