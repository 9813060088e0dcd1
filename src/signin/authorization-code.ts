import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from '../accounts/account.ts'
import { OdLinkError } from '../errors.ts'
import { comesFrom, redeem, startSignIn } from '../identity/authorization-code.ts'
import { isForwarded, registeredUri } from '../registration/redirect-uri.ts'
import type { Attempt } from './attempt.ts'
import { openBrowser } from './browser.ts'
import { type ControllingTerminal, openControllingTerminal } from './controlling-terminal.ts'
import { tunnelCommand } from './environment.ts'
import { type Listener, startListener } from './listener.ts'
import { pastedAnswer } from './pasted-redirect.ts'
import { failedPage, linkedPage } from './result-page.ts'

const defaultTimeoutSeconds = 300

/**
 * Signs in by a redirect to a listener of this machine (RFC 8252 section 7.3), or by the address that the browser
 * of another machine ended up on, pasted here; the first that comes counts.
 * 1. the listener takes its port;
 * 2. the address is told, and the person's browser opened at it where that is the way;
 * 3. the true answer is waited for, among whatever else is sent;
 * 4. the code is redeemed and the link kept; only then the browser shows success.
 * @param open whether a browser of this machine is opened.
 * @param pasteAfterMs how long to wait before an address may be pasted, too.
 */
export async function signInByRedirect(
  attempt: Attempt,
  { open, pasteAfterMs }: { open: boolean; pasteAfterMs: number },
): Promise<Account> {
  const { brought, authority, here, tell } = attempt
  const { registration, redirect, loginOrigin, scope } = brought
  const timeoutSeconds = attempt.timeoutSeconds ?? defaultTimeoutSeconds
  const listener = await startListener(redirect)
  const finished = new AbortController()
  try {
    const { redirectUri, port } = listener
    const { loginHint, responseMode } = attempt
    const signIn = await startSignIn(authority, registration, { redirectUri, scope, loginHint, responseMode })
    const expected = {
      state: signIn.state,
      isFromAuthority: (answer: URLSearchParams) => comesFrom(authority, answer),
    }
    // Before the browser is opened, which may answer sooner than the program that opens it comes back.
    const listening = listener.waitForAnswer(expected, Date.now() + timeoutSeconds * 1000)
    const passedOn = isForwarded(redirect) ? `${redirect.listen.host}:${port}` : undefined
    tell({
      event: 'open',
      address: signIn.url,
      elsewhere: open ? undefined : `${new URL(redirectUri).href}?code=…`,
      canPaste: attempt.canPaste && responseMode === 'query',
      tunnel: here.ssh && !passedOn && !open ? tunnelCommand(here.ssh, port) : undefined,
      passedOn,
    })
    tell({ event: 'waiting', seconds: timeoutSeconds })
    const opening = open ? openBrowser(signIn.url, here, listener.startAddress) : undefined
    const pasting = pastedAfter(opening, pasteAfterMs, attempt, finished.signal, (terminal) =>
      pastedAnswer(terminal, redirectUri, expected, tell),
    )
    const answer = await Promise.race([listening, pasting])
    finished.abort()
    if (!answer) throw noAnswer(timeoutSeconds, registeredUri(redirect))
    return await showingOutcome(listener, async () => {
      const { tenant, clientId } = registration
      const context = { loginOrigin, tenant, clientId, scope, redirectUri: registeredUri(redirect) }
      return attempt.keep(await redeem(authority, registration, signIn, answer, context))
    })
  } finally {
    finished.abort()
    listener.close()
  }
}

/**
 * Lets the person paste at the terminal: after a silent while, or at once where no browser was opened, until the
 * sign-in is finished.
 */
async function pastedAfter(
  opening: Promise<string | undefined> | undefined,
  silenceMs: number,
  { canPaste, responseMode, tell }: Attempt,
  finished: AbortSignal,
  paste: (terminal: ControllingTerminal) => Promise<URLSearchParams>,
): Promise<URLSearchParams> {
  const never = new Promise<never>(() => {})
  const unopened = await opening
  if (finished.aborted) return never
  if (unopened) tell({ event: 'unopened', because: unopened })
  else if (silenceMs > 0) {
    await sleep(silenceMs, undefined, { signal: finished }).catch(() => {})
    if (finished.aborted) return never
    tell({ event: 'silence' })
  }
  // A form's answer is not in the address.
  const terminal = canPaste && responseMode === 'query' ? openControllingTerminal() : undefined
  if (!terminal) return never
  finished.addEventListener('abort', terminal.close)
  return paste(terminal)
}

/** The browser is shown what really happened, after it happened. */
async function showingOutcome(listener: Listener, work: () => Promise<Account>): Promise<Account> {
  try {
    const account = await work()
    const { displayName, username, kind } = account
    await listener.conclude(linkedPage(displayName ? `${displayName}, ${username}` : username, kind))
    return account
  } catch (error) {
    const message = error instanceof OdLinkError ? error.message : 'od-link met a fault of its own.'
    await listener.conclude(failedPage(message))
    throw error
  }
}

function noAnswer(seconds: number, uri: string): OdLinkError {
  return new OdLinkError('sign-in', `No answer came back from the browser within ${Math.round(seconds)} s.`, {
    hint: [
      "look at the browser: many of Microsoft's refusals stay there and never come back.",
      `AADSTS50011 there means that the registration lacks the redirect URI ${uri};`,
      'AADSTS700016 or "not enabled for consumers", that the client id or the account type is wrong;',
      'AADSTS50105 or 53003, that the administrator has to let you in. Then: od-link login',
      'Where the browser cannot reach this machine: od-link login --device',
    ].join('\n'),
  })
}
