/**
 * Prose in lines of at most so many columns, broken at spaces only: a URL or a path longer than a line stays whole.
 * @param indent what the lines after the first begin with.
 */
export function wrap(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length > columns && line.trim() !== '') {
      lines.push(line)
      line = indent + word
    } else line = longer
  }
  return [...lines, line]
}
