import type { Account } from '../../accounts/account.ts'
import { accessToken } from '../../accounts/token.ts'
import { OdLinkError } from '../../errors.ts'
import { startPatience } from '../../http/retry.ts'
import type { LinkRecord } from '../../identity/link.ts'

/** The token of a long run: one for all batches in progress, renewed while they go on. */
export interface Tokens {
  /** The link to send with. @throws OdLinkError (sign-in) when there is none. */
  current: () => Promise<LinkRecord>
  /** Graph refused this token: renews it once for all batches that were refused with it. */
  renew: (refused: LinkRecord, claims: string | undefined) => Promise<void>
  /** Whether this token was issued after a refusal and has never been accepted. */
  isSecond: (link: LinkRecord) => boolean
  /** Graph accepted this token. */
  accepted: (link: LinkRecord) => void
}

/** A token is renewed when this part of its lifetime is left: 5 minutes of an hour. */
const lastPart = 1 / 12
/** While the sign-in service is unavailable, it is asked again after this time, not with every batch. */
const betweenTriesMs = 30_000

/** @param maxWaitMs how long one renewal may take. */
export function openTokens(account: Account, maxWaitMs: number): Tokens {
  let link: LinkRecord | undefined
  let renewing: Promise<LinkRecord> | undefined
  /** The renewal after a refusal; the refused token is not sent meanwhile. */
  let replacing: Promise<LinkRecord> | undefined
  let second: LinkRecord | undefined
  let nextTryAt = 0
  const fetch = (refused?: LinkRecord, claims?: string) => {
    const patience = startPatience(maxWaitMs)
    const options = refused ? { refused: refused.accessToken, claims, patience } : { patience }
    renewing ??= accessToken(account, options)
      .then((renewed) => {
        link = renewed
        return renewed
      })
      .finally(() => {
        renewing = undefined
      })
    return renewing
  }
  return {
    async current() {
      if (replacing) return replacing
      if (!link || link.expiresAt <= Date.now()) return fetch()
      if (isExpiringSoon(link) && Date.now() > nextTryAt) {
        nextTryAt = Date.now() + betweenTriesMs
        // The old one is used until the new one is available; the next refusal shows if the link has ended.
        fetch().catch(ignoreOwn)
      }
      return link
    },
    async renew(refused, claims) {
      // Another batch was refused with the same token, and has renewed it.
      if (link?.accessToken !== refused.accessToken) return
      await renewing?.catch(ignoreOwn)
      if (link.accessToken !== refused.accessToken) return
      replacing ??= fetch(refused, claims).finally(() => {
        replacing = undefined
      })
      second = await replacing
    },
    isSecond: ({ accessToken }) => second?.accessToken === accessToken,
    accepted({ accessToken }) {
      if (second?.accessToken === accessToken) second = undefined
    },
  }
}

function isExpiringSoon({ expiresAt, lastRenewedAt }: LinkRecord): boolean {
  return expiresAt - Date.now() < (expiresAt - lastRenewedAt) * lastPart
}

/** An OdLinkError will be thrown again to somebody who waits for the renewal. */
function ignoreOwn(error: unknown): void {
  if (!(error instanceof OdLinkError)) throw error
}
