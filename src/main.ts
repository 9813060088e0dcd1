import { version } from '../package.json'
import { exitCodes, StuckCall } from './errors.ts'
import { parseCommandLine } from './parse.ts'
import { fail, print, speak } from './terminal.ts'

/** Runs one command line and ends the process with its exit code. */
async function main(argv: string[]): Promise<void> {
  // Before the command line is read: its mistakes are told in JSON too.
  let json = argv.includes('--json')
  let code = 0
  let stuck = false
  try {
    const parsed = parseCommandLine(argv)
    if ('version' in parsed) print(version)
    else if ('help' in parsed) print((await import('./help.ts')).helpFor(parsed.help).trimEnd())
    else {
      const { options } = parsed.args
      json = options.json === true
      speak({ json, verbose: options.verbose === true })
      code = (await (await parsed.command.load()).run(parsed.args)) ?? 0
    }
  } catch (error) {
    code = fail(error, json)
    stuck = error instanceof Error && error.cause instanceof StuckCall
  }
  // Data first: a pipe on Windows is written behind our back.
  process.stdout.write('', () => {
    // A bound that the caller can rely on is worth more than the exit code, which is lost here.
    if (stuck) process.kill(process.pid, 'SIGKILL')
    process.exit(code)
  })
}

process.on('SIGINT', () => process.exit(exitCodes.interrupted))
// The reader of a pipe has gone (`od-link … | head -1`): nobody is left to be told.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

void main(process.argv.slice(2))
