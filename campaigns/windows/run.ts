import { spawnSync } from 'node:child_process'

/**
 * Runs a program of this machine to its end, and lets others go first.
 * @returns stdout.
 * @throws with its output when it fails.
 */
export function run([program = '', ...words]: string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync('nice', ['-n', '19', program, ...words], {
    cwd,
    encoding: 'utf8',
    timeout: 900_000,
  })
  if (status !== 0) throw new Error(`${[program, ...words].join(' ')}: ${error ?? status} ${stdout}${stderr}`)
  return stdout
}
