import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from '../accounts/account.ts'
import { OdLinkError } from '../errors.ts'
import { lessAccess, reachesBeyondOwnFiles } from '../identity/aadsts-codes.ts'
import { comesFrom, redeem, startSignIn } from '../identity/authorization-code.ts'
import { claimsIn } from '../identity/errors.ts'
import type { SignInConfig } from '../registration/index.ts'
import { isForwarded, registeredUri } from '../registration/redirect-uri.ts'
import { type ControllingTerminal, openControllingTerminal } from '../system/controlling-terminal.ts'
import { longDuration } from '../text/format.ts'
import type { Attempt } from './attempt.ts'
import { openBrowser } from './browser.ts'
import { tunnelCommand } from './environment.ts'
import { type Listener, startListener } from './listener.ts'
import { pastedAnswer } from './pasted-redirect.ts'
import { failedPage, linkedPage, moreProofPage } from './result-page.ts'

const defaultTimeoutSeconds = 300

/**
 * Signs in with a redirect to a listener on this machine (RFC 8252 section 7.3), or with the URL that a browser on another
 * machine ended on, pasted here; whichever comes first counts.
 * 1. the listener takes its port;
 * 2. the person is shown the URL, and their browser is opened at it if that is the method;
 * 3. the listener waits for the true response among whatever else is sent;
 * 4. the code is redeemed and the link is saved; only then the browser shows success.
 * @param open whether a browser is opened on this machine.
 * @param pasteAfterMs how long to wait before a URL may be pasted as well.
 */
export async function signInByRedirect(
  attempt: Attempt,
  how: { open: boolean; pasteAfterMs: number },
): Promise<Account> {
  try {
    return await signInOnce(attempt, how)
  } catch (error) {
    // Conditional Access may ask for more proof only when the code is redeemed, and then says what the next sign-in must prove.
    const claims = claimsIn(error)
    if (claims === undefined || attempt.claims !== undefined) throw error
    attempt.report({ event: 'more-proof' })
    return signInOnce({ ...attempt, claims }, how)
  }
}

async function signInOnce(
  attempt: Attempt,
  { open, pasteAfterMs }: { open: boolean; pasteAfterMs: number },
): Promise<Account> {
  const { config, authority, environment, report } = attempt
  const { registration, redirect, loginOrigin, scope } = config
  const timeoutSeconds = attempt.timeoutSeconds ?? defaultTimeoutSeconds
  const finished = new AbortController()
  const isInTrouble = new AbortController()
  const listener = await startListener(redirect, (problem) => {
    report({ event: 'trouble', problem })
    isInTrouble.abort()
  })
  try {
    const { redirectUri, port } = listener
    const { loginHint, responseMode, claims } = attempt
    const asked = { redirectUri, scope, loginHint, responseMode, claims }
    const signIn = await startSignIn(authority, registration, asked)
    const expected = {
      state: signIn.state,
      isFromAuthority: (answer: URLSearchParams) => comesFrom(authority, answer),
    }
    // Before the browser is opened: it may respond before the program that opens it returns.
    const listening = listener.waitForAnswer(expected, Date.now() + timeoutSeconds * 1000)
    const passedOn = isForwarded(redirect) ? `${redirect.listen.host}:${port}` : undefined
    report({
      event: 'open',
      address: signIn.url,
      elsewhere: open ? undefined : `${new URL(redirectUri).href}?code=…`,
      canPaste: attempt.canPaste && responseMode === 'query',
      tunnel: environment.ssh && !passedOn && !open ? tunnelCommand(environment.ssh, port) : undefined,
      passedOn,
    })
    report({ event: 'waiting', seconds: timeoutSeconds })
    const opening = open ? openBrowser(signIn.url, environment, listener.startAddress) : undefined
    const pasting = pastedAfter(
      opening,
      pasteAfterMs,
      attempt,
      { finished: finished.signal, isInTrouble: isInTrouble.signal },
      (terminal) => pastedAnswer(terminal, redirectUri, expected, report),
    )
    const answer = await Promise.race([listening, pasting])
    finished.abort()
    if (!answer) throw noAnswer(timeoutSeconds, config)
    const { tenant, clientId } = registration
    const context = { loginOrigin, tenant, clientId, scope, redirectUri: registeredUri(redirect) }
    return await showingOutcome(
      listener,
      async () => attempt.save(await redeem(authority, registration, signIn, answer, context)),
      (error) => claims === undefined && claimsIn(error) !== undefined,
    )
  } finally {
    finished.abort()
    listener.close()
  }
}

/**
 * Lets the person paste at the terminal until the sign-in is finished: after a while without a response, or at once where
 * no browser was opened, or where it cannot reach the listener.
 */
async function pastedAfter(
  opening: Promise<string | undefined> | undefined,
  silenceMs: number,
  { config, canPaste, responseMode, report }: Attempt,
  { finished, isInTrouble }: { finished: AbortSignal; isInTrouble: AbortSignal },
  paste: (terminal: ControllingTerminal) => Promise<URLSearchParams>,
): Promise<URLSearchParams> {
  const never = new Promise<never>(() => {})
  const unopened = await opening
  if (finished.aborted) return never
  const mayPaste = canPaste && responseMode === 'query'
  if (unopened) report({ event: 'unopened', because: unopened, canPaste: mayPaste })
  else if (opening) report({ event: 'opened' })
  if (!unopened && silenceMs > 0) {
    const signal = AbortSignal.any([finished, isInTrouble])
    await sleep(silenceMs, undefined, { signal }).catch(() => {})
    if (finished.aborted) return never
    if (!isInTrouble.aborted)
      report({ event: 'silence', asksForAll: reachesBeyondOwnFiles(config.scope), canPaste: mayPaste })
  }
  // A form_post response is not in the URL.
  const terminal = mayPaste ? openControllingTerminal() : undefined
  if (!terminal) return never
  finished.addEventListener('abort', terminal.close)
  return paste(terminal)
}

/** Shows the browser what really happened, after it happened. */
async function showingOutcome(
  listener: Listener,
  work: () => Promise<Account>,
  goesOn: (error: unknown) => boolean,
): Promise<Account> {
  try {
    const account = await work()
    const { displayName, username, kind } = account
    await listener.conclude(linkedPage(displayName ? `${displayName}, ${username}` : username, kind))
    return account
  } catch (error) {
    const message = error instanceof OdLinkError ? error.message : 'Unexpected error.'
    await listener.conclude(goesOn(error) ? moreProofPage() : failedPage(message))
    throw error
  }
}

function noAnswer(seconds: number, { redirect, scope }: SignInConfig): OdLinkError {
  return new OdLinkError('sign-in', `Timed out after ${longDuration(seconds)}.`, {
    reason: 'sign-in-timeout',
    next: [
      'Check the browser: many Microsoft errors are shown only there.',
      `AADSTS50011: the registration lacks the redirect URI ${registeredUri(redirect)}`,
      'AADSTS700016 (or "not enabled for consumers"): wrong ID or account type',
      'AADSTS50105 or 53003: the administrator has to allow you in',
      { intro: 'Then:', verb: 'login' },
      ...(reachesBeyondOwnFiles(scope)
        ? [{ ...lessAccess, intro: 'If it asks for an administrator, ask for less:' }]
        : []),
      { intro: 'If the browser cannot reach this machine:', verb: 'login', flags: { device: true } },
    ],
  })
}
