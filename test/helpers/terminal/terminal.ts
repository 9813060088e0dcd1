import { type ChildProcess, spawn } from 'node:child_process'
import { node, program } from '../program/od-link.ts'
import { hasRealPart } from '../system/real-part.ts'

/** A real terminal that runs a shell line and gets typed input. */
export interface Terminal {
  child: ChildProcess
  /** Waits until the screen shows the pattern or text, after this many characters. */
  seen: (pattern: RegExp | string, after?: number) => Promise<RegExpExecArray>
  /** The output so far, without colours and cursor movements. */
  shown: () => string
  /** The same with colours and movements. */
  raw: () => string
  /** Presses keys; Enter is `\r`, Ctrl-C is `\x03`. */
  type: (keys: string) => void
  ended: Promise<{ code: number | null; shown: string }>
}

export function hasTerminal(): boolean {
  return process.platform === 'linux' && hasRealPart('script', 'a test with a terminal')
}

/** od-link, as a word for a shell line. */
export const odLinkWord = `'${node}' '${program}'`

/** Prints the state of the terminal and the exit code at the end of a shell line. */
export const leftAs = '; code=$?; echo; stty -a; exit $code'

/** @param line a shell line; its programs use this terminal. */
export function startInTerminal(line: string, env: NodeJS.ProcessEnv, timeoutMs = 45_000): Terminal {
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', TERM: 'xterm', SHELL: '/bin/sh', ...env },
    stdio: 'pipe',
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  let raw = ''
  const shown = () => raw.replace(/\x1b(\[[\d;]*[A-Za-z]|\(B)/g, '').replaceAll('\r', '')
  const lookers = new Set<() => void>()
  const lookAll = () => {
    for (const look of lookers) look()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text
    lookAll()
  })
  let over = false
  const ended = new Promise<{ code: number | null; shown: string }>((resolve) => {
    child.on('close', (code) => {
      clearTimeout(limit)
      over = true
      resolve({ code, shown: shown() })
      lookAll()
    })
  })
  const seen = (wanted: RegExp | string, after = 0) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const pattern = typeof wanted === 'string' ? new RegExp(wanted.replace(/[^\w\s]/g, '\\$&')) : wanted
      const look = () => {
        const match = pattern.exec(shown().slice(after))
        if (match) resolve(match)
        else if (over) reject(new Error(`ended without ${pattern}:\n${shown()}`))
        else return
        lookers.delete(look)
      }
      lookers.add(look)
      look()
    })
  return { child, seen, shown, raw: () => raw, type: (keys) => child.stdin.write(keys), ended }
}
