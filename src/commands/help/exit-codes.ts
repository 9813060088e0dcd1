import type { Row } from '../../cli/command.ts'
import { type ErrorKind, exitCodes } from '../../errors.ts'

/** What the exit codes mean: in the words of the manual, and in a few for the overview. */
const meanings = {
  internal: ["a fault of od-link's own", "od-link's fault"],
  usage: ['usage: bad flag, name, path or setting', 'usage'],
  taken: ['the name is taken', 'name taken'],
  'sign-in': ['sign-in needed, refused or not finished', 'sign in'],
  keychain: ['keychain (or other store) unusable', 'keychain'],
  service: ['Microsoft throttled or failed, after all retries', 'Microsoft busy'],
  network: ['network, TLS or proxy', 'network'],
  'not-found': ['not there: a folder, an item, a code', 'not there'],
  'not-allowed': ['not allowed, or no space left', 'not allowed, or no space'],
  interrupted: ['interrupted', 'interrupted'],
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

/** The overview, in columns. */
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
