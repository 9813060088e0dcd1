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

/**
 * Prose that ends with a command, in lines of at most so many columns. The command is never broken, so that it can be pasted:
 * where it does not fit behind the prose, it has a line of its own.
 */
export function wrapWithCommand(prose: string, command: string, columns: number): string[] {
  if (prose === '') return [command]
  const lines = wrap(prose, columns)
  const joined = `${lines.at(-1)} ${command}`
  return joined.length <= columns ? [...lines.slice(0, -1), joined] : [...lines, `  ${command}`]
}
