import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { node, program } from '../program/od-link.ts'
import type { World } from '../program/world.ts'
import { startInTerminal, type Terminal } from './terminal.ts'

/** A person at an interactive shell, with od-link on the PATH. */
export interface InteractiveShell {
  terminal: Terminal
  /** Types the line, then Tab, the rest and Enter. @returns the arguments that od-link gets. */
  completed: (line: string, rest?: string) => Promise<string[]>
  /**
   * Types the line and presses Tab until every shell lists candidates, waits for the pattern, and cancels the
   * line.
   */
  offered: (line: string, seen: RegExp) => Promise<void>
  exit: () => Promise<void>
}

/** @param line starts the shell, which must be interactive and have the completion. */
export function startShell(
  { dir, env }: World,
  line: string,
  more: NodeJS.ProcessEnv = {},
): InteractiveShell {
  const bin = join(dir, 'bin')
  mkdirSync(bin, { recursive: true })
  const say = `console.log('ran' + ': ' + JSON.stringify(process.argv.slice(1)))`
  // The completion is real; the command that is then run prints its arguments.
  const wrapper = `#!/bin/sh
case $1 in __complete | completion) exec '${node}' '${program}' "$@" ;; esac
exec '${node}' -e "${say}" -- "$@"
`
  writeFileSync(join(bin, 'od-link'), wrapper)
  chmodSync(join(bin, 'od-link'), 0o755)
  const terminal = startInTerminal(
    `stty cols 80 rows 40; exec ${line}`,
    { ...env, PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`, LANG: 'C.UTF-8', PS1: '> ', ...more },
    300_000,
  )
  return {
    terminal,
    async completed(typed, rest = '') {
      const before = terminal.shown().length
      terminal.type(`${typed}\t${rest}\r`)
      const [, args = ''] = await terminal.seen(/ran: (\[.*\])\s/, before)
      return JSON.parse(args)
    },
    async offered(typed, wanted) {
      const before = terminal.shown().length
      terminal.type(`${typed}\t\t\t`)
      await terminal.seen(wanted, before)
      terminal.type('\x03')
    },
    async exit() {
      // `exit` could be lost after a Ctrl-C.
      terminal.child.kill()
      await terminal.ended
    },
  }
}

/**
 * Completes the folders at a path until they arrive within the limit, like a person who presses Tab again.
 */
export async function foldersSeen({ run }: World, path: string): Promise<string[]> {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const { stdout } = await run(['__complete', 'fish', `od-link mkdir ${path}`])
    const [, ...folders] = stdout.trimEnd().split('\n')
    if (folders.length > 0) return folders.map((line) => line.trimEnd())
  }
  throw new Error(`no folders were seen at ${path}`)
}
