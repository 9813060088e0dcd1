import type { ControllingTerminal } from '../system/controlling-terminal.ts'
import type { SignInEvent } from './attempt.ts'
import { type Expected, isTrueAnswer } from './authorization-response.ts'

/**
 * Waits for the URL that the person's browser ended on, pasted at the terminal. It is checked like a request to the
 * listener, but by its parameters only: browsers change the scheme or the host of such URLs, and people leave parts out. For
 * the URL of another sign-in, which somebody may be tricked into pasting, nothing is redeemed.
 * @param redirectUri what the URL should begin with.
 * @returns never, when the right URL is not pasted: the caller races it against the listener and the clock.
 */
export async function pastedAnswer(
  terminal: ControllingTerminal,
  redirectUri: string,
  expected: Expected,
  report: (event: SignInEvent) => void,
): Promise<URLSearchParams> {
  for (;;) {
    report({ event: 'paste' })
    const line = await terminal.readLine()
    if (line === undefined) return new Promise(() => {})
    const pasted = plainUrl(line)
    if (pasted === '') continue
    report({ event: 'pasted', characters: pasted.length })
    const problem = problemWith(pasted, redirectUri, expected)
    if (problem === undefined) return queryOf(pasted)
    report({ event: 'not-that', problem })
  }
}

/** Without the spaces, quotes and escape sequences that come along when a URL is copied and pasted. */
function plainUrl(line: string): string {
  return line
    .replace(/\x1b\[20[01]~/g, '')
    .trim()
    .replace(/^["'<]|["'>]$/g, '')
}

/** The parameters after the first question mark, or all of a text without one; Microsoft appends an empty fragment. */
function queryOf(address: string): URLSearchParams {
  return new URLSearchParams(address.replace(/#.*$/s, '').replace(/^[^?]*\?/, ''))
}

/** Why the URL is not the right one, as a message for whoever pasted it. */
function problemWith(address: string, redirectUri: string, expected: Expected): string | undefined {
  const query = queryOf(address)
  if (isTrueAnswer(query, expected)) return undefined
  const { href } = new URL(redirectUri)
  if (URL.canParse(address) && new URL(address).pathname.endsWith('/authorize'))
    return 'That is the URL to open in the browser. Paste the URL that the browser ends on after the sign-in.'
  const isAnswer = query.has('code') || query.has('error')
  if (query.has('state') && isAnswer)
    return 'That URL belongs to another sign-in. Open the URL above, and paste the one that it ends on.'
  if (query.has('state') || isAnswer) return 'That URL is incomplete. Copy the whole URL from the browser.'
  return `That does not look like ${href}?code=…. Copy the whole URL from the browser's address bar.`
}
