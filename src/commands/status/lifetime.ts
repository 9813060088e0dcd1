import type { Account } from '../../accounts/account.ts'
import { type Lifetime, lifetimeOf, type SignInRule } from '../../accounts/lifetime.ts'
import type { LinkRecord } from '../../identity/link.ts'
import { isoTime, longDuration } from '../../text/format.ts'

/** A row of `od-link status`: what it is about, and a text. */
export type Row = [what: string, text: string]

/** How long a link lives, as far as this machine knows; what has not been seen is told as a rule. */
export function lifetimeInWords(account: Account, record: LinkRecord): Row[] {
  const { end, unused, signIn } = lifetimeOf(account, record)
  if (end) return [tokenRow(record, false), ['ended', `${isoTime(end.at)}: ${end.reason}`]]
  const rows = [tokenRow(record, true)]
  // Where a sign-in is wanted sooner, no link lives as long as an unused one may.
  if (!signIn || unused.until < signIn.by) rows.push(unusedRow(unused))
  if (signIn) rows.push(signInRow(signIn))
  return rows
}

function tokenRow({ expiresAt }: LinkRecord, renewable: boolean): Row {
  const minutes = Math.floor((expiresAt - Date.now()) / 60_000)
  if (minutes > 0) return ['token', `good until ${isoTime(expiresAt)} (${minutes} min)`]
  return ['token', `ended ${isoTime(expiresAt)}${renewable ? '; the next command renews it' : ''}`]
}

function unusedRow({ until, seconds }: Lifetime['unused']): Row {
  const rule = `${day(until)} (${longDuration(seconds)} after the last renewal)`
  if (until > Date.now()) return ['if unused', `ends on ${rule}`]
  return ['unused', `should have ended on ${rule}; to know: od-link status --check`]
}

function signInRow({ everySeconds, by, whose }: SignInRule): Row {
  const rule = `every ${longDuration(everySeconds).replace(/^1 /, '')} (${ruleOf[whose]})`
  return ['sign in', `${rule}, ${by > Date.now() ? 'next by' : 'due since'} ${isoTime(by)}`]
}

const ruleOf = {
  organisation: "the organisation's rule",
  'single-page application': "Microsoft's rule for single-page applications",
} as const satisfies Record<SignInRule['whose'], string>

function day(milliseconds: number): string {
  return isoTime(milliseconds).slice(0, 10)
}
