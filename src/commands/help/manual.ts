import {
  type Block,
  type Command,
  explanationOf,
  helpOption,
  type Option,
  sentence,
  termOf,
  usagesOf,
} from '../../cli/command.ts'
import { commands } from '../index.ts'
import { type Topic, topics } from './topics.ts'

/**
 * The manual page, `man od-link`, in the macros of man(7), generated from the descriptions of all commands and topics.
 * https://man7.org/linux/man-pages/man7/groff_man.7.html
 */
export function manualPage(version: string): string {
  const lines = [
    '.\\" Generated from the description of the commands.',
    `.TH OD\\-LINK 1 "" "od\\-link ${version}" "User Commands"`,
    '.SH NAME',
    'od-link \\- link a terminal to a OneDrive once; every script can then use its folders and files',
    '.SH SYNOPSIS',
    '.B od-link',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    text(
      'Links a terminal to your OneDrive once. Every script on that machine can use the link after that. The tokens are in the keychain of the operating system, and the link renews itself until Microsoft ends it.',
    ),
    '.SH COMMANDS',
    ...Object.entries<Command>(commands).flatMap(([name, command]) => commandSection(name, command)),
    ...Object.entries<Topic>(topics).flatMap(([name, { summary, blocks }]) => [
      `.SH ${name.replace('-', ' ').toUpperCase()}`,
      text(sentence(summary)),
      ...blocks.flatMap(block),
    ]),
    '.SH SEE ALSO',
    text(
      'To run the whole flow without an account, against a local fake of Microsoft sign-in and OneDrive: od-link demo',
    ),
  ]
  return `${lines.join('\n')}\n`
}

function commandSection(name: string, command: Command): string[] {
  const [first = '', ...others] = usagesOf(name, command)
  return [
    `.SS ${text(first)}`,
    ...others.flatMap((usage) => [`.B ${text(usage)}`, '.PP']),
    text(sentence(command.summary)),
    ...[...command.options, helpOption].flatMap((option) => [
      '.TP',
      flags(option),
      text(explanationOf(option)),
    ]),
    ...(command.notes ?? []).flatMap(block),
    '.PP',
    'Examples:',
    ...command.examples.flatMap(([line, effect]) => ['.TP', `.B ${text(line)}`, text(effect)]),
  ]
}

function flags(option: Option): string {
  return `.B ${text(termOf(option))}`
}

function block(one: Block): string[] {
  if (typeof one === 'string') return ['.PP', text(one)]
  if ('code' in one) return ['.PP', '.nf', '.RS 4', ...one.code.map(text), '.RE', '.fi']
  return one.rows.flatMap(([term, meaning]) => ['.TP', `.B ${text(term)}`, text(meaning)])
}

/** Escapes a line so that roff finds no command in it, and a dash can be copied as a dash. */
function text(line: string): string {
  const plain = line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('"', '\\(dq')
  return /^[.]/.test(plain) ? `\\&${plain}` : plain
}
