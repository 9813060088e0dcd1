/* What `npm run test:sudden-death` prints and writes. */

import type { Row } from './run.ts'

export const tableHead = `| killed | how | kills | old state left | new state left | broken |
|---|---|---|---|---|---|`

export function rowOf({ what, how, kills, left, broken }: Row): string {
  return `| ${what} | ${how} | ${kills} | ${left.earlier} | ${left.new} | ${broken.length} |`
}

/** The text of README.md. */
export function pageOf(rows: Row[], seed: string): string {
  const sum = (number: (row: Row) => number) => rows.reduce((all, row) => all + number(row), 0)
  const kills = sum((row) => row.kills)
  const broken = sum((row) => row.broken.length)
  return `# Sudden death

od-link was killed ${kills} times with \`kill -9\` while it was writing; ${broken} times something was broken.

Written by \`npm run test:sudden-death -- --write\` on Node ${process.version}, ${process.platform}, with a real gnome-keyring and a
real \`pass\`, against the sandbox. \`--seed ${seed}\` repeats the run with the same timing.

- **at random**: half of the kills at any time in the run, half shortly after a visible event: the token request at the
  server, the lock, the draft of a file. Half of them also kill all child processes, as when a machine stops; the others
  leave a credential helper running.
- **before each step**: once before each change of a file, each message to the keyring, the server or a child, and each
  start of a child.

After each kill, without any cleanup: the link is the old one or the new one, it can be renewed and saved and gives access
to the drive, and the next command does not wait for a lock. A first login leaves no link or a complete one. A second
\`logout\`, move or login completes the first, and \`logout --all\` finds everything that is left in any store. Running a
list again creates what is missing, creates nothing twice, and reports no conflict. The sandbox can load its state file.
An upload is complete or not there, and the same command completes it by the session that was saved; only where the kill came
before the session's URL was saved may Microsoft hold the name for a while. A download is complete or has another name, and the
same command completes it and leaves nothing beside it. A saved drive is saved or not, as a whole.

gnome-keyring 42 crashes with a failed assertion in about one of three thousand interrupted connections, whichever client
interrupts them. The keyring then stays locked until someone unlocks it, and od-link reports that with exit code 5. When this
happens, the daemon is restarted and the kill is repeated.

${tableHead}
${rows.map(rowOf).join('\n')}
`
}
