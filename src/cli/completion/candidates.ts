import {
  type Arguments,
  type Command,
  type Commands,
  helpOption,
  type Option,
  type Positional,
  positionalsOf,
  versionOption,
} from '../command.ts'
import type { Candidate } from './shell.ts'

/** The candidates at the cursor: words, or files, which the shell completes itself. */
export type Candidates = Candidate[] | 'files'

/**
 * Finds the candidates for a value.
 * @param typed the part of the value that was typed.
 * @param given the options so far.
 */
export type ValuesOf = (
  described: Option | Positional,
  typed: string,
  given: Arguments['options'],
) => Promise<Candidates>

/**
 * The candidates at the cursor, from the descriptions of the commands.
 * @param words what was typed after `od-link`, without quotes; the last is the one at the cursor and may be empty.
 */
export async function candidatesFor(
  words: readonly string[],
  commands: Commands,
  valuesOf: ValuesOf,
): Promise<Candidates> {
  const current = words.at(-1) ?? ''
  if (words.length <= 1)
    return fitting(current, current.startsWith('-') ? programFlags : commandNames(commands))
  const command = Object.hasOwn(commands, words[0] ?? '') ? commands[words[0] ?? ''] : undefined
  if (!command) return []
  const { given, positional, waiting, onlyPositional } = readSoFar(command, words.slice(1, -1))
  if (waiting) return valuesOf(waiting, current, given)
  const [, flag, start] = (!onlyPositional && /^--([\w-]+)=(.*)$/s.exec(current)) || []
  if (flag !== undefined && start !== undefined) {
    const option = command.options.find(({ name, value }) => name === flag && value)
    const values = option ? await valuesOf(option, start, given) : []
    return values === 'files' ? values : values.map((one) => ({ ...one, word: `--${flag}=${one.word}` }))
  }
  if (current.startsWith('-') && !onlyPositional) return fitting(current, flagsOf(command, given))
  const possible = possibleAt(positionalsOf(command, given), positional, current)
  for (const here of possible) {
    const values = await valuesOf(here, current, given)
    if (values === 'files' || values.length > 0) return values
  }
  return []
}

/** What the argument at a position may be, the likeliest first: the last of `cp FROM... TO` may be either. */
function possibleAt(described: readonly Positional[], position: number, typed: string): Positional[] {
  const repeated = described.findIndex((one) => one.repeated)
  const here = repeated >= 0 && position > repeated ? described.slice(repeated) : [described[position]]
  const known = here.filter((one) => one !== undefined)
  // A path of the drive begins with a slash or `NAME:`, one of this machine seldom does.
  const isLocal = !/^\/|^[\w-]{2,}:/.test(typed)
  return known.toSorted((one, other) => order(one, isLocal) - order(other, isLocal))
}

function order({ takes }: Positional, isLocal: boolean): number {
  return (takes === 'file') === isLocal ? 0 : 1
}

/** The candidates that begin with what was typed. */
function fitting(typed: string, candidates: Candidate[]): Candidate[] {
  return candidates.filter(({ word }) => word.startsWith(typed))
}

const programFlags: Candidate[] = [helpOption, versionOption].map(flagCandidate)

function commandNames(commands: Commands): Candidate[] {
  return Object.entries(commands).map(([word, { summary }]) => ({ word, about: summary }))
}

interface SoFar {
  given: Arguments['options']
  /** How many positional arguments there were. */
  positional: number
  /** The option that still needs its value. */
  waiting: Option | undefined
  onlyPositional: boolean
}

/** Reads an unfinished command line and ignores what it does not understand. */
function readSoFar({ options }: Command, words: readonly string[]): SoFar {
  const so: SoFar = { given: {}, positional: 0, waiting: undefined, onlyPositional: false }
  for (const word of words) {
    if (so.waiting) {
      so.given[so.waiting.name] = word
      so.waiting = undefined
    } else if (so.onlyPositional || !/^-./.test(word)) so.positional += 1
    else if (word === '--') so.onlyPositional = true
    else {
      const [flag = '', value] = word.split(/=(.*)/s)
      const option = options.find(({ name, short }) => flag === `--${name}` || flag.at(-1) === short)
      if (!option) continue
      so.given[option.name] = value ?? true
      if (option.value && value === undefined) so.waiting = option
    }
  }
  return so
}

/** The flags that can still be given. */
function flagsOf({ options }: Command, given: Arguments['options']): Candidate[] {
  const open = options.filter(
    ({ name, multiple, with: company, conflicts = [] }) =>
      (multiple || given[name] === undefined) &&
      (!company || given[company] !== undefined) &&
      !conflicts.some((other) => given[other] !== undefined) &&
      !options.some((other) => given[other.name] !== undefined && other.conflicts?.includes(name)),
  )
  return [...open, helpOption].map(flagCandidate)
}

function flagCandidate({ name, help }: Option): Candidate {
  return { word: `--${name}`, about: help }
}
