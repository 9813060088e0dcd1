import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '../program/world.ts'
import { hasRealPart } from './real-part.ts'

/**
 * A clock that a test can set, even while programs run. Timeouts are not affected: they use the monotonic
 * clock.
 */
export interface SetClock {
  /** The environment that makes a program use it. */
  env: NodeJS.ProcessEnv
  /** @param offset from the true time, as in `+1d` or `-2h`. */
  set: (offset: string) => void
  remove: () => void
}

export function hasSetClock(): boolean {
  return hasRealPart('faketime', 'tests with a clock that jumps')
}

export function setClock({ dir }: World): SetClock {
  const file = join(dir, 'clock')
  // The faketime program knows the path of its library.
  const library = spawnSync('faketime', ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' })
  const set = (offset: string) => writeFileSync(file, `${offset}\n`)
  set('+0')
  return {
    env: {
      LD_PRELOAD: library.stdout.trim(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
    remove: () => rmSync(file),
  }
}
