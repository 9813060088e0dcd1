import { spawn } from 'node:child_process'
import { type Account, labelOf } from '../accounts/account.ts'
import { defaultAccount } from '../accounts/index.ts'
import { exitCodes } from '../errors.ts'
import { killOnExit, killWithChildren } from '../system/child-process.ts'
import { longDuration } from '../text/format.ts'
import { parseJsonObject } from '../text/json.ts'
import { type CronProblem, cureFor, notesFor } from './cron-advice.ts'
import { broughtAlong, cronEnvironment, crontabLine, type Programs, programs } from './crontab.ts'

export interface CronTrial {
  /** Absent when it works. */
  problem?: CronProblem
  /** For `crontab -e`. */
  line: string
  /** What may end it one day although it works now. */
  notes: string[]
}

/**
 * Starts od-link as cron would: in a session of its own without a terminal, with nothing on standard input, and with
 * cron's environment plus what the line brings along. There it reads the link from its store and uses it.
 * @param limitMs how long that may take, in milliseconds.
 * @param offline whether it reads the link and leaves Microsoft alone.
 */
export async function tryCron(
  account: Account,
  { limitMs, offline }: { limitMs: number; offline: boolean },
): Promise<CronTrial> {
  const started = programs()
  const brought = broughtAlong()
  const env = { ...cronEnvironment(), ...brought }
  const args = ['status', '--json', ...(offline ? [] : ['--check']), '--account', account.id]
  const problem = await run(started, args, env, limitMs)
  const ofDefault = defaultAccount()?.id === account.id
  return {
    ...(problem && { problem: { ...problem, hint: cureFor(problem, account) } }),
    line: crontabLine(started, brought, ofDefault ? undefined : labelOf(account)),
    notes: notesFor(started, brought, account),
  }
}

/**
 * The same in one sentence, for the end of a login; whether Microsoft takes the link is known by then.
 * @returns within 5 seconds, whatever happens.
 */
export async function cronVerdict(account: Account): Promise<string> {
  if (process.platform === 'win32') {
    return 'For the Task Scheduler, od-link doctor --cron prints the command.'
  }
  const trial = await tryCron(account, { limitMs: 5_000, offline: true }).catch((error: Error) => ({
    problem: { message: error.message },
  }))
  if (!trial.problem) return 'It works from cron, too: od-link doctor --cron prints the line.'
  const reason = trial.problem.message.replace(/\.$/, '')
  return `From cron it would fail: ${reason}. od-link doctor --cron tells more.`
}

/** @returns what went wrong, or undefined. */
function run(
  { node, odLink }: Programs,
  args: string[],
  env: Record<string, string>,
  limitMs: number,
): Promise<CronProblem | undefined> {
  const child = spawn(node, [odLink, ...args], {
    cwd: '/',
    env,
    // setsid(2): without a terminal, even where /dev/tty is opened.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  })
  return new Promise((resolve) => {
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(0, 100_000)
    })
    const kill = () => killWithChildren(child.pid)
    const ended = killOnExit(kill)
    const end = (problem: CronProblem | undefined) => {
      ended()
      clearTimeout(limit)
      child.stderr.destroy()
      resolve(problem)
    }
    const limit = setTimeout(() => {
      kill()
      end({
        message: `od-link did not end within ${longDuration(limitMs / 1000)}.`,
        exitCode: exitCodes.network,
      })
    }, limitMs)
    child.on('error', ({ message }) => end({ message, exitCode: exitCodes.internal }))
    child.on('close', (code) => end(code === 0 ? undefined : problemFrom(stderr, code)))
  })
}

/** The error that `--json` makes the only thing on stderr, or whatever a node said that did not get so far. */
function problemFrom(stderr: string, code: number | null): CronProblem {
  const error = parseJsonObject(stderr)?.error as Partial<CronProblem> | undefined
  const { message, hint, exitCode } = error ?? {}
  if (typeof message !== 'string') {
    const words = stderr.trim().split('\n').at(-1)
    return { message: words || `od-link ended with ${code}`, exitCode: exitCodes.internal }
  }
  return { message, exitCode: Number(exitCode), ...(typeof hint === 'string' && { hint }) }
}
