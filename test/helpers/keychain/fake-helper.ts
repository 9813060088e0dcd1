import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '../program/world.ts'
import { putProgram } from '../system/put-program.ts'

/**
 * Installs a fake credential helper.
 * @param script the shell script; `$1` is the requested action.
 * @returns the environment that finds it.
 */
export function fakeHelper(
  world: World,
  name: string,
  script: string,
): { PATH: string; OD_LINK_STORE: string } {
  const folder = join(world.dir, 'bin')
  mkdirSync(folder, { recursive: true })
  putProgram(join(folder, `docker-credential-${name}`), script)
  return { PATH: `${folder}:/usr/local/bin:/usr/bin:/bin`, OD_LINK_STORE: `helper:${name}` }
}
