import type { Account } from '../../accounts/account.ts'
import { findAccount, listAccounts } from '../../accounts/index.ts'
import { moveChoice, moveLink } from '../../accounts/move.ts'
import { checkStoreName, openStore, type StoreName, warnAboutStore } from '../../accounts/stores/index.ts'
import { probeStore } from '../../accounts/stores/probe.ts'
import type { Arguments } from '../../cli/command.ts'
import { setting } from '../../settings/index.ts'
import { print, printJson, say, styled } from '../../terminal/index.ts'
import { describe } from '../shared/account-json.ts'
import { textOf } from '../shared/arguments.ts'
import { collectFailures } from '../shared/failures.ts'

/**
 * `od-link store move --to STORE`: every link and the kept client secret, and the choice for new links; with
 * `--account` that link alone. What cannot be moved stays where it was; the exit code is that of the first failure.
 */
export async function run({ options }: Arguments): Promise<number> {
  const to = checkStoreName(textOf(options, 'to') ?? '')
  const wanted = textOf(options, 'account')
  const accounts = wanted === undefined ? listAccounts() : [findAccount(wanted)]
  await probeStore(await openStore(to))

  const moved: { account: Account; from: StoreName }[] = []
  const failures = collectFailures()
  for (const account of accounts) {
    await failures.attempt(async () => {
      moved.push({ account, from: await moveLink(account, to) })
    })
  }
  if (moved.some(({ from }) => from !== to)) warnAboutStore(to)
  if (wanted === undefined) await failures.attempt(() => moveChoice(to))

  const json = options.json === true
  if (json) printJson(moved.map(({ account, from }) => ({ ...describe(account), from, to })))
  else for (const { account, from } of moved) tell(account, from, to)
  if (!failures.hasFailed && wanted === undefined && !json) tellChoice(to)
  return failures.report(json)
}

function tell({ username }: Account, from: StoreName, to: StoreName): void {
  const what = from === to ? `is in ${to} already` : `moved from ${from} to ${to}`
  print(styled('green', '✓'), ` ${username} ${what}.`)
}

function tellChoice(to: StoreName): void {
  const chosen = setting('store')
  if (chosen === to) say(`New links go to ${to}, too.`)
  else
    say(
      `New links would go to ${to}, but OD_LINK_STORE is set to ${chosen}, which wins: unset OD_LINK_STORE\n` +
        `A client secret that is kept in ${chosen} stays there; without OD_LINK_STORE, type it again: od-link config set client-secret`,
    )
}
