import type { Account } from '../../accounts/account.ts'
import { type Lifetime, lifetimeOf, type SignInRule } from '../../accounts/lifetime.ts'
import type { LinkRecord } from '../../identity/link.ts'
import { localTime, longDuration } from '../../text/format.ts'
import { cureOf } from '../shared/account-json.ts'

/** A row of `od-link status`: a label and a text. */
export type Row = [what: string, text: string]

/** How long a link is valid, as far as this machine knows; what it has not seen is shown as a rule. */
export function lifetimeInWords(account: Account, record: LinkRecord): Row[] {
  const { end, unused, signIn } = lifetimeOf(account, record)
  if (end)
    return [
      ['ended', `${localTime(end.at)}: ${end.reason}`],
      ['next', cureOf(account)],
    ]
  const rows = [tokenRow(record)]
  // When a sign-in is required sooner, an unused link does not last as long as its rule says.
  if (!signIn || unused.until < signIn.by) rows.push(unusedRow(unused))
  if (signIn) rows.push(signInRow(signIn))
  return rows
}

function tokenRow({ expiresAt }: LinkRecord): Row {
  const minutes = Math.floor((expiresAt - Date.now()) / 60_000)
  const when = localTime(expiresAt)
  if (minutes > 0) return ['token', `valid until ${when} (${longDuration(minutes * 60)} left)`]
  return ['token', `expired ${when}; the next command renews it`]
}

function unusedRow({ until, seconds }: Lifetime['unused']): Row {
  const rule = `${day(until)} (${longDuration(seconds)} after the last renewal)`
  if (until > Date.now()) return ['if unused', `expires on ${rule}`]
  return ['unused', `should have expired on ${rule}; to check: od-link status --check`]
}

function signInRow({ everySeconds, by, whose }: SignInRule): Row {
  const rule = `required every ${longDuration(everySeconds).replace(/^1 /, '')} (${ruleOf[whose]})`
  return ['sign in', `${rule}, ${by > Date.now() ? 'next by' : 'due since'} ${localTime(by)}`]
}

const ruleOf = {
  organisation: "the organisation's rule",
  'single-page application': "Microsoft's rule for single-page applications",
} as const satisfies Record<SignInRule['whose'], string>

function day(milliseconds: number): string {
  return localTime(milliseconds).slice(0, 10)
}
