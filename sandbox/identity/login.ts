import { mayBeFromOwnPage, readForm, readPostedForm } from '../server/forms.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { clientRefusals } from '../state/client-refusals.ts'
import { IdentityError } from '../state/identity-error.ts'
import { refusals } from '../state/identity-refusals.ts'
import { admits } from '../state/tenants.ts'
import type { Account } from '../state/users.ts'
import { type Visit, withVisit } from '../state/visits.ts'
import type { World } from '../state/world.ts'
import { mayUse } from './audience.ts'
import { staleSignInPage } from './pages.ts'
import { scopesFor } from './scopes.ts'
import { confirmPage, consentPage, namePage, pickPage, welcomePage } from './sign-in-pages.ts'

/**
 * `/{tenant}/login`: the target of the forms on the sign-in pages. A GET shows the result of each POST, so
 * that Back and Reload send nothing twice.
 */
export function login(world: World, incoming: Incoming): Reply {
  const read = incoming.method === 'GET'
  const form = read ? readForm(incoming.query) : readPostedForm(incoming)
  if (!read && (incoming.method !== 'POST' || !isOwnForm(world, incoming))) return { status: 405 }
  const visit = world.visits.find(world, incoming, form.get('visit') ?? '')
  if (!visit) return staleSignInPage()
  if (read) return proceed(world, incoming, visit)
  if (form.get('action') === 'cancel')
    return leave(world, incoming, visit, visit.refuse(incoming, visit.account))
  const before = visit.account
  const refusal = takeStep(world, visit, form)
  if (refusal) return leave(world, incoming, visit, visit.fail(incoming, refusal))
  const reply = proceed(world, incoming, visit)
  const next = world.visits.has(visit) ? seeOther(visit) : reply
  return visit.account && visit.account !== before
    ? world.sessions.signIn(world, incoming, visit.account)(next)
    : next
}

/**
 * Applies the person's choice. @returns an error that ends the visit; a wrong name only shows the form again.
 */
function takeStep(world: World, visit: Visit, form: Map<string, string>): IdentityError | undefined {
  const action = form.get('action')
  const name = form.get('account') ?? form.get('username')?.trim()
  delete visit.naming
  if (action === 'pick') delete visit.expected
  else if (action === 'another') visit.naming = { typed: '' }
  else if (action === 'accept' && visit.account) visit.agreed = true
  else if (action === 'confirm' && visit.account) visit.confirmed = true
  else if (name !== undefined) {
    const account = world.account(name)
    const problem = account ? problemWith(visit, account) : unknown
    if (problem instanceof IdentityError) return problem
    if (problem !== undefined || !account) visit.naming = { typed: name, problem }
    else {
      visit.account = account
      delete visit.agreed
      delete visit.confirmed
    }
  }
  return undefined
}

/** The next page of a visit, or its end. */
export function proceed(world: World, incoming: Incoming, visit: Visit): Reply {
  const { account, registration, naming } = visit
  if (naming) return namePage(visit, naming.typed, naming.problem)
  if (!account) {
    if (visit.expected) return welcomePage(visit, visit.expected)
    const signedIn = world.sessions.of(world, incoming)
    return visit.accounts.length > 0 ? pickPage(visit, signedIn) : namePage(visit, visit.unknownHint)
  }
  try {
    const scopes = scopesFor(world, account, registration, visit.scopes)
    if (!visit.agreed && (visit.consentAgain || !agreedTo(world, visit, scopes)))
      return consentPage(visit, account, scopes)
    if (visit.confirmApplication && !visit.confirmed) return confirmPage(visit, account)
    world.grants.consent(account, registration, scopes)
    incoming.entry.username = account.username
    return leave(world, incoming, visit, visit.accept(incoming, account))
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error
    return leave(world, incoming, visit, visit.fail(incoming, error))
  }
}

/** Whether a form may have come from one of the sandbox's own pages, at the origin that it was sent to. */
export function isOwnForm({ addresses }: World, incoming: Incoming): boolean {
  return mayBeFromOwnPage(incoming, addresses.at(incoming.headers.host ?? ''))
}

/** Redirects to the current page of a visit. */
export function seeOther({ id, tenant }: Visit): Reply {
  const location = `/${encodeURIComponent(tenant.segment)}/login?visit=${id}`
  return { status: 303, headers: { location, 'cache-control': 'no-store' } }
}

/** Whether the person has consented to all these scopes before; consent lasts per user and application. */
export function agreedTo(
  world: World,
  { account, registration }: Pick<Visit, 'account' | 'registration'>,
  scopes: Iterable<string>,
): boolean {
  const consented = account ? world.grants.consented(account, registration) : new Set()
  return [...scopes].every((scope) => consented.has(scope))
}

function leave(world: World, incoming: Incoming, visit: Visit, reply: Reply): Reply {
  world.visits.end(visit)
  return withVisit(world, incoming, reply, visit, true)
}

const unknown = 'This username may be incorrect. Make sure that you typed it correctly.'

/**
 * Why an account cannot sign in here: a message on the form for another try, or an error that ends the visit.
 */
function problemWith(
  { tenant, registration, confirmApplication }: Visit,
  account: Account,
): string | IdentityError | undefined {
  if (!tenant.kinds.includes(account.kind)) {
    return account.kind === 'personal'
      ? 'You can’t sign in here with a personal account. Use your work or school account instead.'
      : 'That Microsoft account doesn’t exist. Enter a different account.'
  }
  if (!admits(tenant, account)) return refusals.userOutsideTenant(account.username, tenant.segment)
  if (!mayUse(registration, account))
    return confirmApplication ? clientRefusals.notForPersonal(registration) : refusals.notForAudience()
  return undefined
}

/** Whether an account could complete this visit. */
export function mayVisit(visit: Pick<Visit, 'tenant' | 'registration'>, account: Account): boolean {
  return admits(visit.tenant, account) && mayUse(visit.registration, account)
}
