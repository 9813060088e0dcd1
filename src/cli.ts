import { api } from './cli/api.ts'
import type { Command } from './cli/command.ts'
import { completion } from './cli/completion.ts'
import { config } from './cli/config.ts'
import { demo } from './cli/demo.ts'
import { doctor } from './cli/doctor.ts'
import { explain } from './cli/explain.ts'
import { help } from './cli/help.ts'
import { login } from './cli/login.ts'
import { logout } from './cli/logout.ts'
import { mkdir } from './cli/mkdir.ts'
import { sandbox } from './cli/sandbox.ts'
import { setup } from './cli/setup.ts'
import { status } from './cli/status.ts'
import { store } from './cli/store.ts'
import { token } from './cli/token.ts'
import { use } from './cli/use.ts'

export type { Arguments, Block, Command, Option, Row } from './cli/command.ts'

/**
 * The command tree, in the order of the help. Parsing, help, completion, the manual page and docs/reference.md come
 * from this one description; a command's module is loaded only when the command runs.
 */
export const commands = {
  setup,
  login,
  logout,
  status,
  use,
  token,
  mkdir,
  api,
  config,
  store,
  doctor,
  explain,
  sandbox,
  demo,
  completion,
  help,
} satisfies Record<string, Command>

export type CommandName = keyof typeof commands
