import type { World } from '../program/world.ts'
import { leftAs, odLinkWord, startInTerminal } from './terminal.ts'

export const enter = '\r'
export const ctrlC = '\x03'
export const ctrlD = '\x04'

export interface AtTerminal {
  code: number | null
  /** Everything on the screen, without colours and cursor movements. */
  shown: string
  /** Whether the terminal echoes input again at the end. */
  echoes: boolean
}

/**
 * Runs od-link in a real terminal of 80 columns, and types each answer when its question appears.
 * @param answers pairs of a question, as it ends on the screen, and the keys to type.
 */
export async function atTerminal(
  { env }: World,
  args: string[],
  answers: [question: string, keys: string][],
  more: NodeJS.ProcessEnv = {},
): Promise<AtTerminal> {
  const words = [odLinkWord, ...args.map((word) => `'${word}'`)].join(' ')
  const terminal = startInTerminal(`stty cols 80; ${words}${leftAs}`, { ...env, ...more })
  let answered = 0
  for (const [question, keys] of answers) {
    await terminal.seen(question, answered)
    answered = terminal.shown().indexOf(question, answered) + question.length
    terminal.type(keys)
    // While typing, the line is drawn again with its question.
    if (!keys.endsWith(enter)) continue
    await terminal.seen(/\n/, answered)
    answered = terminal.shown().indexOf('\n', answered)
  }
  const { code, shown } = await terminal.ended
  const [before = '', after = ''] = shown.split(/\n(?=speed \d+ baud)/)
  return { code, shown: before, echoes: /\secho\s/.test(after) }
}
