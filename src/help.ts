import { type Command, type CommandName, commands, type Option } from './cli.ts'

/** The help of a command, or of od-link as a whole, line by line, made from the description in `cli.ts`. */
export function helpFor(name: CommandName | undefined): string[] {
  return (name === undefined ? programHelp() : commandHelp(name, commands[name])).trimEnd().split('\n')
}

function programHelp(): string {
  const summaries = Object.entries<Command>(commands).map(([name, { summary }]) => [name, summary] as const)
  return `Links a terminal to your OneDrive once; every script after that can use the link.

Usage: od-link <command> [options]

Commands:
${table(summaries)}

Options:
${table([
  ['-h, --help', 'show this help, or that of a command'],
  ['-V, --version', 'show the version'],
])}

Examples:
${table([
  ['$ od-link login', 'sign in once, in the browser'],
  ['$ od-link mkdir /Reports 2026', 'make a folder, from any script'],
  ['$ od-link demo', 'see it all without an account'],
])}

Exit codes:
  0 done             3 name taken   6 Microsoft busy   9 not allowed, or no space
  1 od-link's fault  4 sign in      7 network          130 interrupted
  2 usage            5 keychain     8 no such folder
`
}

function commandHelp(name: string, { summary, usage, variant, options, examples, notes }: Command): string {
  const help: Option = { name: 'help', short: 'h', help: 'show this help' }
  const ofVariant = variant ? options.filter((one) => [one.name, one.with].includes(variant.with)) : []
  const own = options.filter((one) => !ofVariant.includes(one))
  const usages = [usage, ...(variant ? [variant.usage] : [])].map((one) =>
    ['od-link', name, one, options.length > 0 && '[options]'].filter(Boolean).join(' '),
  )
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.

Usage: ${usages.join('\n       ')}

Options:
${optionTable([...own, help])}
${variant ? `\nMany at once:\n${optionTable(ofVariant)}\n` : ''}
Examples:
${examples.map(([command, effect]) => `  $ ${command}\n      ${effect}`).join('\n')}
${notes ? `\n${notes}\n` : ''}`
}

function optionTable(options: readonly Option[]): string {
  return table(options.map((option) => [flagsOf(option), option.help] as const))
}

function flagsOf({ name, short, value, choices }: Option): string {
  const placeholder = choices ? choices.join('|') : value
  return `${short ? `-${short}, ` : '    '}--${name}${placeholder ? ` ${placeholder}` : ''}`
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`).join('\n')
}
