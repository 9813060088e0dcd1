/** A word for a POSIX shell: bare where nothing in it is special, else in quotes, so that a hint can be pasted. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
