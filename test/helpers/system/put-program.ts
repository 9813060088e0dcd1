import { chmodSync, writeFileSync } from 'node:fs'

/** Writes a shell script that everyone may run, whatever the umask. */
export function putProgram(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}
