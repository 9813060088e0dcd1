import { boundMb, type Result } from './attack.ts'

/** The results as a table, a row a group. */
export function table(results: readonly Result[]): string {
  const groups = [...new Set(results.map(({ attack }) => attack.group))]
  const rows = groups.map((group) =>
    rowOf(
      group,
      results.filter(({ attack }) => attack.group === group),
    ),
  )
  return [
    '| what the server does | attacks | failures | slowest | most memory |',
    '|---|---:|---:|---:|---:|',
    ...rows,
    rowOf('**all**', results),
  ].join('\n')
}

function rowOf(group: string, results: readonly Result[]): string {
  const failures = results.filter(({ problems }) => problems.length > 0).length
  const slowest = Math.max(...results.map(({ milliseconds }) => milliseconds))
  const most = Math.max(...results.map(({ peakMb }) => peakMb))
  return `| ${group} | ${results.length} | ${failures} | ${(slowest / 1000).toFixed(1)} s | ${Math.round(most)} MB |`
}

/** campaigns/hostile-servers/README.md. @param total how many attacks there are, of which these were run. */
export function page(results: readonly Result[], total: number, milliseconds: number): string {
  const count = results.length === total ? `${total}` : `a sample of ${results.length} of the ${total}`
  const failures = results.filter(({ problems }) => problems.length > 0).length
  return `# Servers that mean harm

Written by \`npm run test:hostile-servers -- --write\`: ${count} attacks on the built program
by a server in Microsoft's place, **failures: ${failures}**. Each attack is a whole command of a linked account (login,
setup, mkdir, status, doctor), one of whose answers is tampered with. Node ${process.version}, ${process.platform}, ${Math.round(milliseconds / 60_000)} minutes.

A failure is one of these:

- the process does not end by itself within its bound (20 s for mkdir, 30 s for a list and doctor, 75 s for status, 90 s
  for a sign-in), or takes more than ${boundMb} MB of memory;
- the exit code is not a documented one, or not one that fits where the attack allows few; 1 is right only for a refusal
  by Graph that od-link has no name for and repeats;
- a control or bidi character, a stack trace, a token or another secret is printed, or more than 20,000 characters of talk;
- a failure without a word, or with \`--json\` without a message, a next step and its exit code;
- a command that ends with 0 prints something else than it should: one line a path, or JSON that can be read;
- the link is neither byte for byte what it was nor a whole new one whose tokens can be sent;
- a connection is opened to any other host.

${table(results)}

*Fields*: one field (or header) of a true answer is replaced, each of every answer in turn: by escape sequences with bidi
overrides, by 10 MB of text, and by two of some ten others in turn, such as a wrong type, no text, a huge number, or arrays
100,000 deep (\`-- --all\` does all of them to each). *Slowest* is one command with the waits that the server imposed, on
a machine that ran several at a time.
`
}
