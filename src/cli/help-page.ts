import { Help, type HelpConfiguration } from 'commander'
import type { Block, Command } from './command.ts'

/** The terminal that a help page is laid out for. */
export interface PageStyle {
  /** The width of the terminal, in characters. */
  columns: number
  /** Formats a title. */
  title: (text: string) => string
}

/** For a pipe. */
export const plain: PageStyle = { columns: 80, title: (text) => text }

/** commander's layout, with long flags aligned in one column. */
export function layoutFor({ columns, title }: PageStyle): HelpConfiguration {
  return {
    helpWidth: columns,
    styleTitle: title,
    optionTerm: ({ short, flags }) => `${short ? '' : '    '}${flags.replace(/<(.*)>$/, '$1')}`,
  }
}

/** Wraps a text between words. */
export function linesOf(text: string, width: number): string[] {
  return new Help().boxWrap(text, width).split('\n')
}

/** The layout of a page that is not about a command. */
export function helpFor(style: PageStyle): Help {
  return Object.assign(new Help(), layoutFor(style))
}

/** What follows the options on the page of a verb: examples and notes. */
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
