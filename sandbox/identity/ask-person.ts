import type { Incoming, Reply } from '../server/messages.ts'
import { clientRefusals } from '../state/client-refusals.ts'
import { refusals } from '../state/identity-refusals.ts'
import { admits } from '../state/tenants.ts'
import type { Account, AccountKind } from '../state/users.ts'
import { withVisit } from '../state/visits.ts'
import type { World } from '../state/world.ts'
import type { CheckedRequest } from './authorization-request.ts'
import { issueCode } from './issue-code.ts'
import { agreedTo, mayVisit, proceed } from './login.ts'
import { errorPage } from './pages.ts'
import { answerByRedirect, errorFields, sourceOf } from './response-modes.ts'
import { scopesFor } from './scopes.ts'

/** Errors that are shown on a page and never reach the client. */
const stopHere = [50020, 90130, undefined]

/**
 * Shows the sign-in pages that are still needed, given `prompt`, the browser's sessions and earlier
 * consent. Source: entra-docs, identity-platform/v2-protocols-oidc.
 * @throws IdentityError when no page may be shown (`prompt=none`)
 */
export function askPerson(world: World, incoming: Incoming, request: CheckedRequest): Reply {
  const { parameters, tenant, registration, scopes } = request
  const prompt = parameters.get('prompt')
  const hint = parameters.get('login_hint') || undefined
  const hinted = world.account(hint ?? '')
  const sessions = world.sessions.of(world, incoming).filter((account) => mayVisit(request, account))
  const known = sessions.filter((account) =>
    hint === undefined ? isMeant(request, account) : account === hinted,
  )
  if (prompt === 'none') return answerSilently(world, incoming, request, known)

  const accounts = world.accounts.filter((account) => admits(tenant, account) && isMeant(request, account))
  const visit = world.visits.begin(
    {
      tenant,
      registration,
      scopes,
      accounts,
      ...(hinted && mayVisit(request, hinted) && prompt !== 'select_account' ? { expected: hinted } : {}),
      ...(hint !== undefined && !hinted ? { unknownHint: hint } : {}),
      consentAgain: prompt === 'consent',
      returnsTo: sourceOf(request.redirectUri),
      accept: (now, account) => issueCode(world, now, request, account),
      refuse: (_, account) => answerByRedirect(request, leftFields(account)),
      fail: (now, error) =>
        stopHere.includes(error.code)
          ? errorPage(world, now, error, 200)
          : answerByRedirect(request, errorFields(error, now, world)),
    },
    world.now(),
  )
  const signsInAnew = prompt === 'login' || prompt === 'select_account' || prompt === 'create'
  if (!signsInAnew && known.length === 1 && known[0]) visit.account = known[0]
  const reply = proceed(world, incoming, visit)
  return world.visits.has(visit) ? withVisit(world, incoming, reply, visit) : reply
}

/** Whether an account is of the kind that `domain_hint` names. */
function isMeant({ parameters }: CheckedRequest, account: Account): boolean {
  const kinds: Record<string, AccountKind> = { consumers: 'personal', organizations: 'work' }
  const kind = kinds[parameters.get('domain_hint') ?? '']
  return kind === undefined || account.kind === kind
}

function answerSilently(world: World, incoming: Incoming, request: CheckedRequest, known: Account[]): Reply {
  const [account, another] = known
  if (!account) throw refusals.loginRequired()
  if (another) throw clientRefusals.severalSessions()
  const { registration } = request
  if (!agreedTo(world, { account, registration }, scopesFor(world, account, registration, request.scopes)))
    throw clientRefusals.consentMissingSilently(registration)
  return issueCode(world, incoming, request, account)
}

/**
 * When the person cancels, a work account sends no description, a personal account its own sentence.
 * Sources: tests of MSAL.NET and MSAL Android; HTBox/allReady#521.
 */
function leftFields(account?: Account): Map<string, string> {
  return account?.kind === 'personal'
    ? new Map([
        ['error', 'access_denied'],
        ['error_description', 'The user has denied access to the scope requested by the client application.'],
      ])
    : new Map([
        ['error', 'access_denied'],
        ['error_subcode', 'cancel'],
      ])
}
