import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { withTimeout } from './with-timeout.ts'

/** How a program ended, or why it did not. */
export type Ended =
  | { how: 'exited'; code: number; stdout: string; stderr: string }
  /** `code` as in `ENOENT`. */
  | { how: 'not started'; code: string }
  | { how: 'killed'; signal: string }
  | { how: 'late' | 'too talkative' }

const maxOutputBytes = 1024 * 1024
/** Something that the program left running may hold its output open; what it wrote itself is there by then. */
const drainMs = 200

/** Thrown inside, for a program that outlasts its limit. */
class Late extends Error {}

/**
 * Runs a program without a shell, within a limit, and ends it with all that it started when the limit has passed,
 * when it says too much, or when this process exits. It does not inherit the client secret.
 * @param limitMs in milliseconds.
 * @param waiting what a person at the terminal is told after a second.
 */
export async function runChild(
  program: string,
  args: string[],
  { input = '', limitMs, waiting }: { input?: string; limitMs: number; waiting: string },
): Promise<Ended> {
  // A process group of its own, so that its children can be ended with it. Windows has none.
  const child = spawn(program, args, {
    env: environmentWithout(clientSecretVariable),
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
    return { how: 'late' }
  } finally {
    ended()
    if (child.exitCode === null) kill()
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

/** What no child process inherits. */
export const clientSecretVariable = 'OD_LINK_CLIENT_SECRET'

/** The environment for a child process, without these variables; Windows minds no case. */
export function environmentWithout(...variables: string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !variables.includes(name.toUpperCase())),
  )
}

/** Ends a program in a process group of its own, at once, with all that it started; one that has ended is fine. */
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
 * Kills what runs in a session of its own, which no signal of this terminal reaches, when od-link itself ends: by
 * itself, by Ctrl-C, or by a SIGTERM or SIGHUP, which would end it without a word.
 * @returns what to call when it has ended.
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
  // A command that ends in its own way after a signal needs its helpers until then.
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
        if (output[stream].length > maxOutputBytes) resolve({ how: 'too talkative' })
      })
    }
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ how: 'not started', code: error.code ?? error.message }),
    )
    const finish = (code: number | null, signal: string | null) =>
      resolve(code === null ? { how: 'killed', signal: String(signal) } : { how: 'exited', code, ...output })
    child.on('close', finish)
    child.on('exit', (code, signal) => setTimeout(() => finish(code, signal), drainMs).unref())
    // It may end without having read what it was given.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}
