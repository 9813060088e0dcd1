import type { SignInEvent } from './attempt.ts'
import { type Expected, isTrueAnswer } from './authorization-response.ts'
import type { ControllingTerminal } from './controlling-terminal.ts'

/**
 * Waits for the address that the person's browser ended up on, pasted at the terminal. It is checked like a request
 * to the listener: whoever is tricked into pasting another sign-in's address is told so, and nothing is redeemed.
 * @param redirectUri what the address must begin with.
 * @returns never, when nothing right is pasted: the caller races it against the listener and the clock.
 */
export async function pastedAnswer(
  terminal: ControllingTerminal,
  redirectUri: string,
  expected: Expected,
  tell: (event: SignInEvent) => void,
): Promise<URLSearchParams> {
  for (;;) {
    tell({ event: 'paste' })
    const line = await terminal.readLine()
    if (line === undefined) return new Promise(() => {})
    const pasted = plainAddress(line)
    if (pasted === '') continue
    tell({ event: 'pasted', characters: pasted.length })
    const problem = problemWith(pasted, redirectUri, expected)
    if (problem === undefined) return queryOf(pasted)
    tell({ event: 'not-that', because: problem })
  }
}

/** Without the spaces, quotes and escape sequences that come along when an address is copied and pasted. */
function plainAddress(line: string): string {
  return line
    .replace(/\x1b\[20[01]~/g, '')
    .trim()
    .replace(/^["'<]|["'>]$/g, '')
}

/** The parameters after the first question mark; Microsoft appends an empty fragment. */
function queryOf(address: string): URLSearchParams {
  return new URLSearchParams(address.replace(/#.*$/s, '').replace(/^[^?]*\?/, ''))
}

/** Why the address is not the answer, in words for whoever pasted it. */
function problemWith(address: string, redirectUri: string, expected: Expected): string | undefined {
  const [before] = address.split('?')
  const url = new URL(redirectUri)
  const given = URL.canParse(before ?? '') ? new URL(before ?? '') : undefined
  if (!given || !address.includes('?'))
    return `it does not look like ${url.href}?code=…: copy the whole line from the browser's address bar`
  if (given.origin !== url.origin || given.pathname !== url.pathname) {
    return given.pathname.endsWith('/authorize')
      ? 'it is the address to open in the browser; the one to paste is where the browser ends up after the sign-in'
      : `it does not begin with ${url.href}`
  }
  if (isTrueAnswer(queryOf(address), expected)) return undefined
  return queryOf(address).has('state')
    ? 'it belongs to another sign-in: open the address above, and paste what that one ends up on'
    : 'a part of it is missing: copy the whole line from the browser'
}
