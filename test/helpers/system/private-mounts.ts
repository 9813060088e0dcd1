import { canUnshare } from './real-part.ts'

/** Whether this user may make a mount namespace: then a test can lay its own files over the machine's. */
export function canMount(forWhat: string): boolean {
  return canUnshare(['-m'], forWhat, ['mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
}

/**
 * A command line that runs a program where it sees mounts of its own, and nobody else does.
 * @param prepare shell commands, run there first as root.
 */
export function withMounts(prepare: string[], program: string, args: string[]): [string, string[]] {
  const script = [...prepare, 'exec "$0" "$@"'].join(' && ')
  return ['unshare', ['-m', 'sh', '-c', script, program, ...args]]
}
