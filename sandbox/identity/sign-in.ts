import { IdentityError } from '../state/identity-error.ts'
import { refusals } from '../state/identity-refusals.ts'
import type { NextSignIn } from '../state/next-sign-in.ts'
import { admits } from '../state/tenants.ts'
import type { Account, AccountKind } from '../state/users.ts'
import type { World } from '../state/world.ts'
import { mayUse } from './audience.ts'
import type { AuthorizationRequest } from './authorization-request.ts'

/** The outcome of a sign-in. */
export type Decision = { account: Account } | { page: IdentityError } | { fields: Map<string, string> }

const prompts = ['login', 'none', 'consent', 'select_account', 'create', 'no_session', 'admin_consent']

/** @throws IdentityError 90023 for a `prompt` that does not exist. */
export function checkPrompt(prompt: string | undefined): void {
  if (prompt !== undefined && !prompts.includes(prompt)) throw refusals.invalidParameter('prompt')
}

/** Decides for the person: accepts, unless the control API says otherwise. */
export function decide(world: World, request: AuthorizationRequest): Decision {
  const { parameters, tenant, registration } = request
  const prompt = parameters.get('prompt')
  // There are no sessions in automatic mode, so no one can be signed in silently.
  if (prompt === 'none') throw refusals.loginRequired()
  const wanted = world.nextSignIn
  delete world.nextSignIn
  if (wanted?.page) return { page: stop(wanted.page, registration.name) }
  if (wanted?.error) return refusalOf({ ...wanted, error: wanted.error })
  const account = choose(world, request, wanted?.username)
  if (!account) return { page: refusals.userUnknown(wanted?.username ?? tenant.segment) }
  if (!admits(tenant, account)) return { page: refusals.userOutsideTenant(account.username, tenant.segment) }
  if (!mayUse(registration, account)) return { page: refusals.notForAudience() }
  return { account }
}

/** Chooses by name, then `login_hint`, `domain_hint`, tenant; otherwise the first account. */
function choose(
  world: World,
  { parameters, tenant }: AuthorizationRequest,
  username?: string,
): Account | undefined {
  if (username !== undefined) return world.account(username)
  const hinted = world.account(parameters.get('login_hint') ?? '')
  if (hinted) return hinted
  const kinds: Record<string, AccountKind> = { consumers: 'personal', organizations: 'work' }
  const kind = kinds[parameters.get('domain_hint') ?? '']
  const admitted = world.accounts.filter((account) => admits(tenant, account))
  return admitted.find((account) => account.kind === kind) ?? admitted[0] ?? world.accounts[0]
}

/**
 * The error exactly as the control API set it: Microsoft sends no description when the person cancels.
 * Source: tests of MSAL.NET and MSAL Android.
 */
function refusalOf({ error, error_subcode, error_description }: NextSignIn & { error: string }): Decision {
  const fields = new Map([['error', error]])
  if (error_subcode !== undefined) fields.set('error_subcode', error_subcode)
  if (error_description !== undefined) fields.set('error_description', error_description)
  return { fields }
}

function stop(page: string, application: string): IdentityError {
  const code = Number(page.replace(/^AADSTS/, ''))
  return new IdentityError(
    code,
    'access_denied',
    `The sign-in to the application '${application}' was refused.`,
  )
}
