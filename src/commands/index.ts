import type { Command } from '../cli/command.ts'
import { api } from './api/command.ts'
import { completion } from './completion/command.ts'
import { config } from './config/command.ts'
import { demo } from './demo/command.ts'
import { doctor } from './doctor/command.ts'
import { download } from './download/command.ts'
import { drive } from './drive/command.ts'
import { explain } from './explain/command.ts'
import { help } from './help/command.ts'
import { login } from './login/command.ts'
import { logout } from './logout/command.ts'
import { ls } from './ls/command.ts'
import { mkdir } from './mkdir/command.ts'
import { mv } from './mv/command.ts'
import { open } from './open/command.ts'
import { rm } from './rm/command.ts'
import { sandbox } from './sandbox/command.ts'
import { setup } from './setup/command.ts'
import { share } from './share/command.ts'
import { status } from './status/command.ts'
import { store } from './store/command.ts'
import { token } from './token/command.ts'
import { upload } from './upload/command.ts'
import { use } from './use/command.ts'

/**
 * The verbs, in the order of the help. Parsing, help, completion, the manual page and docs/reference.md come from this
 * one description; what each does is in actions.ts.
 */
export const commands = {
  setup,
  login,
  logout,
  status,
  use,
  token,
  mkdir,
  ls,
  upload,
  download,
  mv,
  rm,
  share,
  open,
  drive,
  api,
  doctor,
  explain,
  help,
  config,
  store,
  completion,
  sandbox,
  demo,
} satisfies Record<string, Command>

export type CommandName = keyof typeof commands
