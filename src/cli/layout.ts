import type { Block, Row } from './command.ts'

/** Text for a terminal of 80 columns. */

const columns = 80

/** A text in lines that fit, each behind an indentation; a word that is longer than a line has one of its own. */
export function wrapped(text: string, indent = 0): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && indent + last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => ' '.repeat(indent) + line)
}

/**
 * Terms and their meanings side by side; a term that leaves too little room has its meaning below.
 * @param least how wide the terms are to be at least, in characters.
 */
export function table(rows: readonly Row[], least = 0): string[] {
  const widest = 30
  const width = Math.max(least, ...rows.map(([term]) => term.length).filter((length) => length <= widest))
  const indent = width + 5
  return rows.flatMap(([term, meaning]) => {
    const lines = wrapped(meaning, indent)
    if (term.length > width) return [`  ${term}`, ...lines]
    return [`  ${term.padEnd(width)}   ${lines[0]?.trimStart()}`, ...lines.slice(1)]
  })
}

/** Blocks, with an empty line between them. */
export function blocksAsText(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block, index) => [...(index === 0 ? [] : ['']), ...blockAsText(block)])
}

function blockAsText(block: Block): string[] {
  if (typeof block === 'string') return wrapped(block)
  return 'rows' in block ? table(block.rows) : block.code.map((line) => `  ${line}`)
}
