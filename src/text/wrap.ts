/**
 * Prose in lines of at most so many columns, broken at spaces only: a URL or a path longer than a line stays whole.
 * @param indent what the lines after the first begin with.
 */
export function wrap(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = []
  const [first = '', ...words] = text.trimStart().split(' ')
  // A table keeps the spaces at its beginning.
  let line = text.slice(0, text.length - text.trimStart().length) + first
  for (const word of words) {
    if (`${line} ${word}`.length <= columns) line += ` ${word}`
    else {
      lines.push(line)
      line = indent + word
    }
  }
  return [...lines, line]
}
