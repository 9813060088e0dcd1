import { spawnSync } from 'node:child_process'

/**
 * Whether a real program that a test needs is installed. Without it the test is skipped, with a line that
 * says so; in continuous integration, where all are required, this fails.
 */
export function hasRealPart(program: string, forWhat: string): boolean {
  // On Windows, programs with these names differ from those that the tests expect.
  if (process.platform === 'win32') return skips(`${program} is Debian's`, forWhat)
  // Debian installs servers in folders that are not on every PATH.
  const found = spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`]).status === 0
  return found || skips(`${program} is not installed`, forWhat)
}

/** The same for a module of Debian's own Python; another `python3` may come first on the PATH. */
export function hasPythonModule(name: string, forWhat: string): boolean {
  const found = spawnSync('/usr/bin/python3', ['-c', `import ${name}`]).status === 0
  return found || skips(`Debian's Python has no module ${name}`, forWhat)
}

/**
 * The same for permissions: whether `unshare` gives a process its own namespace in which a command works.
 * @param flags such as `-m` for mounts, or `--net`.
 */
export function canUnshare(flags: string[], forWhat: string, command = ['true']): boolean {
  if (!hasRealPart('unshare', forWhat)) return false
  const tried = spawnSync('unshare', [...flags, ...command])
  return tried.status === 0 || skips(`unshare ${flags.join(' ')} is not allowed`, forWhat)
}

/** Says why a test is skipped, or fails when nothing may be skipped. */
export function skips(why: string, forWhat: string): false {
  if (process.env.OD_LINK_TEST_REAL_PARTS === 'required') {
    throw new Error(`${why}, which is needed for ${forWhat}, and OD_LINK_TEST_REAL_PARTS is "required"`)
  }
  console.warn(`skipped, because ${why}: ${forWhat}`)
  return false
}
