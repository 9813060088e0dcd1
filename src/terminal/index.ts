import type { WriteStream } from 'node:tty'
import type { ChalkInstance } from 'chalk'
import { exitCodes, internalError, OdLinkError } from '../errors.ts'
import { notices } from '../notices.ts'
import { hintOf, type NextRun, type NextStep, runText } from '../text/next-step.ts'
import { sanitize, sanitizeJson } from '../text/sanitize.ts'
import { wrap, wrapWithCommand } from '../text/wrap.ts'

/*
 * The terminal: the only place that formats. stdout is for data, stderr for messages. Only commands and `main` use it.
 */

/** What to do after an error; the command line that runs completes the commands in it. */
let nextSteps = (error: Pick<OdLinkError, 'next' | 'code'>): readonly NextStep[] => error.next

/**
 * Sets up how this run reports. `json` makes an error the only output on stderr, so all other messages are dropped.
 * @param options.nextSteps completes the commands in an error's next steps.
 */
export function configureOutput(options: {
  json: boolean
  verbose: boolean
  nextSteps: typeof nextSteps
}): void {
  nextSteps = options.nextSteps
  notices.askSecret = async (question) => (await import('./ask-at-terminal.ts')).askAtTerminal(question)
  if (options.json) return
  notices.waiting = (what) => tell(what)
  notices.warning = (what) => tell(`Note: ${what}`)
  if (!options.verbose) return
  notices.request = ({ method, url, outcome, milliseconds, requestId }) =>
    say(
      `${method} ${url.host}${url.pathname} → ${outcome}, ${milliseconds} ms${requestId ? `, ${requestId}` : ''}`,
    )
}

/** A piece of a line: text, or text in a style. Styles are added after the text was sanitized. */
export type Piece = string | { style: Style; text: string }
type Style = 'red' | 'green' | 'bold' | 'dim' | 'scanned'

/** A piece of a line in a style, where the terminal has colours. */
export function styled(style: Style, text: string): Piece {
  return { style, text }
}

/** One line of data. */
export function print(...line: Piece[]): void {
  write(process.stdout, line)
}

/** Several lines of data, in one write. */
export function printLines(lines: readonly string[]): void {
  if (lines.length > 0) writeText(process.stdout, lines.map((line) => sanitize(line)).join('\n'))
}

/** A page of the help: our own text, already laid out and styled. */
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

/** A message for the person: a line on stderr. */
export function say(...line: Piece[]): void {
  write(process.stderr, line)
}

/**
 * A message for the person in sentences, wrapped at the terminal's width.
 * @param command what it offers to run, at its end.
 */
export function tell(text: string, command?: string): void {
  const columns = columnsOfMessages()
  const lines = command === undefined ? wrap(text, columns) : wrapWithCommand(text, command, columns)
  for (const line of lines) say(line)
}

/** How wide messages may be. What is written to a file or a log is not wrapped, because people search it for sentences. */
function columnsOfMessages(): number {
  return isSeen() ? process.stderr.columns || 80 : Number.POSITIVE_INFINITY
}

/** How wide data for a person may be. What goes to a file or a pipe is not wrapped, because programs read it by lines. */
export function columnsOfData(): number {
  return process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY
}

/** Whether a person at a terminal sees the messages. */
export function isSeen(): boolean {
  return process.stderr.isTTY === true
}

let hasProgress = false

/**
 * A line that the next one replaces. It is written only where a person sees it, and never longer than the terminal is wide:
 * a wrapped line could not be replaced. The rest of the earlier line is erased last, so that nothing flickers.
 */
export function progress(text: string): void {
  if (!isSeen()) return
  const fitting = sanitize(text).slice(0, (process.stderr.columns || 80) - 1)
  process.stderr.write(`\r${fitting}\x1b[K`)
  hasProgress = true
}

/** Removes the last line of progress, before something else is written there. */
export function clearProgress(): void {
  if (hasProgress) process.stderr.write('\r\x1b[2K')
  hasProgress = false
}

function write(stream: WriteStream | NodeJS.WriteStream, line: Piece[]): void {
  const shown = line.map((piece) => {
    if (typeof piece === 'string') return sanitize(piece)
    return paint(stream, piece.style, sanitize(piece.text))
  })
  writeText(stream, shown.join(''))
}

function writeText(stream: WriteStream | NodeJS.WriteStream, text: string): void {
  // The progress is on the terminal: what goes to a file does not disturb it.
  if (stream.isTTY) clearProgress()
  stream.write(`${text}\n`)
}

/** What to do after an error, as lines; undefined where there is nothing to do. */
function hintFor(error: OdLinkError): string | undefined {
  return hintOf(nextSteps(error)) || undefined
}

/** A command that a message offers, with the options that were typed. */
export function nextCommand(step: NextRun): string {
  return hintOf(nextSteps({ next: [step], code: undefined }))
}

/** An error as programs get it. */
export function errorAsJson(error: OdLinkError): object {
  const { kind, reason, message, code, requestId } = error
  return { kind, reason, message, hint: hintFor(error), exitCode: exitCodes[kind], code, requestId }
}

/** Reports what went wrong and what to do next. @returns the exit code. */
export function fail(error: unknown, json: boolean): number {
  const known = error instanceof OdLinkError ? error : internalError(error)
  const { kind, message, code, requestId, timestamp } = known
  // Stack traces are for maintainers.
  const trace = known === error ? known.cause : error
  if (kind === 'internal' && process.env.DEBUG === 'od-link' && trace instanceof Error)
    process.stderr.write(`${trace.stack}\n`)
  if (json) {
    process.stderr.write(`${sanitizeJson({ error: errorAsJson(known) })}\n`)
    return exitCodes[kind]
  }
  const columns = columnsOfMessages()
  const [first = '', ...more] = wrap(`od-link: ${message}`, columns)
  say(styled('red', 'od-link:'), styled('bold', first.slice('od-link:'.length)))
  for (const line of more) say(styled('bold', line))
  const steps = nextSteps(known).flatMap((step) => {
    return typeof step === 'string'
      ? step.split('\n').flatMap((line) => wrap(line, columns - 8))
      : wrapWithCommand(step.intro ?? '', runText(step), columns - 8)
  })
  for (const [index, line] of steps.entries()) say(index === 0 ? '  next: ' : '        ', line)
  const ids = [code, requestId && `request ${requestId}`, timestamp].filter(Boolean)
  if (ids.length > 0)
    for (const line of wrap(`  code: ${ids.join(' · ')}`, columns, '        ')) say(styled('dim', line))
  return exitCodes[kind]
}

let chalk: ChalkInstance | undefined

/** Loads the package for styles if this run may show any; most scripts run without. Call it before the first line. */
export async function loadStyles(): Promise<void> {
  const { isatty } = await import('node:tty')
  if (![1, 2].some((descriptor) => wantsColour(isatty(descriptor)))) return
  const { Chalk } = await import('chalk')
  // Whether a stream has colours is decided for each line, since one of the two may be a pipe.
  chalk = new Chalk({ level: 1 })
}

function paint(stream: WriteStream | NodeJS.WriteStream, style: Style, text: string): string {
  if (!chalk || !wantsColour(stream.isTTY === true)) return text
  // Cameras want dark on light, whatever the terminal's own colours are.
  return style === 'scanned' ? chalk.black.bgWhiteBright(text) : chalk[style](text)
}

/** Whether a person sees messages in colour. */
export function hasColours(): boolean {
  return isSeen() && chalk !== undefined && wantsColour(true)
}

/** https://no-color.org, which chalk leaves to its caller; FORCE_COLOR wins, as in Node itself. */
function wantsColour(isTerminal: boolean): boolean {
  const { FORCE_COLOR: force, NO_COLOR: none, TERM } = process.env
  if (force !== undefined) return force !== '0' && force !== 'false'
  return !none && TERM !== 'dumb' && isTerminal
}
