import { labelOf } from '../../accounts/account.ts'
import { findAccount } from '../../accounts/index.ts'
import { accessToken } from '../../accounts/token.ts'
import type { Arguments } from '../../cli/command.ts'
import { print, printJson } from '../../terminal/index.ts'
import { isoTime } from '../../text/format.ts'
import { textOf } from '../shared/arguments.ts'

/** `od-link token`: only the access token on stdout, renewed first when it is about to expire. */
export async function run({ options }: Arguments): Promise<void> {
  const account = findAccount(textOf(options, 'account'))
  const record = await accessToken(account)
  if (options.json) {
    printJson({
      accessToken: record.accessToken,
      expiresOn: isoTime(record.expiresAt),
      account: labelOf(account),
    })
  } else {
    print(record.accessToken)
  }
}
