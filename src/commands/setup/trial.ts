import { setTimeout as sleep } from 'node:timers/promises'
import { hasClientSecret } from '../../accounts/client-secret.ts'
import { OdLinkError } from '../../errors.ts'
import { findAuthority } from '../../identity/authority.ts'
import { checkRegistration } from '../../identity/check-registration.ts'
import { notices } from '../../notices.ts'
import { cloudInUse } from '../../registration/cloud.ts'
import { type OwnRegistration, ownSettings, settingsOf } from '../../registration/saved.ts'
import { say } from '../../terminal/index.ts'
import type { NextCommand, NextRun, NextStep } from '../../text/next-step.ts'
import type { LoginRequest } from '../login/sign-in.ts'

/** How to sign in for the test. */
export type TrialOptions = Pick<LoginRequest, 'device' | 'noBrowser' | 'timeoutSeconds' | 'json'>

/**
 * Tests a registration before it is saved: Microsoft is asked whether it knows it, then a login uses exactly that
 * registration. The next steps of its error are commands to set up again.
 * @param isNew created a moment ago: Microsoft is asked again until its servers know it.
 */
export async function tryOut(
  registration: OwnRegistration,
  options: TrialOptions,
  isNew = false,
): Promise<void> {
  try {
    await refuseForeignSecret(registration)
    await untilKnown(isNew, () => askMicrosoft(registration))
    if (!options.json) {
      say()
      say("Let's test it with a sign-in. Nothing is saved until it works.")
    }
    await login(registration, options)
  } catch (error) {
    throw error instanceof OdLinkError ? nothingSaved(error, registration) : error
  }
}

/** A secret that was saved for this app before would be sent, and Microsoft refuses a public client that sends one. */
export async function refuseForeignSecret({ kind, clientId }: OwnRegistration): Promise<void> {
  if (kind === 'web' || !(await hasClientSecret(clientId))) return
  throw new OdLinkError('usage', 'A client secret is saved for this app, but a public client has none.', {
    reason: 'client-secret',
    next: [{ verb: 'config', args: ['unset', 'client-secret'] }],
  })
}

/** It takes some seconds until all of Microsoft's servers know a new app. */
async function untilKnown(isNew: boolean, ask: () => Promise<void>): Promise<void> {
  for (let left = isNew ? mostAttempts : 1; ; left -= 1) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof OdLinkError && error.code === unknownApp) || left <= 1) throw error
      notices.waiting('Microsoft does not know this client ID yet. A new app takes a few seconds…')
      await sleep(pauseMs)
    }
  }
}

const mostAttempts = 4
const pauseMs = 5_000

/** Microsoft does not know the client ID in this tenant. */
export const unknownApp = 'AADSTS700016'

async function askMicrosoft({ clientId, tenant, cloud, redirectUri, scope }: OwnRegistration): Promise<void> {
  const { login: loginOrigin } = cloudInUse(cloud)
  const authority = await findAuthority(loginOrigin, tenant, clientId)
  const context = { loginOrigin, tenant, clientId, scope: `openid ${scope}`, redirectUri }
  await checkRegistration(authority, { clientId, tenant }, context)
}

async function login(registration: OwnRegistration, options: TrialOptions): Promise<void> {
  const { clientId, tenant, cloud, redirectUri, scope, secret } = registration
  const { listen } = settingsOf(registration)
  const { signInAndLink } = await import('../login/sign-in.ts')
  await signInAndLink({
    ...{ clientId, tenant, cloud, redirectUri, listen, scope, clientSecret: secret ?? null },
    // Nothing is saved yet that a login could use.
    command: (flags) => setup(registration, flags),
    ...options,
  })
}

/** The same error; but since nothing is saved, a login or a change of the settings is a set-up now. */
function nothingSaved(error: OdLinkError, registration: OwnRegistration): OdLinkError {
  const next = error.next.map((step) => (typeof step === 'string' ? step : asSetup(step, registration)))
  const isThere = (step: NextStep) => typeof step !== 'string' && [step, step.and].some(isSetup)
  const again: NextStep[] = next.some(isThere)
    ? []
    : [{ intro: 'Then:', ...setup(registration), again: true }]
  return error.with({ message: `${error.message} Nothing was saved.`, next: [...next, ...again] })
}

function isSetup(command: NextCommand | undefined): boolean {
  return command?.verb === 'setup'
}

/** What sets this registration up with the change that a step would make. */
function asSetup(step: NextRun, registration: OwnRegistration): NextRun {
  const { intro, verb, args, flags, and, again } = step
  const words = intro === undefined ? {} : { intro }
  if (verb === 'login')
    return { ...words, ...setup(registration, flags), ...(again || !flags ? { again: true } : {}) }
  // Set and unset the client secret, which a sign-in follows.
  if (verb === 'config' && and?.verb === 'login') {
    const sets = args?.[0] === 'set'
    return {
      ...words,
      ...setup(registration, { kind: sets ? 'web' : 'public' }),
      ...(sets ? { again: true } : {}),
    }
  }
  return step
}

/** What to type for this registration, with some flags instead; a secret is asked for. */
function setup(registration: OwnRegistration, instead: NextCommand['flags'] = {}): NextCommand {
  const kind = registration.kind === 'web' ? 'web' : undefined
  return { verb: 'setup', flags: { ...ownSettings(registration), kind, ...instead } }
}
