import { spawnSync } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { endBySignal } from './end-by-signal.ts'
import { readHiddenLines } from './hidden-lines.ts'

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
  const lines = readHiddenLines(keyboard, () => {
    keyboard.destroy()
    endBySignal('SIGINT')
  })
  return {
    readLine: lines.next,
    close() {
      lines.close()
      keyboard.destroy()
    },
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
