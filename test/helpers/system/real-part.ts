import { spawnSync } from 'node:child_process'

/**
 * Whether a program that a test needs for real is on this machine. Without it the test is skipped, with a line
 * that says so; where every part must be there (continuous integration), its absence is a failure.
 */
export function hasRealPart(program: string, forWhat: string): boolean {
  // Programs of these names on Windows are others than the tests were written for.
  if (process.platform === 'win32') return skips(`${program} is Debian's`, forWhat)
  // Debian keeps servers where not every PATH leads.
  const found = spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`]).status === 0
  return found || skips(`${program} is not installed`, forWhat)
}

/**
 * The same for what this user may do: whether `unshare` gives a process a room of its own, in which a command works.
 * @param flags such as `-m`, for mounts of its own, or `--net`.
 */
export function canUnshare(flags: string[], forWhat: string, command = ['true']): boolean {
  if (!hasRealPart('unshare', forWhat)) return false
  const tried = spawnSync('unshare', [...flags, ...command])
  return tried.status === 0 || skips(`unshare ${flags.join(' ')} is not allowed`, forWhat)
}

/** Says why a test is skipped, or fails where nothing may be. */
export function skips(why: string, forWhat: string): false {
  if (process.env.OD_LINK_TEST_REAL_PARTS === 'required') {
    throw new Error(`${why}, which is needed for ${forWhat}, and OD_LINK_TEST_REAL_PARTS is "required"`)
  }
  console.warn(`skipped, because ${why}: ${forWhat}`)
  return false
}
