import type { Account } from '../../accounts/account.ts'
import { clientSecretFor } from '../../accounts/client-secret.ts'
import { accountFlag, defaultAccount, findAccount, listAccounts, readLink } from '../../accounts/index.ts'
import { addLink, checkShortName } from '../../accounts/links.ts'
import { openStore } from '../../accounts/stores/index.ts'
import { probeStore } from '../../accounts/stores/probe.ts'
import { OdLinkError } from '../../errors.ts'
import { includesScope, ownDriveScope } from '../../graph/scopes.ts'
import { findAuthority } from '../../identity/authority.ts'
import { notices } from '../../notices.ts'
import { type RegistrationRequest, readRegistration, type SignInConfig } from '../../registration/index.ts'
import { isForwarded, registeredUri } from '../../registration/redirect-uri.ts'
import { variable } from '../../settings/environment.ts'
import type { Attempt } from '../../signin/attempt.ts'
import { claimsNeedBrowser } from '../../signin/device-code.ts'
import { detectEnvironment } from '../../signin/environment.ts'
import { NoLoopback } from '../../signin/loopback.ts'
import { chooseMethod, type MethodName, methods } from '../../signin/methods.ts'
import { isSeen, print, printJson, styled, tell } from '../../terminal/index.ts'
import { commandText, hintOf } from '../../text/next-step.ts'
import { describe } from '../shared/account-json.ts'
import { reportAsJson, reportInWords, type SignInCommand } from './messages.ts'

/** A sign-in as it is asked for: by the options of `od-link login`, or by `od-link setup`. */
export interface LoginRequest extends RegistrationRequest {
  /** An existing link to sign in again, as a value of `--account`. What is not requested stays as it is. */
  account?: string | undefined
  /** A short name for the account. */
  name?: string | undefined
  /** The account to sign in, instead of choosing one in the browser. */
  loginHint?: string | undefined
  responseMode?: Attempt['responseMode'] | undefined
  device: boolean
  noBrowser: boolean
  /** What a person runs for another sign-in like this: `od-link login`, unless it is a part of another command. */
  command?: SignInCommand
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
export async function signInAndLink(asked: LoginRequest): Promise<void> {
  const { name, json } = asked
  if (name !== undefined) checkShortName(name)
  const existing = asked.account === undefined ? undefined : findAccount(asked.account)
  const request = existing ? { ...(await existingRequest(existing)), ...withoutUndefined(asked) } : asked
  if (existing?.claims !== undefined && request.device) throw claimsNeedBrowser()
  const config = await readRegistration(request)
  await probeStore(await openStore())
  const { loginOrigin, graphOrigin, registration, redirect } = config
  let grantedScope = ''
  const before = listAccounts()
  const attempt: Attempt = {
    config,
    authority: await findAuthority(loginOrigin, registration.tenant, registration.clientId),
    environment: detectEnvironment(),
    loginHint: request.loginHint,
    claims: existing?.claims,
    responseMode: request.responseMode ?? 'query',
    // A program in front of od-link has a terminal of its own to talk to the person.
    canPaste: !json && isSeen(),
    timeoutSeconds: request.timeoutSeconds,
    report: json
      ? reportAsJson
      : (happened) => reportInWords(happened, asked.command ?? ((flags) => ({ verb: 'login', flags }))),
    save: (record) => {
      grantedScope = record.grantedScope
      return addLink({ ...record, ...redirectFields(redirect), graphOrigin }, name)
    },
  }
  const account = await signIn(attempt, request)
  report(account, config, json)
  if (!json) sayWhichIsUsed(account, before)
  warnAboutOthers(account, existing, asked.loginHint)
  warnAboutScope(account, grantedScope)
  // For the person at the terminal, who will write a script next.
  if (json || !isSeen()) return
  tell(...(await (await import('../../doctor/cron.ts')).cronVerdict(account)))
  const isFirst = before.length === 0 && includesScope(grantedScope, ownDriveScope)
  // Another command says what follows on it.
  if (isFirst && !asked.command) tell('Next:', 'od-link mkdir /Hello')
}

/** Uses the method that fits; where no port can be had, the one that needs none. */
async function signIn(attempt: Attempt, { device, noBrowser, json }: LoginRequest): Promise<Account> {
  const { name, notice } = chooseMethod(attempt.environment, { device, noBrowser })
  const use = (method: MethodName, notice: string) => {
    if (!json) tell(notice)
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
  if (!graphOrigin.startsWith('https:')) tell(`This link only works with ${graphOrigin}.`)
}

/** With several accounts: which one commands use now, and that a short name has changed. */
function sayWhichIsUsed(account: Account, before: readonly Account[]): void {
  const earlier = before.find(({ id }) => id === account.id)?.name
  if (earlier !== undefined && earlier !== account.name)
    tell(`Its short name was ${earlier}; scripts that use ${earlier} no longer find it.`)
  const usual = defaultAccount()
  if (!usual || usual.id === account.id) return
  const toSwitch = commandText({ verb: 'use', args: [accountFlag(account)] })
  tell(`Commands still use ${usual.username}. To switch:`, toSwitch)
}

function withoutUndefined<T extends object>(request: T): T {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)) as T
}

/** What the link has besides the defaults, so that a later sign-in of it uses the same. */
function redirectFields(redirect: SignInConfig['redirect']) {
  const { host, port } = redirect.listen
  return {
    redirectUri: registeredUri(redirect),
    ...(isForwarded(redirect) ? { listen: `${host.includes(':') ? `[${host}]` : host}:${port}` } : {}),
  }
}

/** A sign-in of an existing link, as it was made. If its record is gone or damaged, only the person is known. */
async function existingRequest(account: Account): Promise<Partial<LoginRequest>> {
  const person = { loginHint: account.username }
  const record = await readLink(account).catch((error: unknown) => {
    const isGone = error instanceof OdLinkError && ['tokens-gone', 'record-damaged'].includes(error.reason)
    if (isGone) return undefined
    throw error
  })
  if (!record) return person
  const { clientId, tenant, clientSecret } = record.registration
  const kept = clientSecret === undefined ? null : await newestSecret(clientId, clientSecret)
  return {
    ...person,
    ...{ clientId, tenant, clientSecret: kept, scope: record.scope },
    origins: { login: new URL(record.tokenEndpoint).origin, graph: record.graphOrigin },
    ...(record.redirectUri === undefined ? {} : { redirectUri: record.redirectUri }),
    ...(record.listen === undefined ? {} : { listen: record.listen }),
  }
}

/** The saved secret of an app may be newer than the copy in a link. */
async function newestSecret(clientId: string, copy: string): Promise<string> {
  return variable('OD_LINK_CLIENT_SECRET') || (await clientSecretFor(clientId)) || copy
}

/** Another person than the one who was asked for: a link of its own, and no surprise later. */
function warnAboutOthers(
  account: Account,
  existing: Account | undefined,
  loginHint: string | undefined,
): void {
  if (existing && existing.id !== account.id) {
    const names = `${account.username}, not ${existing.username}`
    notices.warning(
      `You signed in as ${names}. Both are linked now; the link of ${existing.username} has not changed.`,
    )
  } else if (loginHint && loginHint.toLowerCase() !== account.username.toLowerCase() && !existing) {
    notices.warning(`You asked for ${loginHint}, but signed in as ${account.username}.`)
  }
}

/** The person is still in front of the browser. */
function warnAboutScope(account: Account, grantedScope: string): void {
  if (includesScope(grantedScope, ownDriveScope)) return
  const next = {
    verb: 'login',
    flags: { account: accountFlag(account), scope: `User.Read ${ownDriveScope}` },
  }
  notices.warning(
    `The granted scope (${grantedScope || 'none'}) does not allow creating folders. To sign in again with one that does: ${hintOf([next])}`,
  )
}
