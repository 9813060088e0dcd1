/*
 * How long a link is valid: what Microsoft's documentation and its refusals say, and whether it refused to renew this one.
 */

import type { OdLinkError } from '../errors.ts'
import { startPatience } from '../http/retry.ts'
import { type LifetimeHints, taughtBy } from '../identity/lifetime-hints.ts'
import type { LinkRecord } from '../identity/link.ts'
import type { Account, End } from './account.ts'
import { changeAccount, listAccounts } from './index.ts'

/** When a link expires. Times are in milliseconds since the epoch. */
export interface Lifetime {
  end: End | undefined
  /** When Microsoft ends the link if it is not used until then, and after how many seconds. */
  unused: { until: number; seconds: number }
  signIn: SignInRule | undefined
}

/** When the person has to sign in again, no matter how often the link is renewed. */
export interface SignInRule {
  everySeconds: number
  by: number
  whose: 'organisation' | 'single-page application'
}

/** https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens#token-lifetime */
const idleSeconds = 90 * 86_400
/** A command that has already failed must not wait long for the lock of the index. */
const markWithinMs = 3_000

/** What is known about a link's lifetime without asking Microsoft. */
export function lifetimeOf({ ended, taught = {} }: Account, record: LinkRecord): Lifetime {
  const seconds = taught.AADSTS700082 ?? idleSeconds
  return {
    end: ended?.renewedAt === record.lastRenewedAt ? ended : undefined,
    unused: { until: record.lastRenewedAt + seconds * 1000, seconds },
    signIn: signInRule(taught, record),
  }
}

function signInRule(taught: LifetimeHints, { linkedAt, lastRenewedAt }: LinkRecord): SignInRule | undefined {
  const everySeconds = taught.AADSTS70043 ?? taught.AADSTS700084
  if (everySeconds === undefined) return undefined
  const by = linkedAt + everySeconds * 1000
  // It was renewed after it should have expired, so the rule no longer applies.
  if (lastRenewedAt > by) return undefined
  return { everySeconds, by, whose: taught.AADSTS70043 ? 'organisation' : 'single-page application' }
}

/**
 * Saves with the account that Microsoft refused to renew this record, and what the refusal said about lifetimes. Call it
 * while holding the link's lock, so that no login happens in between. It never fails, because the person has to see the
 * refusal.
 * @param claims what the next sign-in must prove.
 * @returns whether this process is the first to see this end, for this cause. If the index cannot be changed, every process is the first:
 *   the person's command rather runs twice than never.
 */
export async function markEnded(
  { id }: Account,
  { lastRenewedAt: renewedAt }: LinkRecord,
  refusal: OdLinkError,
  claims?: string,
): Promise<boolean> {
  try {
    const known = listAccounts().find((account) => account.id === id)
    const code = refusal.code ?? null
    if (known?.ended?.renewedAt === renewedAt && known.ended.code === code) return false
    const ended: End = { at: Date.now(), code, reason: refusal.message, renewedAt }
    const taught = taughtBy(refusal)
    const change = (account: Account) => {
      account.ended = ended
      if (claims !== undefined) account.claims = claims
      if (Object.keys(taught).length > 0) account.taught = { ...account.taught, ...taught }
    }
    await changeAccount(id, change, startPatience(markWithinMs))
  } catch {
    // It could not be saved.
  }
  return true
}

/**
 * Saves what the next sign-in of a link must prove: Graph refused even a renewed token, and named the claims. It never fails,
 * because the person has to see the refusal.
 */
export async function keepClaims({ id }: Account, claims: string): Promise<void> {
  const change = (account: Account) => {
    account.claims = claims
  }
  await changeAccount(id, change, startPatience(markWithinMs)).catch(() => {})
}
