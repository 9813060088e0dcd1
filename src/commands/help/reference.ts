import {
  type Block,
  type Command,
  explanationOf,
  helpOption,
  type Option,
  optionsOf,
  type Row,
  sentence,
  termOf,
  usagesOf,
} from '../../cli/command.ts'
import { commands } from '../index.ts'
import { type Topic, topics } from './topics.ts'

/** docs/reference.md: all commands and topics, from their descriptions. */
export function reference(): string {
  const names = Object.keys({ ...commands, ...topics })
  const lines = [
    '# Reference',
    '',
    '<!-- Made from the description of the commands in src/commands by `npm run update`. -->',
    '',
    'What `od-link <command> --help`, `od-link help <topic>` and `man od-link` show, on one page.',
    '',
    names.map((name) => `[${name}](#${name})`).join(' · '),
    ...Object.entries<Command>(commands).flatMap(([name, command]) => commandSection(name, command)),
    ...Object.entries<Topic>(topics).flatMap(([name, { summary, blocks }]) => [
      ...['', `## ${name}`, '', sentence(summary)],
      ...blocks.flatMap(block),
    ]),
  ]
  return `${lines.join('\n')}\n`
}

function commandSection(name: string, command: Command): string[] {
  const { own, ofVariant } = optionsOf(command)
  return [
    ...['', `## ${name}`, '', sentence(command.summary)],
    ...fenced(usagesOf(name, command)),
    ...optionTable([...own, helpOption]),
    ...(ofVariant.length > 0 ? ['', 'Many at once:', ...optionTable(ofVariant)] : []),
    ...fenced(command.examples.flatMap(([line, effect]) => [`# ${effect}`, line])),
    ...(command.notes ?? []).flatMap(block),
  ]
}

function optionTable(options: readonly Option[]): string[] {
  return rowTable(options.map((option) => [termOf(option), explanationOf(option)]))
}

function block(one: Block): string[] {
  if (typeof one === 'string') return ['', escaped(one)]
  return 'code' in one ? fenced(one.code) : rowTable(one.rows)
}

function rowTable(rows: readonly Row[]): string[] {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  return [
    ...['', '| | |', '|---|---|'],
    ...rows.map(([term, meaning]) => `| \`${cell(term)}\` | ${cell(escaped(meaning))} |`),
  ]
}

function fenced(lines: readonly string[]): string[] {
  return ['', '```sh', ...lines, '```']
}

/** What Markdown would take for a tag or for emphasis. */
function escaped(text: string): string {
  return text.replace(/[<*]/g, '\\$&')
}
