/** How a command is described: see `cli.ts`. */

export interface Option {
  /** Without the dashes. */
  name: string
  short?: string
  /** The placeholder of its value; without one the option is a switch. */
  value?: string
  choices?: readonly string[]
  /** It may be given several times; its value is then a list. */
  multiple?: true
  /** It makes sense only together with this option. */
  with?: string
  help: string
}

/** What was typed: positional arguments, and options by name (a switch is `true`). */
export interface Arguments {
  positional: string[]
  options: Record<string, string | boolean | string[] | undefined>
}

export interface Command {
  summary: string
  /** As the help shows it: `<parent> [name...]`. */
  usage: string
  /** How many positional arguments it takes. */
  arity: readonly [least: number, most: number]
  /** With this option it takes other positional arguments. */
  variant?: { with: string; usage: string; arity: readonly [least: number, most: number] }
  options: readonly Option[]
  /** Shown below the help: what to type, and what it does. */
  examples: readonly (readonly [command: string, effect: string])[]
  notes?: string
  load: () => Promise<{ run: (args: Arguments) => Promise<number | undefined> | Promise<void> }>
}
