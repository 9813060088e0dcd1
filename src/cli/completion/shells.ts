import { bash } from './bash.ts'
import { fish } from './fish.ts'
import { powershell } from './powershell.ts'
import type { Shell } from './shell.ts'
import { zsh } from './zsh.ts'

/** The shells. To add one: a file here, a line in this table, and a choice in the command's description. */
export const shells: Record<string, Shell> = { bash, zsh, fish, powershell }
