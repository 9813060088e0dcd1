import { type Option, usageOf } from '../../cli/command.ts'
import { blocksAsText, table, wrapped } from '../../cli/layout.ts'
import { type Command, type CommandName, commands } from '../index.ts'
import { helpOption } from '../shared/options.ts'
import { exitCodeTable } from './exit-codes.ts'
import { type Topic, type TopicName, topics } from './topics.ts'

/** The help of a command, or of od-link as a whole, line by line, made from the description in `commands/index.ts`. */
export function helpFor(name: CommandName | undefined): string[] {
  return name === undefined ? programHelp() : commandHelp(name, commands[name])
}

/** The lines of `od-link help TOPIC`. */
export function topicHelp(name: TopicName): string[] {
  const { summary, blocks }: Topic = topics[name]
  return [sentence(summary), '', ...blocksAsText(blocks)]
}

function programHelp(): string[] {
  const width = Math.max(...Object.keys({ ...commands, ...topics }).map(({ length }) => length))
  const summaries = (described: Record<string, { summary: string }>) =>
    table(
      Object.entries(described).map(([name, { summary }]) => [name, summary]),
      width,
    )
  return [
    ...wrapped('Links a terminal to your OneDrive once; every script after that can use it.'),
    '',
    'Usage: od-link <command> [options]',
    '',
    'Commands:',
    ...summaries(commands),
    '',
    'Topics, for od-link help:',
    ...summaries(topics),
    '',
    'Options (a command shows its defaults in parentheses):',
    ...table([
      ['-h, --help', 'show this help, or that of a command'],
      ['-V, --version', 'show the version'],
    ]),
    '',
    'Examples:',
    ...table([
      ['$ od-link login', 'sign in once, in the browser'],
      ['$ od-link mkdir /Reports 2026', 'make a folder, from any script'],
      ['$ od-link demo', 'see it all without an account'],
    ]),
    '',
    'Exit codes:',
    ...exitCodeTable(4),
  ]
}

function commandHelp(name: string, command: Command): string[] {
  const { summary, variant, examples, notes } = command
  const { own, ofVariant } = optionsOf(command)
  return [
    sentence(summary),
    '',
    ...usagesOf(name, command).map((usage, index) => `${index === 0 ? 'Usage: ' : '       '}${usage}`),
    '',
    'Options:',
    ...optionTable([...own, helpOption]),
    '',
    ...(variant ? ['Many at once:', ...optionTable(ofVariant), ''] : []),
    'Examples:',
    ...examples.flatMap(([line, effect]) => [`  $ ${line}`, ...wrapped(effect, 6)]),
    ...(notes ? ['', ...blocksAsText(notes)] : []),
  ]
}

/** The lines of usage. */
export function usagesOf(name: string, { positional, variant, options }: Command): string[] {
  const flag = options.find((option) => option.name === variant?.with)
  const ways = [
    usageOf(positional),
    ...(flag ? [`${longFlag(flag)} ${usageOf(variant?.positional ?? [])}`] : []),
  ]
  return ways.map((way) =>
    ['od-link', name, way, options.length > 0 && '[options]'].filter(Boolean).join(' '),
  )
}

/** The options that make sense without the variant, and those of the variant. */
export function optionsOf({ options, variant }: Command) {
  const ofVariant = variant ? options.filter((one) => [one.name, one.with].includes(variant.with)) : []
  return { own: options.filter((one) => !ofVariant.includes(one)), ofVariant }
}

function optionTable(options: readonly Option[]): string[] {
  return table(
    options.map((option) => [
      `${option.short ? `-${option.short}, ` : '    '}${longFlag(option)}`,
      option.help,
    ]),
  )
}

/** `--account NAME`, `--kind public|web`. */
export function longFlag({ name, value, choices }: Option): string {
  return [`--${name}`, choices?.join('|') ?? value].filter(Boolean).join(' ')
}

/** A summary as a sentence: a capital letter, and a full stop. */
export function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}
