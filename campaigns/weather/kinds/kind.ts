import type { Outcome, RunOptions } from '../../../test/helpers/program/od-link.ts'
import type { Station } from '../station.ts'

/** How a command is run in one cell. */
export interface How {
  json: boolean
  /** The flag that limits the waiting, if the command has one. */
  bound: string[]
  /** A name of a folder, a file or a drive that no other cell uses. */
  name: string
  /** Where Graph is for this cell; web addresses begin with it. */
  origin: string
  options: RunOptions
}

/** A kind of request, and a command that sends it. */
export interface Kind {
  /** The request, for the report. */
  asks: string
  service: 'sign-in' | 'graph'
  /** The command, without the flag for the time limit. */
  command: string
  /** The request, as a substring of `METHOD /path` or a `/pattern/`. */
  match: string
  /** The request that precedes it in the same run, as a substring. */
  after?: string
  /** The failure of an earlier request that makes od-link send this one. It happens once, or `count` times. */
  because?: { match: string; effect: object; count?: number }
  /** Other requests start at the same time and are not affected. */
  besideOthers?: true
  /** The access token has expired. */
  tokenEnded?: true
  /** Whether it is retried after temporary failures. */
  repeated: boolean
  /** The time limit for all attempts, in seconds. */
  limit: Limit
  /** What stdout contains only when the work is done. */
  done: RegExp
  /** Without `--json`, that is a message, so it is on stderr. */
  doneIsMessage?: true
  /** Sets up what the command works on, in good weather. */
  prepare?: (at: Station, how: How) => Promise<void>
  run: (at: Station, how: How) => Promise<Outcome>
  /**
   * What must not be left behind, whatever happened.
   * @param isDone whether the command said that the work is done.
   * @returns broken promises, as sentences.
   */
  check?: (at: Station, how: How, isDone: boolean) => Promise<string[]>
}

/** When the failure stays, and when it passes; `default` is the limit without a flag. */
interface Limit {
  flag?: '--max-wait' | '--timeout'
  stays: number
  passes: number
  default: number
  /** How much longer a silent server is waited for: a transfer has a limit on pauses. */
  silent?: number
  why: string
}

/** @param stays the flag's value while the failure stays. */
export const maxWait = (byDefault: number, stays = 2): Limit => ({
  flag: '--max-wait',
  stays,
  passes: 15,
  default: byDefault,
  why: '--max-wait',
})

/** The flags that every command of these cells may have. */
export const flagsOf = ({ json, bound }: How) => [...bound, ...inJson({ json })]
export const inJson = ({ json }: Pick<How, 'json'>) => (json ? ['--json'] : [])
