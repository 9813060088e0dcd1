import type { Arguments } from './cli.ts'
import { exitCodes } from './errors.ts'
import { parseCommandLine } from './parse.ts'
import { fail, speak } from './terminal.ts'

/** Runs one command line and ends the process with its exit code. */
async function main(argv: string[]): Promise<void> {
  // Before the command line is read: its mistakes are told in JSON too.
  let json = argv.includes('--json')
  let code: number
  try {
    const parsed = await parseCommandLine(argv)
    json = parsed ? flag(parsed.args, 'json') : json
    speak({ json, verbose: parsed !== undefined && flag(parsed.args, 'verbose') })
    code = parsed ? ((await (await parsed.command.load()).run(parsed.args)) ?? 0) : 0
  } catch (error) {
    code = await fail(error, json)
  }
  // Data first: a pipe on Windows is written behind our back.
  process.stdout.write('', () => process.exit(code))
}

function flag({ options }: Arguments, name: string): boolean {
  return options[name] === true
}

process.on('SIGINT', () => process.exit(exitCodes.interrupted))
// The reader of a pipe has gone (`od-link … | head -1`): nobody is left to be told.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

void main(process.argv.slice(2))
