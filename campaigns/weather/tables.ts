import { writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { version } from '../../package.json'
import { usualLoad } from './check.ts'
import { type KindName, kindNames, kindOf } from './kinds.ts'
import { type Exception, exceptions, exitCodes, graceSeconds, type Run } from './promises.ts'
import type { Result } from './station.ts'
import { type Trouble, type WeatherName, weatherNames, weatherOf } from './weathers.ts'

/** The results as tables: a column a kind of request, a row a weather, in each cell the exit code and the seconds. */

/** Found from here and from the bundle in campaigns/artifacts. */
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
  for (const run of runs) {
    const rows = tableOf(results, run)
    if (rows.length === 1) continue
    console.log(`\nWeather that ${run}\n`)
    const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
    for (const row of rows) console.log(row.map((text, at) => text.padEnd(widths[at] ?? 0)).join('  '))
  }
}

const runs: Run[] = ['stays', 'passes', 'stays, without a flag']

/** Rows of cells, the heads first; a weather that none of these results has is left out. */
function tableOf(results: Result[], run: Run): string[][] {
  const found = new Map(
    results
      .filter(({ cell }) => cell.run === run)
      .map((one) => [`${one.cell.kind} ${one.cell.weather}`, one]),
  )
  const rows = weatherNames.map((weather) => [
    weather,
    ...kindNames.map((kind) => cellText(found, kind, weather)),
  ])
  return [['', ...kindNames], ...rows.filter((row) => row.slice(1).some((text) => text !== '·'))]
}

function cellText(found: Map<string, Result>, kind: KindName, weather: WeatherName): string {
  const result = found.get(`${kind} ${weather}`)
  if (!result) return '·'
  const { code, signal } = result.outcome
  return `${result.broken.length > 0 ? '✗ ' : ''}${code ?? signal}, ${secondsOf(result).toFixed(1)} s`
}

const markdown = ([heads = [], ...rows]: string[][]) =>
  [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

/** Writes the page beside the campaign. */
export function writePage(results: Result[], { sentence }: Figures): void {
  const text = `# Bad weather

What becomes of \`od-link\` when the network, Microsoft or the clock fails: every kind of request that it sends, in
every weather. Written by \`npm run test:weather -- --write\`, which runs the built program against the sandbox.

${sentence} od-link ${version}, Node ${process.version} on ${process.platform}, ${new Date().toISOString().slice(0, 10)}; several
runs at a time share ${availableParallelism()} cores (load average of 15 minutes: ${loadavg()[2]?.toFixed(0)}), so the seconds tell what is waited for, not
how fast od-link is.

In every cell: the command ends by itself within its bound and with its exit code; a failure is one sentence with a
next step (with \`--json\`, in every other cell, one object with kind, hint and exit code) and never a stack trace; it
says that the work is done when it is, and only then; the links are byte for byte what they were, or hold newer tokens
that the server takes.

## Weather that stays

Exit code, and seconds until the command had ended. \`·\`: cannot be.

${markdown(tableOf(results, 'stays'))}

## Weather that passes

The first attempt meets it, the next one does not. Only requests that are sent again are here.

${markdown(tableOf(results, 'passes'))}

## The requests, and how long they may take

A cell may take ${graceSeconds} s more than its bound, for the start of the process on a busy machine and the least time (2 s) that a
last attempt is given. What is not sent again, and is no silence, is told at once and may take those ${graceSeconds} s alone.
Where more than ${usualLoad} processes a core want to run when a cell ends (the load average of a minute), those ${graceSeconds} s grow in
proportion. The figures above count a cell that needed that as late under load, and one that took longer as unbounded.

${markdown([['', 'request', 'command', 'sent again', 'bound', 'in these tables', 'without a flag'], ...kindNames.map(kindRow)])}

Bounds without a flag, in a server that falls silent before its answer:

${markdown(tableOf(results, 'stays, without a flag'))}

## The exit codes, and why

The rule for weather that stays; weather that passes ends with 0.

${markdown([
  ['', 'weather', 'sign-in service', 'Microsoft Graph'],
  ...Object.entries(exitCodes).map(([trouble, codes]) => [
    trouble,
    weatherNames.filter((name) => weatherOf(name).is === (trouble as Trouble)).join('; '),
    ...Object.values(codes).map(String),
  ]),
])}

What departs from it:

${exceptions.map(exceptionLine).join('\n')}

0 done, 1 a fault of od-link's own, 2 usage, 3 the name is taken, 4 sign in again, 6 Microsoft throttled or failed after
all retries, 7 network, 9 not allowed.
`
  writeFileSync(page, text)
}

function kindRow(name: KindName): string[] {
  const { asks, command, repeated, limit } = kindOf(name)
  const here = limit.flag ? `${limit.flag} ${limit.stays}, or ${limit.passes} where it passes` : 'the same'
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

function exceptionLine({ kinds, in: where, run, exit, because }: Exception): string {
  return `- ${kinds.join(', ')} in ${where.join(', ')}${run === 'passes' ? ', passing' : ''}: ${exit}, since ${because}.`
}
