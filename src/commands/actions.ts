import type { Action } from '../cli/command.ts'
import type { CommandName } from './index.ts'

/**
 * What each verb does, loaded when it runs. Only main.ts imports this: a description is then read without its action,
 * and nothing below the commands can lead back to them.
 */
export const actions = {
  setup: () => import('./setup/run.ts'),
  login: () => import('./login/run.ts'),
  logout: () => import('./logout/run.ts'),
  status: () => import('./status/run.ts'),
  use: () => import('./use/run.ts'),
  token: () => import('./token/run.ts'),
  mkdir: () => import('./mkdir/run.ts'),
  ls: () => import('./ls/run.ts'),
  upload: () => import('./upload/run.ts'),
  download: () => import('./download/run.ts'),
  mv: () => import('./mv/run.ts'),
  rm: () => import('./rm/run.ts'),
  share: () => import('./share/run.ts'),
  open: () => import('./open/run.ts'),
  drive: () => import('./drive/run.ts'),
  api: () => import('./api/run.ts'),
  config: () => import('./config/run.ts'),
  store: () => import('./store/run.ts'),
  doctor: () => import('./doctor/run.ts'),
  explain: () => import('./explain/run.ts'),
  sandbox: () => import('./sandbox/run.ts'),
  demo: () => import('./demo/run.ts'),
  completion: () => import('./completion/run.ts'),
  help: () => import('./help/run.ts'),
} as const satisfies Record<CommandName, () => Promise<{ run: Action }>>
