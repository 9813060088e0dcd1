import { parseArgs } from 'node:util'
import { OdLinkError } from '../errors.ts'
import {
  type Arguments,
  type Command,
  type Commands,
  helpOption,
  type Option,
  positionalsOf,
  usageOf,
} from './command.ts'
import { nearest } from './nearest.ts'

/** What the command line asks for. */
export type Parsed<Name extends string> =
  | { help: Name | undefined }
  | { version: true }
  | { command: Name; args: Arguments }

/**
 * Reads the command line, with Node's own parser and the description of the verbs.
 * @param argv without node and the script.
 * @throws OdLinkError (usage), with the nearest match where there is one.
 */
export function parseCommandLine<Name extends string>(
  commands: Commands<Name>,
  [name, ...rest]: string[],
): Parsed<Name> {
  if (name === undefined || name === '--help' || name === '-h') return { help: undefined }
  if (name === '--version' || name === '-V') return { version: true }
  if (name.startsWith('-')) throw unknown('option', name, ['--help', '--version'])
  const known = commandName(commands, name)
  const command = commands[known]
  const { values, positionals } = parseOptions(known, command, rest)
  if (values.help) return { help: known }
  const args: Arguments = { positional: positionals, options: values }
  checkRequired(command, values)
  checkArity(known, command, args)
  checkChoices(known, command, args)
  return { command: known, args }
}

function commandName<Name extends string>(commands: Commands<Name>, name: string): Name {
  if (Object.hasOwn(commands, name)) return name as Name
  throw unknown('command', name, Object.keys(commands))
}

function parseOptions(name: string, command: Command, args: string[]) {
  const described: readonly Option[] = [...command.options, helpOption]
  const options = Object.fromEntries(
    described.map(({ name, short, value, multiple = false }) => [
      name,
      { type: value ? ('string' as const) : ('boolean' as const), multiple, ...(short ? { short } : {}) },
    ]),
  )
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    // A list holds texts alone: no switch may be given several times.
    return { values: values as Arguments['options'], positionals }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const [, option = ''] = /'(?:-\w, )?(--?[^'\s<]+)/.exec(message) ?? []
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      throw unknown(
        'option',
        option,
        described.map((option) => `--${option.name}`),
        name,
      )
    }
    if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') throw error
    const takesValue = described.find((known) => `--${known.name}` === option)?.value
    const what = takesValue ? `needs a value: ${option} ${takesValue}` : 'takes no value'
    throw new OdLinkError('usage', `The option ${option} ${what}.`, { hint: `od-link ${name} --help` })
  }
}

function checkChoices(commandName: string, command: Command, { positional, options }: Arguments): void {
  for (const { name, choices } of command.options) {
    const value = options[name]
    if (!choices || value === undefined || choices.includes(String(value))) continue
    throw new OdLinkError('usage', `--${name} is one of ${choices.join(', ')}, not "${value}".`, {
      hint: `--${name} ${nearest(String(value), choices) ?? choices[0]}`,
    })
  }
  const described = positionalsOf(command, options)
  const odd = described.findIndex(
    ({ choices }, at) => choices && !choices.includes(positional[at] ?? choices[0] ?? ''),
  )
  if (odd < 0) return
  throw new OdLinkError('usage', `There is no "od-link ${commandName} ${positional[odd]}".`, {
    hint: `od-link ${commandName} ${usageOf(described)}`,
  })
}

/** An option that needs another one is a mistake without it, and would be passed over in silence. */
function checkRequired({ options }: Command, values: Arguments['options']): void {
  const lonely = options.find((one) => one.with && values[one.name] && values[one.with] === undefined)
  if (!lonely) return
  throw new OdLinkError('usage', `--${lonely.name} needs --${lonely.with}.`, {
    hint: [`--${lonely.with}`, options.find(({ name }) => name === lonely.with)?.value]
      .filter(Boolean)
      .join(' '),
  })
}

function checkArity(name: string, command: Command, { positional, options }: Arguments): void {
  const described = positionalsOf(command, options)
  const least = described.filter(({ optional }) => !optional).length
  const most = described.at(-1)?.repeated ? Number.POSITIVE_INFINITY : described.length
  if (positional.length >= least && positional.length <= most) return
  const what = positional.length < least ? 'More is needed' : `"${positional[most]}" is one too many`
  const flag = described === command.variant?.positional ? `--${command.variant.with} FILE ` : ''
  throw new OdLinkError('usage', `${what}: od-link ${name} ${flag}${usageOf(described)}`.trimEnd(), {
    hint: `od-link ${name} --help`,
  })
}

function unknown(what: string, given: string, known: readonly string[], command?: string): OdLinkError {
  const near = nearest(given, known)
  const whose = command ? ` of od-link ${command}` : ''
  return new OdLinkError('usage', `There is no ${what} "${given}"${whose}.`, {
    hint: near ? `Did you mean ${near}?` : ['od-link', command, '--help'].filter(Boolean).join(' '),
  })
}
