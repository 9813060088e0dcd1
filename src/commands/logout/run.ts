import type { Account } from '../../accounts/account.ts'
import { listDrives } from '../../accounts/drives.ts'
import { accountFlag, findAccount, listAccounts } from '../../accounts/index.ts'
import { removeLink, removeOrphans } from '../../accounts/links.ts'
import { useFiles } from '../../accounts/stores/store.ts'
import { removeTraces } from '../../accounts/traces.ts'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { printJson, say } from '../../terminal/index.ts'
import { describe } from '../shared/account-json.ts'
import { collectFailures } from '../shared/failures.ts'

/**
 * `od-link logout [account] [--all]`: works offline, and when run again. A link that cannot be removed does not prevent
 * the others from being removed; the exit code is that of the first failure.
 */
export async function run({ positional: [wanted], options }: Arguments): Promise<number> {
  if (wanted && options.all) {
    throw new OdLinkError('usage', '--all cannot be used with an account.', {
      reason: 'conflicting-options',
      next: [
        { intro: 'To remove every link:', verb: 'logout', flags: { all: true } },
        { intro: 'To remove only this one:', verb: 'logout', flags: { all: undefined }, args: [wanted] },
      ],
    })
  }
  const json = options.json === true
  const accounts = options.all ? listAccounts() : chosen(wanted)
  const removed: Account[] = []
  const described: object[] = []
  let strays = 0
  const failures = collectFailures()
  for (const account of accounts) {
    const description = describe(account)
    const drives = listDrives([account]).map(({ drive }) => drive.name)
    await failures.attempt(async () => {
      await removeOrExplain(account)
      removed.push(account)
      described.push(description)
      if (json) return
      say(`Removed the link of ${account.username} from this machine.`)
      if (drives.length > 0) say(`Its saved drives are removed as well: ${drives.join(', ')}.`)
    })
  }
  if (options.all)
    await failures.attempt(async () => {
      strays = await removeOrphans()
    })
  await failures.attempt(() => removeTraces(removed.length > 0))
  if (json) printJson(described)
  else if (strays > 0) say(`Removed ${strays} more that no account referred to.`)
  if (!json && removed.length > 0) showConsentNote(removed)
  else if (!json && accounts.length === 0 && !failures.hasFailed)
    say(strays > 0 ? 'No OneDrive is linked any more.' : 'No OneDrive is linked; nothing was removed.')
  return failures.report(json)
}

/** Nobody should believe that tokens are gone which the store still has. */
async function removeOrExplain(account: Account): Promise<void> {
  try {
    await removeLink(account)
  } catch (error) {
    if (!(error instanceof OdLinkError) || error.kind !== 'keychain') throw error
    const toFinish = { intro: 'To finish:', verb: 'logout', args: [accountFlag(account)] }
    throw error.with({
      message: `${error.message} The link of ${account.username} was not removed.`,
      next: [...error.next.filter((step) => step !== useFiles), toFinish],
    })
  }
}

/** Without any link there is nothing to do, and that is fine: running logout twice is not an error. */
function chosen(wanted: string | undefined): Account[] {
  if (listAccounts().length === 0) return []
  return [findAccount(wanted)]
}

function showConsentNote(accounts: Account[]): void {
  const places = []
  if (accounts.some(({ kind }) => kind === 'work')) places.push('https://myapps.microsoft.com')
  if (accounts.some(({ kind }) => kind === 'personal')) places.push('https://account.live.com/consent/Manage')
  say('Microsoft still remembers that you consented to your app. To remove that, see')
  say(places.join(' or '))
}
