import { writeFileSync } from 'node:fs'
import { openControllingTerminal } from '../system/controlling-terminal.ts'

/** How long a person has to answer. */
const answerWithinMs = 120_000

/**
 * Asks for a secret at the person's own terminal, whatever standard input and output are: a script may use them for data.
 * @returns undefined when there is no terminal, or no answer in time.
 */
export async function askAtTerminal(question: string): Promise<string | undefined> {
  const terminal = openControllingTerminal()
  if (!terminal) return undefined
  const timer = setTimeout(terminal.close, answerWithinMs)
  try {
    // Only now that nothing is echoed any more: what is pasted at once must not be either.
    show(question)
    const line = await terminal.readLine()
    show('\n')
    return line
  } finally {
    clearTimeout(timer)
    terminal.close()
  }
}

function show(text: string): void {
  if (process.stderr.isTTY || process.platform === 'win32') process.stderr.write(text)
  else writeFileSync('/dev/tty', text)
}
