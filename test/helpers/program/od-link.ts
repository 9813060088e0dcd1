import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The built program, as a user starts it. */
export const program = fileURLToPath(new URL('../../../bin/od-link.js', import.meta.url))

/** The Node that runs it: that of the tests, or the one set by `npm run test:nodes`. */
export const node = process.env.OD_LINK_TEST_NODE ?? process.execPath

export interface Outcome {
  /** Of a process that died of Ctrl-C or another signal to end: as a shell shows it, 130 and so on. */
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  milliseconds: number
}

export interface Running {
  child: ChildProcess
  /** Resolves when the process has ended. */
  ended: Promise<Outcome>
  /** Waits until stdout or stderr matches the pattern. */
  seen: (pattern: RegExp) => Promise<RegExpExecArray>
  output: () => string
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv
  /** The content of stdin; default: no stdin. */
  input?: string | Buffer
  timeoutMs?: number
  /** A different Node than that of the tests. */
  node?: string | undefined
  /** A program and its arguments that start it, such as `unshare`. */
  through?: string[]
  /** The folder that it runs in; default: that of the tests. */
  cwd?: string | undefined
}

/** Starts od-link with only the environment that the test gives. */
export function startOdLink(
  args: string[],
  { env = {}, input, timeoutMs = 45_000, node: chosen = node, through = [], cwd }: RunOptions = {},
): Running {
  const started = performance.now()
  const [command = chosen, ...rest] = [...through, chosen, program, ...args]
  const child = spawn(command, rest, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  // A command that fails at once may end before its input is written.
  child.stdin?.on('error', () => {}).end(input)
  let [stdout, stderr] = ['', '']
  const listeners = new Set<() => void>()
  const collect = (add: (text: string) => void) => (text: string) => {
    add(text)
    for (const listener of listeners) listener()
  }
  child.stdout?.setEncoding('utf8').on(
    'data',
    collect((text) => (stdout += text)),
  )
  child.stderr?.setEncoding('utf8').on(
    'data',
    collect((text) => (stderr += text)),
  )
  const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const ended = new Promise<Outcome>((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      resolve({
        code: code ?? shellCode(signal),
        signal,
        stdout,
        stderr,
        milliseconds: performance.now() - started,
      })
      for (const listener of listeners) listener()
    })
  })
  const output = () => stdout + stderr
  const seen = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(stdout) ?? pattern.exec(stderr)
        if (match) resolve(match)
        else if (child.exitCode !== null || child.signalCode !== null) {
          reject(new Error(`ended without ${pattern}:\n${output()}`))
        } else return
        listeners.delete(look)
      }
      listeners.add(look)
      look()
    })
  return { child, ended, seen, output }
}

/** The code of a process that was interrupted, as a shell shows it. */
function shellCode(signal: NodeJS.Signals | null): number | null {
  const isInterrupt = signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP'
  return isInterrupt ? 128 + constants.signals[signal] : null
}

/** Runs od-link to its end. */
export function odLink(args: string[], options: RunOptions = {}): Promise<Outcome> {
  return startOdLink(args, options).ended
}
