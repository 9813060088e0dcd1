import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OdLinkError } from '../errors.ts'
import { notices } from '../notices.ts'
import {
  clientSecretVariable,
  environmentWithout,
  killOnExit,
  killWithChildren,
} from '../system/child-process.ts'
import { longDuration } from '../text/format.ts'
import { sanitize } from '../text/sanitize.ts'
import { type Account, labelOf } from './account.ts'
import { findAccount } from './index.ts'

/**
 * The person's own command, run when a link has ended: to send a mail, or to show a notification.
 */

const variable = 'OD_LINK_ON_SIGNIN_NEEDED'
const limitMs = 10_000
const tellAfterMs = 1_000
const isWindows = process.platform === 'win32'

/**
 * Runs `OD_LINK_ON_SIGNIN_NEEDED` and waits for it and all that it starts, ten seconds at most. What becomes of it is
 * at most a note: the refusal is what the person has to hear.
 */
export async function tellSignInNeeded(account: Account, refusal: OdLinkError): Promise<void> {
  const trouble = await run(process.env[variable] ?? '', {
    // It must not see the secret, nor be run by what it runs.
    ...environmentWithout(clientSecretVariable, variable),
    OD_LINK_ACCOUNT: nameFor(account),
    OD_LINK_USERNAME: plain(account.username, '@+'),
    OD_LINK_REASON: plain(refusal.message),
    OD_LINK_CODE: plain(refusal.code ?? ''),
  })
  if (trouble) notices.warning(`The command in ${variable} ${trouble}.`)
}

/** What `--account` takes for this account and no other. */
function nameFor(account: Account): string {
  const label = labelOf(account)
  try {
    return plain(label, '@+') === label && findAccount(label).id === account.id ? label : account.id
  } catch {
    // Several have that address.
    return account.id
  }
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

/** @returns what went wrong, as a sentence goes on. */
async function run(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  let child: ChildProcess
  try {
    // A group of its own, so that nothing of it is left behind; and no terminal, where it could ask.
    child = spawn(command, { shell: true, detached: !isWindows, windowsHide: true, stdio: 'ignore', env })
    await once(child, 'spawn')
  } catch (error) {
    return `could not be started (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`
  }
  if (!(await endsInTime(child))) return `did not end within ${longDuration(limitMs / 1000)} and was stopped`
  if (child.signalCode) return `was ended by ${child.signalCode}`
  return child.exitCode === 0 ? undefined : `ended with exit code ${child.exitCode}`
}

/** Waits for the command and kills what is left at the limit, or when od-link itself is ended meanwhile. */
async function endsInTime(child: ChildProcess): Promise<boolean> {
  // It had its time: a request to end could be ignored.
  const stop = () => killWithChildren(child.pid)
  const settled = killOnExit(stop)
  const wait = `Waiting for ${variable}, ${longDuration(limitMs / 1000)} at most …`
  const patient = setTimeout(() => notices.waiting(wait), tellAfterMs)
  const deadline = performance.now() + limitMs
  while (isRunning(child) && performance.now() < deadline) await sleep(20)
  clearTimeout(patient)
  settled()
  const ended = !isRunning(child)
  if (!ended) stop()
  return ended
}

/** Whether the command or, where there are process groups, anything that it started is there. */
function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  if (exitCode === null && signalCode === null) return true
  if (isWindows) return false
  try {
    return process.kill(-Number(pid), 0)
  } catch {
    return false
  }
}
