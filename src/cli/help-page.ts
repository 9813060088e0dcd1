import { Help, type HelpConfiguration } from 'commander'
import type { Block, Command } from './command.ts'

/** What a page of the help is laid out for. */
export interface PageStyle {
  /** The width of the terminal, in characters. */
  columns: number
  /** How a title looks there. */
  title: (text: string) => string
}

/** A page for a pipe. */
export const plain: PageStyle = { columns: 80, title: (text) => text }

/** commander's layout, with the flags in a column of their own. */
export function layoutFor({ columns, title }: PageStyle): HelpConfiguration {
  return {
    helpWidth: columns,
    styleTitle: title,
    optionTerm: ({ short, flags }) => `${short ? '' : '    '}${flags.replace(/<(.*)>$/, '$1')}`,
  }
}

/** A text in lines of a width, broken between words. */
export function linesOf(text: string, width: number): string[] {
  return new Help().boxWrap(text, width).split('\n')
}

/** For a page that is not about a command. */
export function helpFor(style: PageStyle): Help {
  return Object.assign(new Help(), layoutFor(style))
}

/** What follows the options on the page of a verb: examples, and what else there is to say. */
export function examplesAndNotes({ examples, notes = [] }: Command, help: Help): string {
  const width = (help.helpWidth ?? 80) - 6
  const lines = examples.flatMap(([line, effect]) => [
    `  $ ${line}`,
    ...help
      .boxWrap(effect, width)
      .split('\n')
      .map((part) => `      ${part}`),
  ])
  return [
    '',
    help.styleTitle('Examples:'),
    ...lines,
    ...notes.flatMap((note) => ['', blockAsText(note, help)]),
  ].join('\n')
}

/** A paragraph, a table or lines of code, wrapped at the width of the page. */
export function blockAsText(block: Block, help: Help): string {
  if (typeof block === 'string') return help.boxWrap(block, help.helpWidth ?? 80)
  if ('code' in block) return block.code.map((line) => `  ${line}`).join('\n')
  const width = Math.max(...block.rows.map(([term]) => term.length))
  return block.rows.map(([term, meaning]) => help.formatItem(term, width, meaning, help)).join('\n')
}
