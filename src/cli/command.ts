/** How a verb is described. The kit in this folder turns a table of such descriptions into a command line. */

/** What a value may be, for the completion, which knows how to find what there is of it. */
export type Kind = 'account' | 'folder' | 'file' | 'setting' | 'topic' | 'code'

interface Value {
  takes?: Kind
  /** It is one of these. */
  choices?: readonly string[]
  /** It may be one of these, or something else. */
  offers?: readonly string[]
}

export interface Option extends Value {
  /** Without the dashes. */
  name: string
  short?: string
  /** The placeholder of its value; without one the option is a switch. */
  value?: string
  /** It may be given several times; its value is then a list. */
  multiple?: true
  /** It makes sense only together with this option. */
  with?: string
  help: string
}

/** An argument without a flag. Those that may be left out come last. */
export interface Positional extends Value {
  name: string
  optional?: true
  /** Any number of them. */
  repeated?: true
}

/** What was typed: positional arguments, and options by name (a switch is `true`). */
export interface Arguments {
  positional: string[]
  options: Record<string, string | boolean | string[] | undefined>
}

/** A thing to say: a paragraph, a table of terms, or lines to be typed. */
export type Block = string | { rows: readonly Row[] } | { code: readonly string[] }
export type Row = readonly [term: string, meaning: string]

export interface Command {
  summary: string
  positional: readonly Positional[]
  /** With this option it takes other positional arguments. */
  variant?: { with: string; positional: readonly Positional[] }
  options: readonly Option[]
  /** Shown below the help: what to type, and what it does. */
  examples: readonly Row[]
  notes?: readonly Block[]
}

/** The verbs by name, in the order of the help. */
export type Commands<Name extends string = string> = Readonly<Record<Name, Command>>

/** What a verb does. @returns its exit code; nothing is 0. */
export type Action = (args: Arguments) => Promise<number | undefined> | Promise<void>

/** The option that every verb has. */
export const helpOption: Option = { name: 'help', short: 'h', help: 'show this help' }

/** The positional arguments that go with these options. */
export function positionalsOf({ positional, variant }: Command, options: Arguments['options']) {
  return variant && options[variant.with] !== undefined ? variant.positional : positional
}

/** As it is written in a line of usage: `<parent> [name...]`. */
export function usageOf(positional: readonly Positional[]): string {
  const words = positional.map(({ name, choices, optional, repeated }) => {
    if (choices?.length === 1) return choices[0]
    const word = `${choices?.join('|') ?? name}${repeated ? '...' : ''}`
    return optional ? `[${word}]` : `<${word}>`
  })
  return words.join(' ')
}
