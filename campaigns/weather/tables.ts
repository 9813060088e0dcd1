/*
 * The results as tables: a column per kind of request, a row per failure, each cell with exit code and
 * seconds.
 */

import { writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { version } from '../../package.json'
import { usualLoad } from './check.ts'
import { groups, type KindName, kindNames, kindOf } from './kinds.ts'
import { type Exception, exceptions, exitCodes, graceSeconds, type Run } from './promises.ts'
import type { Result } from './station.ts'
import { type Trouble, type WeatherName, weatherNames, weatherOf } from './weathers.ts'

/** The path is the same from here and from the bundle in campaigns/artifacts. */
const page = fileURLToPath(new URL('./README.md', import.meta.url))

const secondsOf = ({ outcome }: Result) => outcome.milliseconds / 1000

export interface Figures {
  broken: number
  sentence: string
}

export function figuresOf(results: Result[], seconds: number): Figures {
  const broken = results.filter((one) => one.broken.length > 0).length
  const unbounded = results.filter(({ isBounded }) => !isBounded).length
  const late = results.filter((one) => one.isBounded && secondsOf(one) > one.cell.withinSeconds).length
  const pairs = new Set(results.map(({ cell }) => `${cell.kind}, ${cell.weather}`)).size
  const slowest = results.toSorted((one, other) => secondsOf(other) - secondsOf(one))[0] as Result
  const { kind, weather, run, withinSeconds } = slowest.cell
  const longest = `The slowest run was ${kind}, ${weather}, ${run}: ${secondsOf(slowest).toFixed(1)} s of ${withinSeconds} s.`
  const sentence = `${pairs} cells in ${results.length} runs, ${unbounded} unbounded, ${late} late under load, ${broken} broken; ${seconds.toFixed(0)} s. ${longest}`
  return { broken, sentence }
}

export function printTables(results: Result[]): void {
  for (const run of runs) for (const [name, kinds] of Object.entries(groups)) print(name, kinds, run)

  function print(name: string, kinds: KindName[], run: Run): void {
    const rows = tableOf(results, run, kinds)
    if (rows.length === 1) return
    console.log(`\n${name}: ${run}\n`)
    const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
    for (const row of rows) console.log(row.map((text, at) => text.padEnd(widths[at] ?? 0)).join('  '))
  }
}

const runs: Run[] = ['stays', 'passes', 'stays, without a flag']

/** Rows of cells, the heading first, without failures and kinds that have no results. */
function tableOf(results: Result[], run: Run, wanted: KindName[]): string[][] {
  const found = new Map(
    results
      .filter(({ cell }) => cell.run === run)
      .map((one) => [`${one.cell.kind} ${one.cell.weather}`, one]),
  )
  const kinds = wanted.filter((kind) => weatherNames.some((weather) => found.has(`${kind} ${weather}`)))
  const rows = weatherNames.map((weather) => [
    weather,
    ...kinds.map((kind) => cellText(found, kind, weather)),
  ])
  return [['', ...kinds], ...rows.filter((row) => row.slice(1).some((text) => text !== '·'))]
}

function cellText(found: Map<string, Result>, kind: KindName, weather: WeatherName): string {
  const result = found.get(`${kind} ${weather}`)
  if (!result) return '·'
  const { code, signal } = result.outcome
  return `${result.broken.length > 0 ? '✗ ' : ''}${code ?? signal}, ${secondsOf(result).toFixed(1)} s`
}

const markdown = ([heads = [], ...rows]: string[][]) =>
  [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

/** A table for each group, below a heading of its own. */
function byGroup(results: Result[], run: Run): string {
  return Object.entries(groups)
    .map(([name, kinds]) => `### ${name}\n\n${markdown(tableOf(results, run, kinds))}`)
    .join('\n\n')
}

/** Writes the campaign's README.md. */
export function writePage(results: Result[], { sentence }: Figures): void {
  const text = `# Bad weather

How \`od-link\` reacts when the network, Microsoft or the clock fails: every kind of request that it sends, with every
kind of failure. Written by \`npm run test:weather -- --write\`, which runs the built program against the sandbox.

${sentence} od-link ${version}, Node ${process.version} on ${process.platform}, ${new Date().toISOString().slice(0, 10)}. Several
runs share ${availableParallelism()} cores (15-minute load average: ${loadavg()[2]?.toFixed(0)}), so the seconds show how long od-link waits, not how
fast it is.

In every cell, the command ends within its time limit and with the expected exit code. A failure prints one sentence and a
next step (with \`--json\`, in every other cell, one object with kind, hint and exit code), never a stack trace. The command
reports success only when the work is done. The links are unchanged, or contain newer tokens that the server accepts. An
upload leaves the whole file once or nothing, and no session that nobody can continue; a download leaves the whole file or none
under its name; a saved drive is added or not.

## Failures that stay

Exit code, and seconds until the command ended. \`·\`: not possible.

${byGroup(results, 'stays')}

## Failures that pass

Only the first attempt fails. The table contains the requests that od-link retries.

${byGroup(results, 'passes')}

## The requests and their time limits

A cell may take ${graceSeconds} s more than its limit: a process starts slowly on a busy machine, and the last attempt gets at least
2 s. A failure that is not retried, and is not a silent server, is reported at once and may only take those ${graceSeconds} s.
When more than ${usualLoad} processes per core are waiting as a cell ends (1-minute load average), the ${graceSeconds} s grow in proportion. The
figures above count a cell that needed this extra time as late under load, and one that took longer as unbounded.

${markdown([['', 'request', 'command', 'retried', 'time limit', 'in these tables', 'without a flag'], ...kindNames.map(kindRow)])}

Limits without a flag, with a server that sends no answer:

${markdown(tableOf(results, 'stays, without a flag', kindNames))}

## What Microsoft was seen to answer

Where the failures with a code, words or a number were reported:

${weatherNames.flatMap(sourceLine).join('\n')}

## The exit codes

These apply when the failure stays. When it passes, the exit code is 0.

${markdown([
  ['', 'weather', 'sign-in service', 'Microsoft Graph'],
  ...Object.entries(exitCodes).map(([trouble, codes]) => [
    trouble,
    weatherNames.filter((name) => weatherOf(name).is === (trouble as Trouble)).join('; '),
    ...Object.values(codes).map(String),
  ]),
])}

Exceptions:

${exceptions.map(exceptionLine).join('\n')}

0 done, 1 a bug in od-link, 2 usage, 3 the name is taken, 4 sign in again, 6 Microsoft throttled or failed after all
retries, 7 network, 8 nothing there, 9 not allowed.
`
  writeFileSync(page, text)
}

function kindRow(name: KindName): string[] {
  const { asks, command, repeated, limit } = kindOf(name)
  const here = limit.flag ? `${limit.flag} ${limit.stays}, or ${limit.passes} if it passes` : 'same'
  return [
    name,
    `\`${asks}\``,
    `\`${command}\``,
    repeated ? 'yes' : 'no',
    limit.why,
    here,
    `${limit.default} s`,
  ]
}

function sourceLine(name: WeatherName): string[] {
  const { source } = weatherOf(name)
  return source ? [`- ${name}: ${source}`] : []
}

function exceptionLine({ kinds, in: where, run, exit, because }: Exception): string {
  return `- ${kinds.join(', ')} in ${where.join(', ')}${run === 'passes' ? ', passing' : ''}: ${exit}, because ${because}.`
}
