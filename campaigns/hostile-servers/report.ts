import { boundMb, type Result } from './attack.ts'

/** The results as a table, one row per group. */
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

/** campaigns/hostile-servers/README.md. @param total the number of all attacks, of which these were run. */
export function page(results: readonly Result[], total: number, milliseconds: number): string {
  const count = results.length === total ? `${total}` : `a sample of ${results.length} of the ${total}`
  const failures = results.filter(({ problems }) => problems.length > 0).length
  return `# Hostile servers

Written by \`npm run test:hostile-servers -- --write\`: ${count} attacks on the built program
by a server in Microsoft's place, **failures: ${failures}**. Each attack runs a whole command of a linked account
(login, setup, mkdir, status, doctor, ls, upload, download, mv, rm, share, drive add) and tampers with one of the answers.
${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${process.platform}, ${Math.round(milliseconds / 60_000)} minutes.

A failure is one of these:

- the process does not end within its limit (20 s for mkdir, 30 s for a list and doctor, 40 s for a transfer, 75 s for status,
  90 s for a sign-in), or uses more than ${boundMb} MB of memory;
- the exit code is not documented, or does not fit the attack; 1 only fits an unknown Graph error, which od-link reports
  as it is;
- od-link prints a control or bidi character, a stack trace, a token or another secret, or more than 20,000 characters of
  messages;
- the command fails without a message, or with \`--json\` without a message, a next step and its exit code;
- the command ends with 0 but does not print what it should: one path per line, or valid JSON; or a downloaded file is not
  the one in the drive;
- the link is neither unchanged nor a complete new one with usable tokens;
- the process connects to any other host.

${table(results)}

*Fields*: one field or header of a genuine answer is replaced, for every field of every answer: by escape sequences with
bidi overrides, by 10 MB of text, and by two of about ten other values in rotation, such as a wrong type, an empty string, a
huge number, or arrays nested 100,000 deep (\`-- --all\` tries all of them on each field). *Slowest* is the longest command,
including the waits that the server imposed, on a machine that ran several at a time.
`
}
