import type { Account } from '../../accounts/account.ts'
import { findAccount, listAccounts } from '../../accounts/index.ts'
import { removeLink, removeStrays } from '../../accounts/links.ts'
import { removeTraces } from '../../accounts/traces.ts'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { printJson, say } from '../../terminal/index.ts'
import { describe } from '../shared/account-json.ts'
import { collectFailures } from '../shared/failures.ts'

/**
 * `od-link logout [account] [--all]`: works without a network, and a second time. A link that cannot be removed keeps no
 * other from it; the exit code is that of the first failure.
 */
export async function run({ positional: [wanted], options }: Arguments): Promise<number> {
  if (wanted && options.all) {
    throw new OdLinkError('usage', '--all removes every link, so no account goes with it.', {
      hint: 'od-link logout --all',
    })
  }
  const json = options.json === true
  const accounts = options.all ? listAccounts() : chosen(wanted)
  const removed: Account[] = []
  const told: object[] = []
  let strays = 0
  const failures = collectFailures()
  for (const account of accounts) {
    const description = describe(account)
    await failures.attempt(async () => {
      await removeLink(account)
      removed.push(account)
      told.push(description)
      if (!json) say(`Removed the link of ${account.username} from this machine.`)
    })
  }
  if (options.all)
    await failures.attempt(async () => {
      strays = await removeStrays()
    })
  await failures.attempt(() => removeTraces(removed.length > 0))
  if (json) printJson(told)
  else if (strays > 0) say(`Removed ${strays} more that no account named.`)
  if (!json && removed.length > 0) say(consentNote(removed))
  else if (!json && accounts.length === 0 && !failures.hasFailed)
    say(strays > 0 ? 'Nothing is linked any more.' : 'Nothing is linked, so nothing was removed.')
  return failures.report(json)
}

/** Without a name and without a link there is nothing to do, and that is fine: logout twice is no mistake. */
function chosen(wanted: string | undefined): Account[] {
  if (listAccounts().length === 0) return []
  return [findAccount(wanted)]
}

function consentNote(accounts: Account[]): string {
  const places = []
  if (accounts.some(({ kind }) => kind === 'work')) places.push('https://myapps.microsoft.com')
  if (accounts.some(({ kind }) => kind === 'personal')) places.push('https://account.live.com/consent/Manage')
  return `Microsoft still remembers the consent to your app. To end that too: ${places.join(' or ')}`
}
