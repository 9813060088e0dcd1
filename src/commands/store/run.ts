import type { Account } from '../../accounts/account.ts'
import { findAccount, listAccounts } from '../../accounts/index.ts'
import { moveChoice, moveLink } from '../../accounts/move.ts'
import { checkStoreName, openStore, type StoreName, warnAboutStore } from '../../accounts/stores/index.ts'
import { probeStore } from '../../accounts/stores/probe.ts'
import type { Arguments } from '../../cli/command.ts'
import { setting } from '../../settings/index.ts'
import { print, printJson, say, styled } from '../../terminal/index.ts'
import { variableHint } from '../../text/shell-quote.ts'
import { describe } from '../shared/account-json.ts'
import { textOf } from '../shared/arguments.ts'
import { collectFailures } from '../shared/failures.ts'

/**
 * `od-link store move --to STORE` moves all links and the saved client secret, and chooses the store for new links; with
 * `--account` it moves only that link. What cannot be moved stays where it was. The exit code is that of the first failure.
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
  else for (const { account, from } of moved) printMoved(account, from, to)
  if (!failures.hasFailed && wanted === undefined && !json) sayChoice(to)
  return failures.report(json)
}

function printMoved({ username }: Account, from: StoreName, to: StoreName): void {
  const what = from === to ? `is already in ${to}` : `moved from ${from} to ${to}`
  print(styled('green', '✓'), ` ${username} ${what}.`)
}

function sayChoice(to: StoreName): void {
  const chosen = setting('store')
  if (chosen === to) {
    say(`New links will be saved in ${to} as well.`)
    return
  }
  say(
    `OD_LINK_STORE is set to ${chosen} and overrides ${to} for new links. To use ${to}: ${variableHint('OD_LINK_STORE')}`,
  )
  say(
    `A client secret in ${chosen} is not moved. To enter it again without OD_LINK_STORE: od-link config set client-secret`,
  )
}
