/** A word of an unfinished command line. */
export interface Word {
  /** As it was typed, with its quotes. */
  raw: string
  /** What it means. */
  text: string
  /** The quote that is not closed yet. */
  open: '' | "'" | '"'
}

/**
 * The words of a command line up to the cursor; the last one is at the cursor and may be empty. Nothing is expanded.
 * @param escapes the characters that a backslash escapes within each kind of quotes: shells differ.
 */
export function shellWords(line: string, escapes: { single: string; double: string }): Word[] {
  const words: Word[] = [emptyWord()]
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at)
    const next = line.charAt(at + 1)
    const word = words.at(-1) ?? emptyWord()
    if (!word.open && /\s/.test(character)) {
      if (word.raw) words.push(emptyWord())
      continue
    }
    word.raw += character
    const escapable = { '': next, "'": escapes.single, '"': escapes.double }[word.open]
    if (character === '\\' && next && escapable.includes(next)) {
      word.raw += next
      word.text += next
      at += 1
    } else if (word.open === character) word.open = ''
    else if (!word.open && (character === "'" || character === '"')) word.open = character
    else word.text += character
  }
  return words
}

/** The words after the name of the program, which variable assignments may precede. */
export function argumentsOf(words: Word[]): Word[] {
  const program = words.findIndex(({ raw }) => !/^\w+=/.test(raw))
  return words.slice(program + 1)
}

function emptyWord(): Word {
  return { raw: '', text: '', open: '' }
}
