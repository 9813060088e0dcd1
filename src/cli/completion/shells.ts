import { bash } from './bash.ts'
import { fish } from './fish.ts'
import { powershell } from './powershell.ts'
import type { Shell } from './shell.ts'
import { zsh } from './zsh.ts'

/** The shells. One more is one file, one line here, and one in the description of the command. */
export const shells: Record<string, Shell> = { bash, zsh, fish, powershell }
