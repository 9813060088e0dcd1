import { spawnSync } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { ReadStream } from 'node:tty'
import { exitCodes } from '../errors.ts'

/**
 * The person's terminal, whatever standard input is: a pipe, or a program in front of od-link, neither supplies what is
 * typed there nor sees it.
 */
export interface ControllingTerminal {
  /** The next line that the person types or pastes, without echo; undefined when there will be none. */
  readLine: () => Promise<string | undefined>
  /** Restores the terminal. */
  close: () => void
}

/** Opens /dev/tty, or CONIN$ on Windows; undefined when there is none, as in cron. */
export function openControllingTerminal(): ControllingTerminal | undefined {
  let keyboard: ReadStream
  if (!isInForeground()) return undefined
  try {
    keyboard = new ReadStream(openSync(process.platform === 'win32' ? '\\\\.\\CONIN$' : '/dev/tty', 'r+'))
  } catch {
    return undefined
  }
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  // In line mode the kernel truncates lines of more than 4,096 bytes (1,024 on macOS); readline uses raw mode.
  const lines = createInterface({ input: keyboard, output: nowhere, terminal: true, historySize: 0 })
  const typed: string[] = []
  let waiting: ((line: string | undefined) => void) | undefined
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    lines.close()
    keyboard.destroy()
    waiting?.(undefined)
  }
  lines.on('line', (line) => {
    if (!waiting) typed.push(line)
    waiting?.(line)
    waiting = undefined
  })
  // In raw mode Ctrl-C is a character, not a signal.
  lines.on('SIGINT', () => {
    close()
    process.exit(exitCodes.interrupted)
  })
  lines.on('close', close)
  keyboard.on('error', close)
  return {
    readLine: () =>
      new Promise((resolve) => {
        if (closed || typed.length > 0) resolve(typed.shift())
        else waiting = resolve
      }),
    close,
  }
}

/** The kernel would stop a background job as soon as it touches the terminal (SIGTTOU, tcsetattr(3)). */
function isInForeground(): boolean {
  if (process.platform === 'win32') return true
  try {
    // After the command's name: state, parent, process group, session, terminal, the terminal's group (proc(5)).
    const stat = readFileSync('/proc/self/stat', 'latin1')
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return group === foreground
  } catch {
    return spawnSync('ps', ['-o', 'stat=', '-p', String(process.pid)], { encoding: 'utf8' }).stdout?.includes(
      '+',
    )
  }
}
