import { type Account, addLink } from '../accounts/index.ts'
import { probeStore } from '../accounts/probe.ts'
import { openStore } from '../accounts/stores.ts'
import type { Arguments } from '../cli.ts'
import { OdLinkError } from '../errors.ts'
import { findAuthority } from '../identity/authority.ts'
import { comesFrom, redeem, type SignIn, startSignIn } from '../identity/redeem.ts'
import { openBrowser } from '../signin/browser.ts'
import { type Listener, startListener } from '../signin/listener.ts'
import { failedPage, linkedPage } from '../signin/page.ts'
import { type Brought, readRegistration, registeredUri } from '../signin/registration.ts'
import { print, printJson, say, styled } from '../terminal.ts'
import { describe } from './account.ts'
import { secondsOf, textOf } from './options.ts'

/**
 * `od-link login`:
 * 1. the registration is checked, then the store, before anyone is sent anywhere;
 * 2. a listener takes a port on loopback;
 * 3. the authority is looked up, and the person's browser opened at its authorize page;
 * 4. the listener waits for the true answer, among whatever else is sent to it;
 * 5. the code is redeemed, the link kept and read back; only then the browser shows success;
 * 6. the terminal says who is linked.
 */
export async function run({ options }: Arguments): Promise<void> {
  const name = textOf(options, 'as')
  if (name !== undefined) checkName(name)
  const timeoutSeconds = secondsOf(options, 'timeout') ?? 300
  const brought = await readRegistration({
    clientId: textOf(options, 'client-id'),
    tenant: textOf(options, 'tenant'),
    redirectUri: textOf(options, 'redirect-uri'),
    scope: textOf(options, 'scope'),
  })
  await probeStore(await openStore())

  const listener = await startListener(brought.redirect)
  try {
    const { registration, loginOrigin, scope } = brought
    const authority = await findAuthority(loginOrigin, registration.tenant, registration.clientId)
    const { redirectUri } = listener
    const signIn = await startSignIn(authority, registration, {
      redirectUri,
      scope,
      loginHint: textOf(options, 'login-hint'),
      responseMode: options['response-mode'] === 'form_post' ? 'form_post' : 'query',
    })
    // Before the browser is opened, which may answer sooner than the program that opens it comes back.
    const waiting = listener.waitForAnswer(
      { state: signIn.state, isFromAuthority: (parameters) => comesFrom(authority, parameters) },
      Date.now() + timeoutSeconds * 1000,
    )
    await sendToBrowser(signIn, options, timeoutSeconds)
    const answer = await waiting
    if (!answer) throw noAnswer(timeoutSeconds)
    const account = await showingOutcome(listener, async () => {
      const { tenant, clientId } = registration
      const context = { loginOrigin, tenant, clientId, scope, redirectUri: registeredUri(brought.redirect) }
      const record = await redeem(authority, registration, signIn, answer, context)
      return addLink({ ...record, graphOrigin: brought.graphOrigin }, name)
    })
    report(account, brought, options.json === true)
  } finally {
    listener.close()
  }
}

async function sendToBrowser(
  { url }: SignIn,
  options: Arguments['options'],
  timeoutSeconds: number,
): Promise<void> {
  if (options.json) printJson({ event: 'open', address: url })
  else for (const line of ['To sign in, open this address:', '', `  ${url}`, '']) say(line)
  const unopened = options['no-browser'] ? 'asked not to' : await openBrowser(url)
  if (options.json) return
  if (unopened) say(`No browser was opened: ${unopened}.`)
  say(`Waiting for the sign-in for ${Math.round(timeoutSeconds)} s. Ctrl-C stops.`)
}

/** The browser is shown what really happened, after it happened. */
async function showingOutcome(listener: Listener, work: () => Promise<Account>): Promise<Account> {
  try {
    const account = await work()
    await listener.conclude(
      linkedPage(
        account.displayName ? `${account.displayName}, ${account.username}` : account.username,
        account.kind,
      ),
    )
    return account
  } catch (error) {
    const message = error instanceof OdLinkError ? error.message : 'od-link met a fault of its own.'
    await listener.conclude(failedPage(message))
    throw error
  }
}

function report(account: Account, { graphOrigin }: Brought, json: boolean): void {
  if (json) {
    printJson({ event: 'linked', account: describe(account) })
    return
  }
  const details = [
    `${account.kind} account`,
    account.displayName,
    account.name && `short name ${account.name}`,
  ]
  print(styled('green', '✓'), ` Linked ${account.username} (${details.filter(Boolean).join(', ')}).`)
  if (!graphOrigin.startsWith('https:')) say(`This link works with ${graphOrigin} alone.`)
}

function checkName(name: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u.test(name)) return
  throw new OdLinkError('usage', `"${name}" cannot be a short name.`, {
    hint: 'Use letters, digits, - and _: --as work',
  })
}

function noAnswer(seconds: number): OdLinkError {
  return new OdLinkError('sign-in', `No answer came back from the browser within ${Math.round(seconds)} s.`, {
    hint: [
      "look at the browser: many of Microsoft's refusals stay there and never come back.",
      'AADSTS50011 there means that the registration lacks the redirect URI http://localhost;',
      'AADSTS700016 or "not enabled for consumers", that the client id or the account type is wrong;',
      'AADSTS50105 or 53003, that the administrator has to let you in. Then: od-link login',
    ].join('\n'),
  })
}
