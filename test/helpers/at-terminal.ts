import { spawn } from 'node:child_process'
import { node, program } from './od-link.ts'
import { hasRealPart } from './real-part.ts'
import type { World } from './world.ts'

export const hasTerminal = () =>
  process.platform === 'linux' && hasRealPart('script', 'a test with a terminal')

export const enter = '\r'
export const ctrlC = '\x03'
export const ctrlD = '\x04'

export interface AtTerminal {
  code: number | null
  /** All that the person saw, without colours and movements of the cursor. */
  shown: string
  /** Whether what is typed is shown again after the end, as it was before. */
  echoes: boolean
}

/**
 * Runs od-link in a real terminal of 80 columns, and types each answer when its question is there.
 * @param answers pairs of a question, as it ends on the screen, and the keys to type.
 */
export async function atTerminal(
  { env }: World,
  args: string[],
  answers: [question: string, keys: string][],
  more: NodeJS.ProcessEnv = {},
): Promise<AtTerminal> {
  const words = [node, program, ...args].map((word) => `'${word}'`).join(' ')
  const command = `stty cols 80; ${words}; code=$?; echo; stty -a; exit $code`
  const terminal = spawn('script', ['-qec', command, '/dev/null'], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', TERM: 'xterm', SHELL: '/bin/sh', ...env, ...more },
    stdio: 'pipe',
  })
  const limit = setTimeout(() => terminal.kill('SIGKILL'), 45_000)
  const left = [...answers]
  let [shown, answered] = ['', 0]
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    const plain = withoutColours(shown)
    const [question, keys] = left[0] ?? []
    if (question === undefined || keys === undefined) return
    // On a new line: while a long line is typed, its question is drawn again.
    const from = answered === 0 ? 0 : plain.indexOf('\n', answered)
    const at = from < 0 ? -1 : plain.indexOf(question, from)
    if (at < 0) return
    answered = at + question.length
    left.shift()
    terminal.stdin.write(keys)
  })
  const code = await new Promise<number | null>((resolve) => terminal.on('close', resolve))
  clearTimeout(limit)
  if (left.length > 0) throw new Error(`"${left[0]?.[0]}" was never asked:\n${withoutColours(shown)}`)
  const [before = '', after = ''] = withoutColours(shown).split(/\n(?=speed \d+ baud)/)
  return { code, shown: before, echoes: /\secho\s/.test(after) }
}

function withoutColours(text: string): string {
  return text.replace(/\x1b\[[\d;]*[A-Za-z]/g, '').replaceAll('\r', '')
}
