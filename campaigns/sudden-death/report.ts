import type { Row } from './run.ts'

/** What `npm run test:sudden-death` prints and writes. */

export const tableHead = `| killed | how | kills | left the earlier | left the new | broken |
|---|---|---|---|---|---|`

export function rowOf({ what, how, kills, left, broken }: Row): string {
  return `| ${what} | ${how} | ${kills} | ${left.earlier} | ${left.new} | ${broken.length} |`
}

/** The page in the documentation. */
export function pageOf(rows: Row[], seed: string): string {
  const sum = (number: (row: Row) => number) => rows.reduce((all, row) => all + number(row), 0)
  const kills = sum((row) => row.kills)
  const broken = sum((row) => row.broken.length)
  return `# Sudden death

${kills} times od-link was ended by \`kill -9\` in the middle of what it writes; ${broken} times something was broken.

Written by \`npm run test:sudden-death -- --write\` on Node ${process.version}, ${process.platform}, with a real gnome-keyring and a
real \`pass\`, against the sandbox. \`--seed ${seed}\` kills at the same instants again.

- **at random**: half of the kills anywhere in the run, half shortly after something that can be seen from outside: the
  request for tokens at the server, the lock, a draft of a file. Half of them end all that od-link had started, too, as a
  machine that stops does; the others leave a credential helper running.
- **before each step**: once before each change of a file, each message to the keyring, the server or a child, each start
  of a child, from the first to the last.

After each kill, with no tidying up: the link is the earlier one or the new one, it can be renewed and saved and
leads to the drive, and the next command waits for no lock. A first login leaves no link or a whole one; a second \`logout\`, move or
login finishes the work of the first, and nothing is left in any store that \`logout --all\` does not find. A second
run of a list makes what is missing, nothing twice, and calls nothing taken. A state file of the sandbox loads.

gnome-keyring 42 ends itself, by an assertion of its own, about once in three thousand conversations that are cut off,
whoever cuts them off; its links are locked then until someone unlocks it, and od-link says so, with 5. Where that happens the
daemon is started anew, and the kill is done again.

${tableHead}
${rows.map(rowOf).join('\n')}
`
}
