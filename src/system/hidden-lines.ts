import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { ReadStream } from 'node:tty'

/** Lines that a person types at a terminal, which show nowhere. */
export interface HiddenLines {
  /** The next line, as typed; undefined when there will be none (Ctrl-D, or the terminal is gone). */
  next: () => Promise<string | undefined>
  /** Restores the terminal. Its stream stays open. */
  close: () => void
}

/**
 * Reads lines from a terminal without echo. In line mode the kernel would cut lines of more than 4,096 bytes (1,024 on
 * macOS, termios(3)), so readline has the terminal in raw mode. There, Ctrl-C is a character and not a signal.
 * @param interrupt called for Ctrl-C, after the terminal was restored.
 */
export function readHiddenLines(keyboard: ReadStream, interrupt: () => void): HiddenLines {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: keyboard, output: nowhere, terminal: true, historySize: 0 })
  const typed: string[] = []
  let waiting: ((line: string | undefined) => void) | undefined
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    process.off('exit', close)
    lines.close()
    waiting?.(undefined)
  }
  lines.on('line', (line) => {
    if (!waiting) typed.push(line)
    waiting?.(line)
    waiting = undefined
  })
  lines.on('SIGINT', () => {
    close()
    interrupt()
  })
  lines.on('close', close)
  keyboard.on('error', close)
  // A signal from elsewhere must not leave the terminal without echo.
  process.once('exit', close)
  return {
    next: () =>
      new Promise((resolve) => {
        if (closed || typed.length > 0) resolve(typed.shift())
        else waiting = resolve
      }),
    close,
  }
}
