import { commandHelp, sentence } from '../../cli/help-text.ts'
import { blocksAsText, table, wrapped } from '../../cli/layout.ts'
import { type CommandName, commands } from '../index.ts'
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
