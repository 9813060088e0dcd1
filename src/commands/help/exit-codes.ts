import type { Row } from '../../cli/command.ts'
import { type ErrorKind, exitCodes } from '../../errors.ts'

/** What each exit code means: in full for the manual, and in short for the overview. */
const meanings = {
  internal: ['unexpected error in od-link', 'unexpected error'],
  usage: ['usage: bad flag, name, path or setting', 'usage'],
  taken: ['the name is taken', 'name taken'],
  'sign-in': ['sign-in needed, refused or not finished', 'sign-in needed'],
  keychain: ['keychain or other store unusable', 'keychain'],
  service: ['Microsoft throttled or failed, after all retries', 'Microsoft busy'],
  network: ['network, TLS or proxy', 'network'],
  'not-found': ['not found: a folder, an item, a code', 'not found'],
  'not-allowed': ['not allowed, or no space left', 'not allowed, or no space'],
  interrupted: ['interrupted by Ctrl-C (143 by SIGTERM, 129 by SIGHUP)', 'interrupted'],
} as const satisfies Record<ErrorKind, readonly [full: string, short: string]>

const done: Row = ['0', 'done']
const kinds = Object.entries(exitCodes) as [ErrorKind, number][]

/** Each exit code and its meaning, in order. */
export const exitCodeRows: readonly Row[] = [
  done,
  ...kinds.map(([kind, code]): Row => [String(code), meanings[kind][0]]),
]

/** Each exit code with the `error.kind` that goes with it in JSON. */
export const errorKindRows: readonly Row[] = kinds.map(([kind, code]) => [String(code), kind])

/** The exit codes with their short meanings, in columns. */
export function exitCodeTable(perColumn: number): string[] {
  const short = [done, ...kinds.map(([kind, code]): Row => [String(code), meanings[kind][1]])]
  const cells = short.map(([code, meaning]) => `${code} ${meaning}`)
  const lines = Array.from({ length: perColumn }, () => ' ')
  for (let first = 0; first < cells.length; first += perColumn) {
    const column = cells.slice(first, first + perColumn)
    const width = Math.max(...column.map((cell) => cell.length))
    for (const [row, cell] of column.entries()) lines[row] += ` ${cell.padEnd(width)} `
  }
  return lines.map((line) => line.trimEnd())
}
