/*
 * The form of a text in Credential Manager. The keychain module lists entries only if it can read each of them as UTF-16: one
 * of odd length, or with bytes that look like half a surrogate pair, hides all the others. ASCII of even length always can be
 * read that way, because no byte pair of it is a surrogate.
 */

/** @param text JSON, as JSON.stringify writes it. */
export function toWindows(text: string): Buffer {
  const ascii = text.replace(/[\u0080-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return Buffer.from(ascii.length % 2 === 0 ? ascii : `${ascii} `)
}

/** The text that was saved, also by an earlier version, which saved UTF-8 of any length. */
export function fromWindows(value: Buffer): string {
  const text = value.toString('utf8')
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    // It is damaged, and whoever parses it says so.
    return text
  }
}
