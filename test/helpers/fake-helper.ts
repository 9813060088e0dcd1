import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from './world.ts'

/**
 * Puts a program in the place of a credential helper.
 * @param script of a shell; `$1` is what it is asked to do.
 * @returns the environment in which it is found.
 */
export function fakeHelper(
  world: World,
  name: string,
  script: string,
): { PATH: string; OD_LINK_STORE: string } {
  const folder = join(world.dir, 'bin')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `docker-credential-${name}`)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return { PATH: `${folder}:/usr/local/bin:/usr/bin:/bin`, OD_LINK_STORE: `helper:${name}` }
}
