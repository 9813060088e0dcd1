import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Running, RunOptions } from '../../test/helpers/program/od-link.ts'

/** A command to kill while it runs, and how to check what it leaves behind. */
export interface Victim {
  what: string
  /** Sets up the state in which the command starts. */
  prepare: () => Promise<void>
  /** Starts the command. @returns the moment from which times are counted. */
  start: (options: RunOptions) => Promise<Running>
  /** A visible event shortly before the command writes. */
  sign: { what: string; seen: () => Promise<boolean> }
  /**
   * Checks what is left by running the next commands, without any cleanup before.
   * @throws Error if the state is neither the old nor the new one, or no longer works.
   */
  left: () => Promise<Left>
}

/** Victims that share a place. */
export interface Victims {
  victims: Victim[]
  /** Whether they are short enough to be killed before each step. */
  areShort: boolean
  /** Removes the place. @throws Error if something is left that no command would ever remove. */
  end: () => Promise<void>
}

export type Left = 'earlier' | 'new'

/** When a process dies. */
export type Instant =
  /** After this fraction of its undisturbed run time. */
  | { at: 'time'; part: number }
  /** This long after the visible event. */
  | { at: 'sign'; laterMs: number }
  /**
   * Before its nth external effect: a file change, a message to the keyring or a server, starting a child.
   */
  | { at: 'step'; step: number }

export interface Kill {
  victim: Victim
  instant: Instant
  /** Whether its child processes were killed as well, as when a machine stops. */
  withChildren: boolean
}

/** The path is the same from here and from the bundle in campaigns/artifacts. */
const preload = fileURLToPath(new URL('./fault.cjs', import.meta.url))

/** The environment that makes od-link fail at a step; the file `log` then names the step. */
export function faultAt(step: number, fault: string, log: string): NodeJS.ProcessEnv {
  rmSync(log, { force: true })
  const NODE_OPTIONS = `--require "${preload}"`
  return { NODE_OPTIONS, FAULT_STEP: String(step), FAULT: fault, FAULT_LOG: log }
}

/** Its own process group, which can be killed as a whole. */
const through = ['setsid']

/** The victim's undisturbed run time in milliseconds. */
export async function undisturbed(victim: Victim): Promise<number> {
  await victim.prepare()
  const running = await victim.start({ through })
  const started = performance.now()
  const { code, signal, stderr } = await running.ended
  const took = performance.now() - started
  // A sandbox runs until it is told to stop.
  if (code !== 0 && signal !== 'SIGTERM') throw new Error(`${victim.what} fails by itself: ${stderr}`)
  const left = await victim.left()
  if (left !== 'new') throw new Error(`${victim.what} leaves the ${left} state, undisturbed`)
  return took
}

/**
 * Kills a victim once and checks what is left.
 * @param usual what `undisturbed` measured.
 * @param log a file that may be overwritten.
 * @returns the state that was left; undefined when the process ended before it could be killed.
 * @throws Error when something is broken.
 */
export async function kill(
  { victim, instant, withChildren }: Kill,
  usual: number,
  log: string,
): Promise<Left | undefined> {
  await victim.prepare()
  const env = instant.at === 'step' ? faultAt(instant.step, 'die', log) : {}
  const running = await victim.start({ through, env })
  const hasEnded = () => running.child.exitCode !== null || running.child.signalCode !== null
  if (instant.at === 'time') await sleep(instant.part * usual)
  if (instant.at === 'sign') {
    while (!hasEnded() && !(await victim.sign.seen())) await sleep(1)
    await sleep(instant.laterMs)
  }
  if (instant.at !== 'step') end(Number(running.child.pid), withChildren)
  const { signal } = await running.ended
  const left = await victim.left()
  return signal === 'SIGKILL' ? left : undefined
}

/** Describes the moment of a kill. */
export function stepIn(log: string): string | undefined {
  return existsSync(log) ? readFileSync(log, 'utf8') : undefined
}

/** Kills a process group, optionally with child processes in other groups. */
function end(pid: number, withChildren: boolean): void {
  const started = withChildren ? standStill(pid) : []
  for (const one of [-pid, ...started]) {
    try {
      process.kill(one, 'SIGKILL')
    } catch {
      // It has already ended.
    }
  }
}

/** Stops a process and its descendants from the top down, so that none can start another. */
function standStill(pid: number): number[] {
  try {
    process.kill(pid, 'SIGSTOP')
    const tasks = readdirSync(`/proc/${pid}/task`)
    const children = tasks.flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '),
    )
    return [pid, ...children.filter(Boolean).flatMap((child) => standStill(Number(child)))]
  } catch {
    return []
  }
}
