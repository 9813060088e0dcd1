import { canUnshare } from './real-part.ts'

/** Whether this user can create a mount namespace, in which a test can replace files of the machine. */
export function canMount(forWhat: string): boolean {
  return canUnshare(['-m'], forWhat, ['mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
}

/**
 * A command line that runs a program in its own mount namespace.
 * @param prepare shell commands, run there first as root.
 */
export function withMounts(prepare: string[], program: string, args: string[]): [string, string[]] {
  const script = [...prepare, 'exec "$0" "$@"'].join(' && ')
  return ['unshare', ['-m', 'sh', '-c', script, program, ...args]]
}
