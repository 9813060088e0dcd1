import { findAccount, makeDefault } from '../../accounts/index.ts'
import type { Arguments } from '../../cli/command.ts'
import { printJson, say } from '../../terminal/index.ts'
import { describe } from '../shared/account-json.ts'

/** `od-link use <account>`: chooses the account that commands use without `--account`. */
export async function run({ positional: [wanted], options }: Arguments): Promise<void> {
  const account = findAccount(wanted)
  await makeDefault(account)
  if (options.json) printJson(describe(account))
  else say(`Commands now use ${account.username} (${account.kind} account).`)
}
