import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { withTimeout } from './with-timeout.ts'

/** How a program ended, or why it was ended. */
export type Ended =
  | { how: 'exited'; code: number; stdout: string; stderr: string }
  /** `code` as in `ENOENT`. */
  | { how: 'not started'; code: string }
  | { how: 'killed'; signal: string }
  | { how: 'timed out' | 'too much output' }

export interface RunOptions {
  input?: string
  /** In milliseconds. */
  limitMs: number
  /** The notice to show after a second. */
  waiting: string
  /** More variables for the program. */
  env?: Record<string, string>
}

const maxOutputBytes = 1024 * 1024
/** What a program left running may hold its output open; by then, all that the program itself wrote has arrived. */
const drainMs = 200

/** Thrown internally for a program that exceeds its time limit. */
class Late extends Error {}

/**
 * Runs a program without a shell. Kills it and everything that it started at the time limit, when it prints too much, or
 * when this process exits. It does not inherit the client secret.
 */
export async function runChild(
  program: string,
  args: string[],
  { input = '', limitMs, waiting, env = {} }: RunOptions,
): Promise<Ended> {
  // A process group of its own, so that its children can be killed with it. Windows has no process groups.
  const child = spawn(program, args, {
    env: { ...environmentWithout(clientSecretVariable), ...env },
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const kill = () => killWithChildren(child.pid)
  const ended = killOnExit(kill)
  try {
    return await withTimeout(
      limitMs,
      waiting,
      () => outcome(child, input),
      () => new Late(),
    )
  } catch (error) {
    if (!(error instanceof Late)) throw error
    return { how: 'timed out' }
  } finally {
    ended()
    if (child.exitCode === null) kill()
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

/** No child process inherits this variable. */
export const clientSecretVariable = 'OD_LINK_CLIENT_SECRET'

/** The environment for a child process without these variables. On Windows their names are not case-sensitive. */
export function environmentWithout(...variables: string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !variables.includes(name.toUpperCase())),
  )
}

/** Kills a program that leads a process group, with everything that it started; one that has ended is fine. */
export function killWithChildren(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    if (process.platform === 'win32')
      spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'], { windowsHide: true })
    else process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

const kills = new Set<() => void>()

/**
 * Registers a program that runs in its own session, which the terminal's signals do not reach. It is killed when od-link
 * exits, also by Ctrl-C, SIGTERM or SIGHUP.
 * @returns a function to call when the program has ended.
 */
export function killOnExit(kill: () => void): () => void {
  if (kills.size === 0) process.once('exit', killAll).on('SIGTERM', killAllWith).on('SIGHUP', killAllWith)
  kills.add(kill)
  return () => {
    kills.delete(kill)
    if (kills.size === 0) process.off('exit', killAll).off('SIGTERM', killAllWith).off('SIGHUP', killAllWith)
  }
}

function killAll(): void {
  for (const kill of kills) kill()
}

function killAllWith(signal: NodeJS.Signals): void {
  // A command with a signal handler of its own needs its helpers until it is done.
  if (process.listenerCount(signal) > 1) return
  killAll()
  process.off(signal, killAllWith)
  process.kill(process.pid, signal)
}

function outcome(child: ChildProcessWithoutNullStreams, input: string): Promise<Ended> {
  return new Promise((resolve) => {
    const output = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] += text
        if (output[stream].length > maxOutputBytes) resolve({ how: 'too much output' })
      })
    }
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ how: 'not started', code: error.code ?? error.message }),
    )
    const finish = (code: number | null, signal: string | null) =>
      resolve(code === null ? { how: 'killed', signal: String(signal) } : { how: 'exited', code, ...output })
    child.on('close', finish)
    child.on('exit', (code, signal) => setTimeout(() => finish(code, signal), drainMs).unref())
    // It may end without reading its input.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}
