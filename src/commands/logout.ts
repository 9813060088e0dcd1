import { type Account, findAccount, listAccounts } from '../accounts/index.ts'
import { removeLink, removeStrays } from '../accounts/linking.ts'
import type { Arguments } from '../cli.ts'
import { OdLinkError } from '../errors.ts'
import { printJson, say } from '../terminal.ts'
import { describe } from './account.ts'

/** `od-link logout [account] [--all]`: works without a network, and a second time. */
export async function run({ positional: [wanted], options }: Arguments): Promise<void> {
  if (wanted && options.all) {
    throw new OdLinkError('usage', '--all removes every link, so no account goes with it.', {
      hint: 'od-link logout --all',
    })
  }
  const accounts = options.all ? listAccounts() : chosen(wanted)
  const told = accounts.map((account) => describe(account))
  for (const account of accounts) {
    await removeLink(account)
    if (!options.json) say(`Removed the link of ${account.username} from this machine.`)
  }
  const strays = options.all ? await removeStrays() : 0
  if (strays > 0 && !options.json) say(`Removed ${strays} more that no account named.`)
  if (options.json) return printJson(told)
  if (accounts.length === 0)
    say(strays > 0 ? 'Nothing is linked any more.' : 'Nothing is linked, so nothing was removed.')
  else say(consentNote(accounts))
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
