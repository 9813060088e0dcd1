import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Keyring } from '../keychain/keyring.ts'
import type { SandboxProcess } from '../microsoft/sandbox.ts'
import { type Outcome, odLink, type Running, type RunOptions, startOdLink } from './od-link.ts'

/** A person's machine: its own home and settings, a store, and a server. */
export interface World {
  dir: string
  env: NodeJS.ProcessEnv
  run: (args: string[], options?: RunOptions) => Promise<Outcome>
  start: (args: string[], options?: RunOptions) => Running
  /** Links an account; a plain HTTP client plays the browser. */
  login: (...flags: string[]) => Promise<Outcome>
  remove: () => void
}

/** Plays the browser as `OD_LINK_BROWSER`: follows every redirect. */
export const plainBrowser = `"${process.execPath}" -e "fetch(process.argv[1]).then((answer) => answer.text())"`

/** @param keyring default: links are saved in files. */
export function newWorld(
  sandbox: SandboxProcess | undefined,
  keyring?: Pick<Keyring, 'env'>,
  extra: NodeJS.ProcessEnv = {},
): World {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-world-'))
  const env: NodeJS.ProcessEnv = {
    HOME: dir,
    OD_LINK_CONFIG_DIR: join(dir, 'settings'),
    OD_LINK_BROWSER: plainBrowser,
    ...(keyring ? keyring.env : { OD_LINK_STORE: 'file' }),
    ...sandbox?.env,
    ...extra,
  }
  const withEnv = (options: RunOptions = {}) => ({ ...options, env: { ...env, ...options.env } })
  const run: World['run'] = (args, options) => odLink(args, withEnv(options))
  return {
    dir,
    env,
    run,
    start: (args, options) => startOdLink(args, withEnv(options)),
    async login(...flags) {
      const outcome = await run(['login', ...flags])
      if (outcome.code !== 0)
        throw new Error(`the login of a test failed:\n${outcome.stdout}${outcome.stderr}`)
      return outcome
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}
