/* Runs the person's own command when a link has ended, for example to send a mail. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OdLinkError } from '../errors.ts'
import { notices } from '../notices.ts'
import { variable } from '../settings/environment.ts'
import {
  clientSecretVariable,
  environmentWithout,
  killOnExit,
  killWithChildren,
} from '../system/child-process.ts'
import { longDuration } from '../text/format.ts'
import { sanitize } from '../text/sanitize.ts'
import type { Account } from './account.ts'
import { accountFlag } from './index.ts'

const name = 'OD_LINK_ON_SIGNIN_NEEDED'
const limitMs = 10_000
const noticeAfterMs = 1_000
const isWindows = process.platform === 'win32'

/**
 * Runs `OD_LINK_ON_SIGNIN_NEEDED` and waits up to ten seconds for it and everything that it starts. If it fails, the person
 * gets only a notice, because the refusal itself is the error to show.
 */
export async function runSignInNeededCommand(account: Account, refusal: OdLinkError): Promise<void> {
  const failure = await run(variable(name) ?? '', {
    // Without the client secret, and without the command itself, so that an od-link in it does not run it again.
    ...environmentWithout(clientSecretVariable, name),
    OD_LINK_ACCOUNT: nameFor(account),
    OD_LINK_USERNAME: plain(account.username, '@+'),
    OD_LINK_REASON: plain(refusal.message),
    OD_LINK_CODE: plain(refusal.code ?? ''),
  })
  if (failure) notices.warning(`The command in ${name} ${failure}.`)
}

/** A value of `--account` that means this account, and nothing to a shell. */
function nameFor(account: Account): string {
  const flag = accountFlag(account)
  return plain(flag, '@+') === flag ? flag : account.id
}

/**
 * Some of the text is a server's, names of persons included, and a command like `sh -c "logger '$OD_LINK_REASON'"` makes
 * it part of a script. So nothing is left that means anything to a shell, whatever quotes it is put into: letters, digits,
 * spaces and `. , : - _ ( )`. Nor is it taken for an option, by a hyphen at its beginning.
 * @param more what else may stay.
 */
function plain(text: string, more: '' | '@+' = ''): string {
  const unsafe = new RegExp(`[^\\p{L}\\p{M}\\p{Nd} .,:_()${more}-]|${looksLikeASign}`, 'gu')
  return sanitize(text.normalize('NFC'))
    .replace(/['\u2019]|\u200c|\u200d/g, '')
    .replace(unsafe, ' ')
    .replace(/ +/g, ' ')
    .replace(/^[ -]+| $/g, '')
}

/** Letters and accents that Windows turns into quotes, bars and carets for programs that do not speak Unicode. */
const looksLikeASign = '[\\u01c0-\\u01c3\\u02b0-\\u02ff\\u0300-\\u036f]'

/** @returns what went wrong, as the end of a sentence. */
async function run(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  let child: ChildProcess
  try {
    // A process group of its own, so that all of it can be killed, and no terminal, where it could wait for an answer.
    child = spawn(command, { shell: true, detached: !isWindows, windowsHide: true, stdio: 'ignore', env })
    await once(child, 'spawn')
  } catch (error) {
    return `could not be started (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`
  }
  if (!(await endsInTime(child))) return `took longer than ${longDuration(limitMs / 1000)} and was killed`
  if (child.signalCode) return `was killed by ${child.signalCode}`
  return child.exitCode === 0 ? undefined : `failed with exit code ${child.exitCode}`
}

/** Waits for the command. Kills what still runs at the limit, or when od-link itself is ended meanwhile. */
async function endsInTime(child: ChildProcess): Promise<boolean> {
  // SIGKILL, since the command had its time and could ignore SIGTERM.
  const stop = () => killWithChildren(child.pid)
  const settled = killOnExit(stop)
  const wait = `Waiting up to ${longDuration(limitMs / 1000)} for the command in ${name}…`
  const notice = setTimeout(() => notices.waiting(wait), noticeAfterMs)
  const deadline = performance.now() + limitMs
  while (isRunning(child) && performance.now() < deadline) await sleep(20)
  clearTimeout(notice)
  settled()
  const ended = !isRunning(child)
  if (!ended) stop()
  return ended
}

/** Whether the command still runs or, on systems with process groups, anything that it started. */
function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  if (exitCode === null && signalCode === null) return true
  if (isWindows) return false
  try {
    return process.kill(-Number(pid), 0)
  } catch {
    return false
  }
}
