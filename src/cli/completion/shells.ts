import type { Candidate } from '../../commands/completion/values.ts'
import { bash } from './bash.ts'
import { fish } from './fish.ts'
import { powershell } from './powershell.ts'
import { zsh } from './zsh.ts'

/** How a shell asks for candidates, and is told. */
export interface Shell {
  /** What the person puts into the shell; it asks `od-link __complete SHELL …` and no more. */
  script: string
  /** The words after `od-link`, without quotes, the one at the cursor last, from what the script hands over. */
  read: (asked: readonly string[]) => string[]
  /** The lines that the script reads. */
  write: (candidates: Candidate[], asked: readonly string[]) => string[]
  /** The lines for "a file"; for most shells that word alone. */
  files?: () => string[]
}

/** The shells. One more is one file, one line here, and one in the description of the command. */
export const shells: Record<string, Shell> = { bash, zsh, fish, powershell }
