import { accountFlag } from '../../accounts/index.ts'
import { OdLinkError } from '../../errors.ts'
import type { NextStep } from '../../text/next-step.ts'
import type { GraphAnswer } from '../answer.ts'
import { means, redeemFirst } from '../error-codes.ts'
import { graphFailure, plainWords, traceOf } from '../errors.ts'
import { includesScope, otherDrivesScope, sitesScope } from '../scopes.ts'

/** How /shares says that it does not know an address, or that the person may not open it. Anything else is about the drive. */
const unknown = [
  'forbidden',
  'notFound',
  'request',
  'tokenRefused',
  'notSupported',
  'unopened',
  'name',
] as const

/**
 * Nothing opens this address: neither /shares nor, where the scope allows, its site.
 * @param isLink whether it is a sharing link, which no site knows.
 */
export function cannotOpen(text: string, answer: GraphAnswer, isLink: boolean): OdLinkError {
  if (!means(answer, ...unknown)) return graphFailure(answer, `Opening "${text}"`)
  const isMissing = answer.status === 404
  const words = plainWords(answer)
  const message = `This account cannot open "${text}"${words ? `: ${words}` : '.'}`
  return new OdLinkError(isMissing ? 'not-found' : 'not-allowed', message, {
    reason: isMissing ? 'no-such-item' : 'access-denied',
    next: [
      ...redeemFirst(answer),
      'Check that a browser opens it with this account. Then use Share and Copy link there.',
      ...(isLink ? [] : withSites(answer)),
    ],
    ...traceOf(answer),
  })
}

/** A site's own address, and some others, can only be looked up with another scope. Personal accounts have no sites. */
function withSites({ asked: { caller } }: GraphAnswer): NextStep[] {
  if (!caller || caller.account.kind === 'personal' || includesScope(caller.grantedScope, sitesScope))
    return []
  const flags = { account: accountFlag(caller.account), scope: `User.Read ${otherDrivesScope} ${sitesScope}` }
  return [{ intro: 'Or let od-link look it up by its site:', verb: 'login', flags }]
}

/** A work account gets a 401 for it, as for a token that has expired. */
export function isPersonal(text: string): OdLinkError {
  const message = `"${text}" is in a personal OneDrive, which a work account cannot open. Nothing was sent.`
  return new OdLinkError('not-allowed', message, {
    reason: 'access-denied',
    next: [
      {
        intro: 'To link a personal account:',
        verb: 'login',
        flags: { account: undefined, tenant: 'consumers' },
      },
    ],
  })
}
