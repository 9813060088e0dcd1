import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Running, RunOptions } from '../../test/helpers/program/od-link.ts'

/** A command that is to be killed in the middle, and how to see what that left behind. */
export interface Victim {
  what: string
  /** Brings everything to where the command begins. */
  prepare: () => Promise<void>
  /** Starts the command, and returns where the instants are counted from. */
  start: (options: RunOptions) => Promise<Running>
  /** Something that can be seen from outside, shortly before the command writes. */
  sign: { what: string; seen: () => Promise<boolean> }
  /**
   * Looks at what is left, with the next commands and no tidying up before them.
   * @throws Error for whatever is neither the earlier state nor the new one, or works no more.
   */
  left: () => Promise<Left>
}

/** Victims that share a place. */
export interface Victims {
  victims: Victim[]
  /** Whether they are short enough to be killed before each of their steps. */
  areShort: boolean
  /** Removes the place. @throws Error when something is left there that nobody would ever remove. */
  end: () => Promise<void>
}

export type Left = 'earlier' | 'new'

/** When a process dies. */
export type Instant =
  /** After this part of the time that it takes undisturbed. */
  | { at: 'time'; part: number }
  /** So long after the victim's sign. */
  | { at: 'sign'; laterMs: number }
  /** Before its nth step that changes something outside of it: a file, a message to the keyring or a server, a child. */
  | { at: 'step'; step: number }

export interface Kill {
  victim: Victim
  instant: Instant
  /** Whether all that it had started was killed with it, as when a machine stops. */
  withChildren: boolean
}

/** Found from here and from the bundle in campaigns/artifacts. */
const preload = fileURLToPath(new URL('./fault.cjs', import.meta.url))

/** What makes od-link fail at a step; the file `log` then says at which. */
export function faultAt(step: number, fault: string, log: string): NodeJS.ProcessEnv {
  rmSync(log, { force: true })
  const NODE_OPTIONS = `--require "${preload}"`
  return { NODE_OPTIONS, FAULT_STEP: String(step), FAULT: fault, FAULT_LOG: log }
}

/** A process group of its own, which can be killed as a whole. */
const through = ['setsid']

/** How long the victim takes when nobody kills it, in milliseconds from where instants are counted. */
export async function undisturbed(victim: Victim): Promise<number> {
  await victim.prepare()
  const running = await victim.start({ through })
  const started = performance.now()
  const { code, stderr } = await running.ended
  const took = performance.now() - started
  if (code !== 0 && code !== 130) throw new Error(`${victim.what} fails by itself: ${stderr}`)
  const left = await victim.left()
  if (left !== 'new') throw new Error(`${victim.what} leaves the ${left} state, undisturbed`)
  return took
}

/**
 * Kills a victim once and looks at what is left.
 * @param usual what `undisturbed` measured.
 * @param log a file that may be written over.
 * @returns what was left; undefined when the process ended before it could be killed.
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

/** Where a step of `kill` was, in words. */
export function stepIn(log: string): string | undefined {
  return existsSync(log) ? readFileSync(log, 'utf8') : undefined
}

/** Kills a process group, and with it, when wanted, all that its processes have started in groups of their own. */
function end(pid: number, withChildren: boolean): void {
  const started = withChildren ? standStill(pid) : []
  for (const one of [-pid, ...started]) {
    try {
      process.kill(one, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}

/** Stops a process and all its descendants, from the top, so that none starts another one meanwhile. */
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
