import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The folder of the project. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs a program to its end.
 * @param options as for spawnSync; it runs in the project's folder unless they say otherwise.
 * @returns what it printed.
 * @throws an Error with what it said, when it fails.
 */
export function run(program, args, options = {}) {
  // npm is a script on Windows, which a shell alone can start.
  const shell = process.platform === 'win32' && program === 'npm'
  const ran = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26, shell, ...options })
  if (ran.status === 0) return ran.stdout ?? ''
  const said = `${ran.stdout ?? ''}${ran.stderr ?? ''}${ran.error?.message ?? ''}`.trim()
  throw new Error(`${program} ${args.join(' ')} failed${said ? `:\n${said}` : ''}`)
}
