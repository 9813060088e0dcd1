import type { Account } from '../../accounts/account.ts'
import { addLink } from '../../accounts/links.ts'
import { openStore } from '../../accounts/stores/index.ts'
import { probeStore } from '../../accounts/stores/probe.ts'
import { OdLinkError } from '../../errors.ts'
import { findAuthority } from '../../identity/authority.ts'
import { type RegistrationRequest, readRegistration, type SignInConfig } from '../../registration/index.ts'
import type { Attempt } from '../../signin/attempt.ts'
import { detectEnvironment } from '../../signin/environment.ts'
import { NoLoopback } from '../../signin/loopback.ts'
import { chooseMethod, type MethodName, methods } from '../../signin/methods.ts'
import { isSeen, print, printJson, say, styled } from '../../terminal/index.ts'
import { describe } from '../shared/account-json.ts'
import { reportAsJson, reportInWords } from './messages.ts'

/** A sign-in as it is asked for: by the options of `od-link login`, or by `od-link setup`. */
export interface LoginRequest extends RegistrationRequest {
  /** A short name for the account. */
  name?: string | undefined
  /** The account to sign in, instead of choosing one in the browser. */
  loginHint?: string | undefined
  responseMode?: Attempt['responseMode'] | undefined
  device: boolean
  noBrowser: boolean
  /** How long the person may take; each method has its own default. */
  timeoutSeconds?: number | undefined
  json: boolean
}

/**
 * Signs a person in and saves the link:
 * 1. the registration is checked, then the store, before anyone is sent anywhere;
 * 2. the authority is looked up;
 * 3. the method that fits here is used: the browser, a URL to open elsewhere, or a device code;
 * 4. the link is saved and read back; only then the browser shows success;
 * 5. the terminal shows who is linked.
 */
export async function signInAndLink(request: LoginRequest): Promise<void> {
  const { name, json } = request
  if (name !== undefined) checkName(name)
  const config = await readRegistration(request)
  await probeStore(await openStore())
  const { loginOrigin, graphOrigin, registration } = config
  const attempt: Attempt = {
    config,
    authority: await findAuthority(loginOrigin, registration.tenant, registration.clientId),
    environment: detectEnvironment(),
    loginHint: request.loginHint,
    responseMode: request.responseMode ?? 'query',
    // A program in front of od-link has a terminal of its own to talk to the person.
    canPaste: !json && isSeen(),
    timeoutSeconds: request.timeoutSeconds,
    report: json ? reportAsJson : reportInWords,
    save: (record) => addLink({ ...record, graphOrigin }, name),
  }
  const account = await signIn(attempt, request)
  report(account, config, json)
  // For the person at the terminal, who will write a script next.
  if (!json && isSeen()) say(await (await import('../../doctor/cron.ts')).cronVerdict(account))
}

/** Uses the method that fits; where no port can be had, the one that needs none. */
async function signIn(attempt: Attempt, { device, noBrowser, json }: LoginRequest): Promise<Account> {
  const { name, notice } = chooseMethod(attempt.environment, { device, noBrowser })
  const use = (method: MethodName, notice: string) => {
    if (!json) say(notice)
    return methods[method].signIn(attempt)
  }
  try {
    return await use(name, notice)
  } catch (error) {
    if (!(error instanceof NoLoopback)) throw error
    return use('device-code', `No local port is available (${error.message}). Signing in with a device code.`)
  }
}

function report(account: Account, { graphOrigin }: SignInConfig, json: boolean): void {
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
  if (!graphOrigin.startsWith('https:')) say(`This link only works with ${graphOrigin}.`)
}

function checkName(name: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u.test(name)) return
  throw new OdLinkError('usage', `"${name}" cannot be a short name.`, {
    reason: 'invalid-value',
    next: ['Use letters, digits, - and _: --as work'],
  })
}
