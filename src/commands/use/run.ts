import type { Account } from '../../accounts/account.ts'
import { accountBeginningWith, findAccount, makeDefault } from '../../accounts/index.ts'
import { renameLink } from '../../accounts/links.ts'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { printJson, say } from '../../terminal/index.ts'
import { describe } from '../shared/account-json.ts'
import { textOf } from '../shared/arguments.ts'

/** `od-link use <account> [--rename NAME]`: chooses the account that commands use without `--account`, or renames it. */
export async function run({ positional: [wanted = ''], options }: Arguments): Promise<void> {
  const account = findByBeginning(wanted)
  const name = textOf(options, 'rename')
  const changed = name === undefined ? account : await renameLink(account, name)
  if (name === undefined) await makeDefault(account)
  if (options.json) return printJson(describe(changed))
  if (name === undefined) return say(`Commands now use ${account.username} (${account.kind} account).`)
  say(`The short name of ${account.username} is now ${name}.`)
  if (account.name !== undefined && account.name !== name)
    say(`Scripts that use ${account.name} no longer find it.`)
}

/** A person at the terminal may type the beginning of a name, as long as only one account has it. */
function findByBeginning(wanted: string): Account {
  try {
    return findAccount(wanted)
  } catch (error) {
    if (!(error instanceof OdLinkError && error.reason === 'unknown-account')) throw error
    const found = accountBeginningWith(wanted)
    if (found) return found
    throw error
  }
}
