import type { OdLinkError } from '../errors.ts'
import { startPatience } from '../http/retry.ts'
import { type LifetimeHints, taughtBy } from '../identity/lifetime-hints.ts'
import type { LinkRecord } from '../identity/link.ts'
import type { Account, End } from './account.ts'
import { changeAccount, listAccounts } from './index.ts'

/**
 * How long a link lives: what Microsoft's rules and its refusals say, and whether it has refused to renew this one.
 */

/** Times are in milliseconds since the epoch. */
export interface Lifetime {
  end: End | undefined
  /** When Microsoft ends a link that is not used until then, and after how many seconds. */
  unused: { until: number; seconds: number }
  signIn: SignInRule | undefined
}

/** By when the person has to sign in again, however often the link is renewed. */
export interface SignInRule {
  everySeconds: number
  by: number
  whose: 'organisation' | 'single-page application'
}

/** https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens#token-lifetime */
const idleSeconds = 90 * 86_400
/** An index that cannot be changed must not keep a command that has failed already. */
const markWithinMs = 3_000

/** What is known of a link's life without asking anyone. */
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
  // Renewed after it should have ended: the rule holds no more.
  if (lastRenewedAt > by) return undefined
  return { everySeconds, by, whose: taught.AADSTS70043 ? 'organisation' : 'single-page application' }
}

/**
 * Keeps with the account that Microsoft refused to renew this record, and what the refusal taught. Call it while
 * holding the link, so that no login comes in between. It never fails: the refusal is what the person has to hear.
 * @returns whether nobody had seen this link end before. An index that cannot be changed does not remember, and each
 *   process is the first then: told twice is better than never told.
 */
export async function markEnded(
  { id }: Account,
  { lastRenewedAt: renewedAt }: LinkRecord,
  refusal: OdLinkError,
): Promise<boolean> {
  try {
    const known = listAccounts().find((account) => account.id === id)
    if (known?.ended?.renewedAt === renewedAt) return false
    const ended: End = { at: Date.now(), code: refusal.code ?? null, reason: refusal.message, renewedAt }
    const taught = taughtBy(refusal)
    const change = (account: Account) => {
      account.ended = ended
      if (Object.keys(taught).length > 0) account.taught = { ...account.taught, ...taught }
    }
    await changeAccount(id, change, startPatience(markWithinMs))
  } catch {
    // Not remembered.
  }
  return true
}
