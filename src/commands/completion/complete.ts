import { writeFileSync } from 'node:fs'
import { candidatesFor } from '../../cli/completion/candidates.ts'
import type { Shell } from '../../cli/completion/shell.ts'
import { shells } from '../../cli/completion/shells.ts'
import { sanitize } from '../../text/sanitize.ts'
import { commands } from '../index.ts'
import { valuesOf } from './values.ts'

/**
 * `od-link __complete SHELL …`: what may stand at the cursor, for the script of that shell. Whatever goes wrong, there
 * is nothing to offer, and nothing is said: a person is typing.
 */
export async function complete([name = '', ...asked]: string[]): Promise<void> {
  try {
    const lines = await answer(shells[name], asked)
    if (lines.length > 0) writeFileSync(1, `${lines.join('\n')}\n`)
  } catch {
    // The shell goes on without candidates.
  }
}

async function answer(shell: Shell | undefined, asked: string[]): Promise<string[]> {
  if (!shell) return []
  const candidates = await candidatesFor(shell.read(asked), commands, valuesOf)
  if (candidates === 'files') return shell.files?.() ?? ['files']
  // Without what cannot be shown as it is: the name of a folder may be anything.
  return shell.write(
    candidates
      .filter(({ word }) => word === sanitize(word))
      .map(({ word, about }) => ({ word, about: sanitize(about ?? '') })),
    asked,
  )
}
