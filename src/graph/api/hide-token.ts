/*
 * A server that repeats the token of a request, in a header or a body, must not get it onto a screen or into a log. Downloaded
 * files are not changed, because their bytes must be those of the drive.
 */

const placeholder = '…'

/** A text without the token, in any form that it has in text, URLs or JSON. */
export function hideToken(text: string, token: string): string {
  return hide(text, token, placeholder)
}

function hide(text: string, token: string, instead: string): string {
  return formsOf(token).reduce((hidden, form) => hidden.replaceAll(form, instead), text)
}

function formsOf(token: string): string[] {
  return [...new Set([token, encodeURIComponent(token), token.replaceAll('/', '\\/')])].filter(Boolean)
}

/** The same for bytes that arrive in chunks: a token may be split between two of them. */
export interface TokenFilter {
  /** @returns what can be passed on by now. */
  take: (chunk: Buffer) => Buffer
  /** @returns what is left at the end. */
  rest: () => Buffer
}

/** @param token what was sent; empty for none, and then everything is passed on unchanged. */
export function filterToken(token: string): TokenFilter {
  // One character per byte, so that parts of a longer character do no harm.
  const instead = Buffer.from(placeholder).toString('latin1')
  const most = Math.max(0, ...formsOf(token).map((form) => form.length - 1))
  let waiting = ''
  return {
    take(chunk) {
      const text = hide(waiting + chunk.toString('latin1'), token, instead)
      const end = Math.max(0, text.length - most)
      waiting = text.slice(end)
      return Buffer.from(text.slice(0, end), 'latin1')
    },
    rest() {
      const left = waiting
      waiting = ''
      return Buffer.from(left, 'latin1')
    },
  }
}
