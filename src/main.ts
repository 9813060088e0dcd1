import { writeSync } from 'node:fs'
import { version } from '../package.json'
import { type Action, changesSomething } from './cli/command.ts'
import { actions } from './commands/actions.ts'
import { completing } from './commands/completion/command.ts'
import { commands } from './commands/index.ts'
import { exitCodes, OdLinkError } from './errors.ts'
import { isFull } from './system/disk-errors.ts'
import { endBySignal, notedSignal } from './system/end-by-signal.ts'
import { hasStuckCall } from './system/stuck-call.ts'
import { configureOutput, fail, loadStyles, pageStyle, print, printPage, say } from './terminal/index.ts'
import { endOnSignals } from './terminal/interrupt.ts'

let json = false
let dataLost = false
let changes = false

/** Runs one command line and ends the process with its exit code. */
async function main(argv: string[]): Promise<void> {
  // Before the command line is read, because its errors are reported in JSON as well.
  json = argv.includes('--json')
  let code = 0
  try {
    if (isVersion(argv)) print(version)
    else code = await runCommandLine(argv)
  } catch (error) {
    code = fail(error, json)
  }
  // Data first: on Windows, pipes are written asynchronously.
  process.stdout.write('', (error) => {
    const end = () => endWith(code === 0 && dataLost && !changes ? exitCodes.internal : code)
    // The stream reports an error a moment later.
    if (error) setImmediate(end)
    // A list of failures can be longer than what a pipe holds.
    else if (process.stderr.writableLength > 0) process.stderr.write('', end)
    else end()
  })
}

async function runCommandLine(argv: string[]): Promise<number> {
  await loadStyles()
  const { readCommandLine } = await import('./cli/command-line.ts')
  const request = readCommandLine(commands, argv, pageStyle())
  if ('start' in request) printPage((await import('./commands/help/start.ts')).startPage(pageStyle()))
  else if ('overview' in request)
    printPage((await import('./commands/help/overview.ts')).overview(pageStyle()))
  else if ('page' in request) printPage(request.page)
  else {
    const { nextSteps } = request
    const { options } = request.args
    json = options.json === true
    changes = changesSomething(commands[request.verb], request.args)
    configureOutput({ json, verbose: options.verbose === true, nextSteps })
    const { run }: { run: Action } = await actions[request.verb]()
    return (await run(request.args)) ?? 0
  }
  return 0
}

/** Tab: a person is typing, so it goes without the streams of stdout, which take a millisecond to set up. */
async function completeWords(words: string[]): Promise<void> {
  await (await import('./commands/completion/complete.ts')).complete(words)
  endWith(0)
}

function endWith(code: number): void {
  const signal = notedSignal()
  if (signal && code === exitCodes.interrupted) endBySignal(signal)
  // A time limit that the caller can rely on is worth more than the exit code, which is lost here.
  if (hasStuckCall()) process.kill(process.pid, 'SIGKILL')
  process.exit(code)
}

/** Without the streams of stdout, which take milliseconds to set up. @returns false when it could not be written. */
function printVersion(): boolean {
  try {
    writeSync(1, `${version}\n`)
    return true
  } catch {
    return false
  }
}

function outputLost(message: string, cause: Error): OdLinkError {
  const next = isFull(cause) ? ['Free some space there, or send the output somewhere else.'] : []
  return new OdLinkError('internal', message, { reason: 'output-lost', next, cause })
}

function isVersion([first]: string[]): boolean {
  return first === '--version' || first === '-V'
}

const argv = process.argv.slice(2)
if (argv[0] === completing) void completeWords(argv.slice(1))
else if (isVersion(argv) && printVersion()) endWith(0)
else {
  endOnSignals()
  // Messages that nobody reads any more must not end the work.
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of a pipe has gone (`od-link … | head -1`): the work goes on, and nobody reads the result.
    if (error.code === 'EPIPE' || dataLost) return
    dataLost = true
    const message = `Couldn't write to standard output: ${isFull(error) ? 'the disk is full' : error.code}.`
    // A script that tried again would only find its folder there already.
    if (changes) say(`${message} The exit code still says whether the command succeeded.`)
    else fail(outputLost(message, error), json)
  })
  void main(argv)
}
