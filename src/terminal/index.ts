import type { WriteStream } from 'node:tty'
import type { ChalkInstance } from 'chalk'
import { exitCodes, internalError, OdLinkError } from '../errors.ts'
import { notices } from '../notices.ts'
import { sanitize, sanitizeJson } from '../text/sanitize.ts'

/**
 * The terminal: the only place that formats. stdout is data, stderr is talk. Known to commands and `main` alone.
 */

/** Sets up how this run speaks. `json` makes an error the only thing on stderr, so all other talk is dropped. */
export function configureOutput(options: { json: boolean; verbose: boolean }): void {
  if (options.json) return
  notices.waiting = say
  notices.warning = (what) => say(`Note: ${what}`)
  if (!options.verbose) return
  notices.request = ({ method, url, outcome, milliseconds, requestId }) =>
    say(
      `${method} ${url.host}${url.pathname} → ${outcome}, ${milliseconds} ms${requestId ? `, ${requestId}` : ''}`,
    )
}

/** A piece of a line: text, or text in a style. Styles are put on after the text was made sanitize. */
export type Piece = string | { style: Style; text: string }
type Style = 'red' | 'green' | 'bold' | 'dim'

/** A piece of a line in a style, where the terminal has colours. */
export function styled(style: Style, text: string): Piece {
  return { style, text }
}

/** One line of data. */
export function print(...line: Piece[]): void {
  write(process.stdout, line)
}

/** A page of the help: text of our own, laid out and in its styles already. */
export function printPage(text: string): void {
  process.stdout.write(text)
}

/** What a page of the help is laid out for. */
export function pageStyle(): { columns: number; title: (text: string) => string } {
  return { columns: process.stdout.columns || 80, title: (text) => paint(process.stdout, 'bold', text) }
}

let isReaderGone: boolean | undefined

/**
 * Waits until the reader of a pipe has caught up: what waits to be read is kept in memory. Call it after each piece.
 * @returns false when there is no reader any more.
 */
export async function caughtUp(): Promise<boolean> {
  const { stdout } = process
  if (isReaderGone === undefined) {
    isReaderGone = false
    stdout.once('error', () => {
      isReaderGone = true
    })
  }
  if (!stdout.writableNeedDrain) return !isReaderGone
  await new Promise<void>((resolve) => {
    const done = () => {
      for (const event of ['drain', 'error', 'close']) stdout.off(event, done)
      resolve()
    }
    for (const event of ['drain', 'error', 'close']) stdout.on(event, done)
  })
  return !isReaderGone
}

/** A value as one line of JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${sanitizeJson(value)}\n`)
}

/** Talk: a line for the person, on stderr. */
export function say(...line: Piece[]): void {
  write(process.stderr, line)
}

/** Whether a person at a terminal sees the talk. */
export function isSeen(): boolean {
  return process.stderr.isTTY === true
}

let hasProgress = false

/** A line that the next one replaces. Where nobody sees it, it is not written. */
export function progress(text: string): void {
  if (!isSeen()) return
  process.stderr.write(`\r\x1b[2K${sanitize(text)}`)
  hasProgress = true
}

/** Takes the last line of progress away, before something else is written there. */
export function clearProgress(): void {
  if (hasProgress) process.stderr.write('\r\x1b[2K')
  hasProgress = false
}

function write(stream: WriteStream | NodeJS.WriteStream, line: Piece[]): void {
  const shown = line.map((piece) => {
    if (typeof piece === 'string') return sanitize(piece)
    return paint(stream, piece.style, sanitize(piece.text))
  })
  clearProgress()
  stream.write(`${shown.join('')}\n`)
}

/** Tells what went wrong and what to do next, and returns the exit code. */
export function fail(error: unknown, json: boolean): number {
  const known = error instanceof OdLinkError ? error : internalError(error)
  const { kind, reason, message, hint, code, requestId, timestamp } = known
  // The trace is for the one who mends it.
  const trace = known === error ? known.cause : error
  if (kind === 'internal' && process.env.DEBUG === 'od-link' && trace instanceof Error)
    process.stderr.write(`${trace.stack}\n`)
  if (json) {
    const report = { kind, reason, message, hint, exitCode: exitCodes[kind], code, requestId }
    process.stderr.write(`${sanitizeJson({ error: report })}\n`)
    return exitCodes[kind]
  }
  say(styled('red', 'od-link:'), ' ', styled('bold', message))
  for (const [index, line] of (hint?.split('\n') ?? []).entries())
    say(index === 0 ? '  next: ' : '        ', line)
  const ids = [code, requestId && `request ${requestId}`, timestamp].filter(Boolean).join(' · ')
  if (ids) say(styled('dim', `  code: ${ids}`))
  return exitCodes[kind]
}

let chalk: ChalkInstance | undefined

/** Loads what styles are made with, if this run may show any: most scripts run without. Call it before the first line. */
export async function loadStyles(): Promise<void> {
  const { isatty } = await import('node:tty')
  if (![1, 2].some((descriptor) => wantsColour(isatty(descriptor)))) return
  const { Chalk } = await import('chalk')
  // Whether a stream has colours is decided for each line, since one of the two may be a pipe.
  chalk = new Chalk({ level: 1 })
}

function paint(stream: WriteStream | NodeJS.WriteStream, style: Style, text: string): string {
  return chalk && wantsColour(stream.isTTY === true) ? chalk[style](text) : text
}

/** https://no-color.org, which chalk leaves to its caller; FORCE_COLOR wins, as in Node itself. */
function wantsColour(isTerminal: boolean): boolean {
  const { FORCE_COLOR: force, NO_COLOR: none, TERM } = process.env
  if (force !== undefined) return force !== '0' && force !== 'false'
  return !none && TERM !== 'dumb' && isTerminal
}
