import { writeFileSync } from 'node:fs'
import { candidatesFor } from '../../cli/completion/candidates.ts'
import type { Shell } from '../../cli/completion/shell.ts'
import { shells } from '../../cli/completion/shells.ts'
import { sanitize } from '../../text/sanitize.ts'
import { commands } from '../index.ts'
import { valuesOf } from './values.ts'

/**
 * `od-link __complete SHELL …`: prints the candidates at the cursor for the script of that shell. If anything fails,
 * it prints nothing: a message would land in the middle of what the person is typing.
 */
export async function complete([name = '', ...asked]: string[]): Promise<void> {
  try {
    const lines = await answer(shells[name], asked)
    if (lines.length > 0) writeFileSync(1, `${lines.join('\n')}\n`)
  } catch {
    // The shell continues without candidates.
  }
}

async function answer(shell: Shell | undefined, asked: string[]): Promise<string[]> {
  if (!shell) return []
  const candidates = await candidatesFor(shell.read(asked), commands, valuesOf)
  if (candidates === 'files') return shell.files?.() ?? ['files']
  // A folder's name can hold control characters; one that cannot be shown unchanged is left out.
  return shell.write(
    candidates
      .filter(({ word }) => word === sanitize(word))
      .map(({ word, about }) => ({ word, about: sanitize(about ?? '') })),
    asked,
  )
}
