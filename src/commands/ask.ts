import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { exitCodes } from '../errors.ts'

/**
 * Reads a secret: asks without echo at a terminal, else takes the first line of standard input.
 * @param question shown at a terminal only.
 */
export async function askSecret(question: string): Promise<string> {
  return process.stdin.isTTY ? askAtTerminal(question) : readFirstLine()
}

async function readFirstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line.trim()
  return ''
}

function askAtTerminal(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const prompt = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 })
  // Only now that nothing is echoed any more: what is pasted at once must not be either.
  process.stderr.write(question)
  return new Promise((resolve) => {
    prompt.once('line', (line) => {
      process.stderr.write('\n')
      resolve(line.trim())
      prompt.close()
    })
    // In raw mode Ctrl-C is a character, not a signal.
    prompt.once('SIGINT', () => {
      process.stderr.write('\n')
      process.exit(exitCodes.interrupted)
    })
    prompt.once('close', () => resolve(''))
  })
}
