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

/** docs/hostile-servers.md */
export function page(results: readonly Result[], milliseconds: number): string {
  const strangest = results.length
  return `# Servers that mean harm

Written by \`npm run hostile -- --write\`: ${strangest} attacks on the built program by a server in Microsoft's place, each a
whole process against a linked account. Node ${process.version}, ${process.platform}; ${Math.round(milliseconds / 60_000)} minutes.

After each of them:

- the process has ended within its bound, and by itself; its memory stayed below ${boundMb} MB;
- the exit code is one of those that are documented, and not 1;
- no control or bidi character reached stdout or stderr, no stack trace, no secret, and no more than 20,000 characters of talk;
- stdout of a command that ended with 0 is what it always is: one line a path, or JSON that can be read;
- the link is byte for byte what it was, or a whole new one that can be used;
- no connection was opened to any other host.

${table(results)}
`
}
