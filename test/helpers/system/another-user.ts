import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { hasRealPart, skips } from './real-part.ts'

/** Whether this process can run programs as another, unprivileged user. */
export function canBeAnother(forWhat: string): boolean {
  if (!hasRealPart('setpriv', forWhat)) return false
  return process.getuid?.() === 0 || skips('this is not root, who alone may become another user', forWhat)
}

/** Runs a program as `nobody`, without this environment. */
export function asAnother(
  program: string,
  args: string[],
): { child: ChildProcess; ended: Promise<{ code: number | null; stdout: string; stderr: string }> } {
  const user = ['--reuid=65534', '--regid=65534', '--clear-groups']
  const child = spawn('setpriv', [...user, program, ...args], {
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    stdio: 'pipe',
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (bytes) => (stdout += bytes))
  child.stderr.on('data', (bytes) => (stderr += bytes))
  return { child, ended: once(child, 'close').then(([code]) => ({ code, stdout, stderr })) }
}
