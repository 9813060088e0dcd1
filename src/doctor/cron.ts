import { spawn } from 'node:child_process'
import { type Account, labelOf } from '../accounts/account.ts'
import { defaultAccount } from '../accounts/index.ts'
import { type ErrorKind, exitCodes, type Reason } from '../errors.ts'
import { killOnExit, killWithChildren } from '../system/child-process.ts'
import { longDuration } from '../text/format.ts'
import { parseJsonObject } from '../text/json.ts'
import { type CronProblem, cronHint, notesFor } from './cron-advice.ts'
import { cronEnvironment, crontabLine, type Programs, programs, variablesForCron } from './crontab.ts'

export interface CronTrial {
  /** Undefined if it works. */
  problem?: CronProblem
  /** For `crontab -e`. */
  line: string
  /** What may stop it from working one day. */
  notes: string[]
}

/**
 * Starts od-link as cron would: in a session of its own without a terminal, with empty standard input, and with cron's
 * environment plus the variables of the crontab line. There it reads the link from its store and uses it.
 * @param limitMs how long that may take, in milliseconds.
 * @param offline whether to only read the link, without contacting Microsoft.
 */
export async function tryCron(
  account: Account,
  { limitMs, offline }: { limitMs: number; offline: boolean },
): Promise<CronTrial> {
  const started = programs()
  const variables = variablesForCron()
  const env = { ...cronEnvironment(), ...variables }
  const args = ['status', '--json', ...(offline ? [] : ['--check']), '--account', account.id]
  const problem = await run(started, args, env, limitMs)
  const isDefault = defaultAccount()?.id === account.id
  return {
    ...(problem && { problem: { ...problem, hint: cronHint(problem, account) } }),
    line: crontabLine(started, variables, isDefault ? undefined : labelOf(account)),
    notes: notesFor(started, variables, account, problem === undefined),
  }
}

/**
 * The result in one sentence, for the end of a login, when it is known that Microsoft accepts the link.
 * @returns the sentence, and the command that says more; within 5 seconds in any case.
 */
export async function cronVerdict(account: Account): Promise<[sentence: string, command: string]> {
  const command = 'od-link doctor --cron'
  if (process.platform === 'win32') return ['For a Task Scheduler command:', command]
  const trial = await tryCron(account, { limitMs: 5_000, offline: true }).catch((error: Error) => ({
    problem: problemOf('internal', `${error.message}.`),
  }))
  if (!trial.problem) return ['Cron jobs can use it too; for a crontab line:', command]
  return [`Cron jobs can't use this link yet. ${trial.problem.message} Details:`, command]
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
    // setsid(2): without a terminal, even if something opens /dev/tty.
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
      end(problemOf('network', `od-link did not finish within ${longDuration(limitMs / 1000)}.`, 'timeout'))
    }, limitMs)
    child.on('error', ({ message }) => end(problemOf('internal', message)))
    child.on('close', (code) => end(code === 0 ? undefined : problemFrom(stderr, code, odLink)))
  })
}

/** The error of `--json`, or what Node printed if od-link did not start. */
function problemFrom(stderr: string, code: number | null, odLink: string): CronProblem {
  const error = parseJsonObject(stderr)?.error as Partial<CronProblem> | undefined
  const { message, hint, reason, exitCode } = error ?? {}
  if (typeof message !== 'string') {
    // Yarn's Plug'n'Play keeps packages in archives, which Node alone cannot open.
    if (stderr.includes('Cannot find module')) {
      const problem = problemOf('internal', `Node cannot start od-link where it is installed, ${odLink}.`)
      return { ...problem, hint: 'Install it for cron: npm install --global od-link' }
    }
    const lastLine = stderr.trim().split('\n').at(-1)
    return problemOf('internal', lastLine || `od-link failed with exit code ${code}.`)
  }
  return {
    message,
    reason: reason ?? 'internal',
    exitCode: Number(exitCode),
    ...(typeof hint === 'string' && { hint }),
  }
}

function problemOf(kind: ErrorKind, message: string, reason: Reason = kind): CronProblem {
  return { message, reason, exitCode: exitCodes[kind] }
}
