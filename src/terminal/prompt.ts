import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadStream } from 'node:tty'
import { OdLinkError } from '../errors.ts'
import { asUtf8 } from '../system/decode-text.ts'
import { endBySignal } from '../system/end-by-signal.ts'
import { readHiddenLines } from '../system/hidden-lines.ts'
import { wrap } from '../text/wrap.ts'
import { say, styled, tell } from './index.ts'

/**
 * Asks a person at the terminal: the question is talk, so it stands on stderr.
 * @returns the answer without spaces around it, or undefined when there will be none (Ctrl-D).
 */
export function ask(question: string): Promise<string | undefined> {
  const prompt = createInterface({
    input: process.stdin,
    output: process.stderr,
    terminal: true,
    historySize: 0,
  })
  // A signal from elsewhere must not leave the terminal in raw mode. One that is gone has no mode.
  const restore = () => prompt.close()
  process.stdin.on('error', restore)
  process.once('exit', restore)
  prompt.setPrompt(question)
  prompt.prompt()
  return new Promise((resolve) => {
    let answered = false
    prompt.once('line', (line) => {
      answered = true
      resolve(line.trim())
      prompt.close()
    })
    // In raw mode Ctrl-C is a character, not a signal.
    prompt.once('SIGINT', interrupt)
    prompt.once('close', () => {
      process.off('exit', restore)
      process.stdin.off('error', restore)
      // What is said next must not stand behind the question.
      if (!answered) process.stderr.write('\n')
      resolve(undefined)
    })
  })
}

/** The same for a secret: what is typed is shown nowhere. */
export async function askHidden(question: string): Promise<string | undefined> {
  const lines = readHiddenLines(process.stdin as ReadStream, interrupt)
  // Only now that nothing is echoed any more: what is pasted at once must not be either.
  process.stderr.write(question)
  const line = await lines.next()
  lines.close()
  process.stderr.write('\n')
  return line?.trim()
}

function interrupt(): never {
  process.stderr.write('\n')
  endBySignal('SIGINT')
}

/**
 * Reads a secret: asks without echo at a terminal, else takes the first line of standard input.
 * @param question shown at a terminal only.
 */
export async function askSecret(question: string): Promise<string> {
  return process.stdin.isTTY ? ((await askHidden(question)) ?? '') : readFirstLine()
}

async function readFirstLine(): Promise<string> {
  const input = Readable.from(asUtf8(process.stdin, 'Standard input'))
  for await (const line of createInterface({ input })) return line.trim()
  return ''
}

/**
 * A question with numbered answers; Enter takes the first.
 * @throws OdLinkError (usage) when there will be no answer.
 */
export async function choose<Choice extends string>(
  question: string,
  answers: Record<Choice, string>,
): Promise<Choice> {
  const choices = Object.keys(answers) as Choice[]
  say()
  say(styled('bold', question))
  for (const [index, choice] of choices.entries()) {
    const [first = '', ...more] = wrap(answers[choice], (process.stderr.columns || 80) - 5)
    say(`  ${index + 1}  ${first}`)
    for (const line of more) say(`     ${line}`)
  }
  return askUntil('[1]: ', (text) => {
    const chosen = choices[text === '' ? 0 : /^\d$/.test(text) ? Number(text) - 1 : -1]
    if (chosen !== undefined) return chosen
    throw new OdLinkError('usage', `Type a number from 1 to ${choices.length}, or press Enter for 1.`)
  })
}

/**
 * Asks until the answer can be used, and says what is wrong with the others.
 * @param read makes something of the answer, or throws OdLinkError (usage).
 * @throws OdLinkError (usage) when there will be no answer.
 */
export async function askUntil<T>(question: string, read: (text: string) => T, asking = ask): Promise<T> {
  for (;;) {
    const text = await asking(question)
    if (text === undefined) throw unanswered()
    try {
      return read(text)
    } catch (error) {
      if (!(error instanceof OdLinkError)) throw error
      tell(error.message)
      for (const line of error.hint?.split('\n') ?? []) say(`  ${line}`)
    }
  }
}

function unanswered(): OdLinkError {
  return new OdLinkError('usage', 'No answer was given.', { reason: 'cancelled' })
}
