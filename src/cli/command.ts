/* How a verb is described. The other files of this folder turn a table of such descriptions into a command line. */

/** What a value names. Completion knows how to list each kind. */
export type Kind = 'account' | 'folder' | 'item' | 'drive' | 'file' | 'setting' | 'topic' | 'code'

interface Value {
  takes?: Kind
  /** The value must be one of these. */
  choices?: readonly string[]
  /** Suggestions for the value; others are accepted as well. */
  offers?: readonly string[]
}

export interface Option extends Value {
  /** Without the dashes. */
  name: string
  short?: string
  /** The placeholder of its value. Without one, the option is a switch. */
  value?: string
  /** It may be given several times; its value is then a list. */
  multiple?: true
  /** The option that it needs. */
  with?: string
  /** Options that it cannot be used with. */
  conflicts?: readonly string[]
  /** The command fails without it. */
  required?: true
  /** Its value may be a secret, so no message repeats it. */
  secret?: true
  /** Its default, for the help. */
  default?: string
  /** What other programs call it. od-link does not accept these names; its error gives the right one. */
  aliases?: readonly string[]
  help: string
}

/** An argument without a flag. Optional ones come last; one that may be repeated may be followed by one more, as in `cp`. */
export interface Positional extends Value {
  name: string
  optional?: true
  /** It may be given any number of times. */
  repeated?: true
}

/** What was typed: positional arguments, and options by name (a switch is `true`). */
export interface Arguments {
  positional: string[]
  options: Record<string, string | boolean | string[] | undefined>
}

/** A part of a help page: a paragraph, a table of terms, or lines to type. */
export type Block = string | { rows: readonly Row[] } | { code: readonly string[] }
export type Row = readonly [term: string, meaning: string]

export interface Command {
  /** Its heading in the overview. */
  group: string
  summary: string
  /** What other programs call it, or what it is for. Not accepted either; the error gives the right name. */
  aliases?: readonly string[]
  positional: readonly Positional[]
  /** With this option it takes other positional arguments. */
  variant?: { with: string; positional: readonly Positional[] }
  options: readonly Option[]
  /** Options that fingers know from other programs, and what to do here instead; they are not accepted. */
  foreign?: readonly (readonly [flags: readonly string[], instead: string])[]
  /**
   * Whether a run changes something: always, or as its arguments say. Its exit code is then that of the change, and
   * where stdout cannot be written it stays so. The output of any other run is all its work: losing it is a failure.
   */
  changes?: true | ((args: Arguments) => boolean)
  /** Shown below the help: what to type, and what it does. */
  examples: readonly Row[]
  notes?: readonly Block[]
}

/** The verbs by name, in the order of the help. */
export type Commands<Name extends string = string> = Readonly<Record<Name, Command>>

/** Runs a verb. @returns its exit code; undefined is 0. */
export type Action = (args: Arguments) => Promise<number | undefined> | Promise<void>

/** Whether this run of a command changes something, rather than only print what it found. */
export function changesSomething({ changes }: Command, args: Arguments): boolean {
  return typeof changes === 'function' ? changes(args) : changes === true
}

/** The option that every verb has. */
export const helpOption: Option = { name: 'help', short: 'h', help: 'show this help' }

/** The option of od-link without a verb. */
export const versionOption: Option = {
  name: 'version',
  short: 'V',
  aliases: ['-v', 'version', '-version'],
  help: 'show the version',
}

/** The positional arguments that go with these options. */
export function positionalsOf({ positional, variant }: Command, options: Arguments['options']) {
  return variant && options[variant.with] !== undefined ? variant.positional : positional
}

/** Positional arguments in a usage line: `<parent> [name...]`. */
export function usageOf(positional: readonly Positional[]): string {
  const words = positional.map(({ name, choices, optional, repeated }) => {
    if (choices?.length === 1) return choices[0]
    const word = `${choices?.join('|') ?? name}${repeated ? '...' : ''}`
    return optional ? `[${word}]` : `<${word}>`
  })
  return words.join(' ')
}

/** What follows the name of a command in its usage lines: the usual form, and the form with the variant's option. */
export function formsOf({ positional, variant, options }: Command): string[] {
  const flag = options.find((option) => option.name === variant?.with)
  const ways = [
    usageOf(positional),
    ...(flag ? [`--${flag.name} ${flag.value} ${usageOf(variant?.positional ?? [])}`] : []),
  ]
  return ways.map((way) => [way, '[options]'].filter(Boolean).join(' '))
}

/** The usage lines of a command. */
export function usagesOf(name: string, command: Command): string[] {
  return formsOf(command).map((form) => ['od-link', name, form].filter(Boolean).join(' '))
}

/** An option as the help shows it: `-a, --account NAME`. */
export function termOf({ short, name, value }: Option): string {
  return [short && `-${short},`, `--${name}`, value].filter(Boolean).join(' ')
}

/** The help of an option, with its choices and its default. */
export function explanationOf({ help, choices, default: usual }: Option): string {
  return [help, choices && `: ${choices.join(', ')}`, usual && ` (default ${usual})`].filter(Boolean).join('')
}

/** The options that make sense without the variant, and those of the variant. */
export function optionsOf({ options, variant }: Command) {
  const ofVariant = variant ? options.filter((one) => [one.name, one.with].includes(variant.with)) : []
  return { own: options.filter((one) => !ofVariant.includes(one)), ofVariant }
}

/** A summary as a sentence: a capital letter, and a full stop. */
export function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}
