import type { SignInEvent } from './attempt.ts'
import { type Expected, isTrueAnswer } from './authorization-response.ts'
import type { ControllingTerminal } from './controlling-terminal.ts'

/**
 * Waits for the URL that the person's browser ended on, pasted at the terminal. It is checked like a request to the
 * listener: someone who was tricked into pasting the URL of another sign-in is told, and nothing is redeemed.
 * @param redirectUri what the URL must begin with.
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

/** The parameters after the first question mark; Microsoft appends an empty fragment. */
function queryOf(address: string): URLSearchParams {
  return new URLSearchParams(address.replace(/#.*$/s, '').replace(/^[^?]*\?/, ''))
}

/** Why the URL is not the right one, as a message for whoever pasted it. */
function problemWith(address: string, redirectUri: string, expected: Expected): string | undefined {
  const [before] = address.split('?')
  const url = new URL(redirectUri)
  const given = URL.canParse(before ?? '') ? new URL(before ?? '') : undefined
  if (!given || !address.includes('?'))
    return `That does not look like ${url.href}?code=…. Copy the whole URL from the browser's address bar.`
  if (given.origin !== url.origin || given.pathname !== url.pathname) {
    return given.pathname.endsWith('/authorize')
      ? 'That is the URL to open in the browser. Paste the URL that the browser ends on after the sign-in.'
      : `That URL does not start with ${url.href}.`
  }
  if (isTrueAnswer(queryOf(address), expected)) return undefined
  return queryOf(address).has('state')
    ? 'That URL belongs to another sign-in. Open the URL above, and paste the one that it ends on.'
    : 'That URL is incomplete. Copy the whole URL from the browser.'
}
