import { type Account, labelOf } from '../../accounts/account.ts'
import { defaultAccount, listAccounts } from '../../accounts/index.ts'
import type { Row } from '../../cli/command.ts'
import { blockAsText, helpFor, type PageStyle } from '../../cli/help-page.ts'
import { setting } from '../../settings/index.ts'
import { sanitize } from '../../text/sanitize.ts'
import { overview } from './overview.ts'

/** What `od-link` alone shows: how to begin; with a link, whose it is, and the overview. */
export function startPage(style: PageStyle): string {
  const accounts = linked()
  if (accounts.length === 0) return firstSteps(style)
  const usual = accounts.length > 1 ? defaultAccount()?.id : undefined
  const names = accounts.map((account) => {
    const label = labelOf(account)
    const details = [label !== account.username && account.username, `${account.kind} account`]
    if (account.id === usual) details.push('default')
    // Whether that still holds is in the store, which only `status` reads.
    if (account.ended) details.push('ended; see od-link status')
    return `${label} (${details.filter(Boolean).join(', ')})`
  })
  const line = helpFor(style).boxWrap(sanitize(`Linked: ${names.join('; ')}`), style.columns)
  return `${line}\n\n${overview(style)}`
}

/** Settings that cannot be read are reported by the command that needs them. */
function linked(): Account[] {
  try {
    return listAccounts()
  } catch {
    return []
  }
}

function firstSteps(style: PageStyle): string {
  const help = helpFor(style)
  const first: Row = setting('client-id')
    ? ['od-link login', 'sign in once, in the browser']
    : ['od-link setup', 'register an app with Microsoft (free, once), and sign in']
  const rows: Row[] = [
    first,
    ['od-link demo', 'see it work first; no account needed'],
    ['od-link help', 'show all commands'],
  ]
  return [
    help.boxWrap(
      'Link a terminal to your OneDrive once. Every script can use the link after that.',
      style.columns,
    ),
    '',
    blockAsText({ rows }, help),
    '',
  ].join('\n')
}
