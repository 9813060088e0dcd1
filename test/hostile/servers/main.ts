import { writeFileSync } from 'node:fs'
import { startSandbox } from '../../helpers/sandbox.ts'
import type { Result } from './attack.ts'
import { allCases } from './cases/index.ts'
import { perform } from './perform.ts'
import { page, table } from './report.ts'
import { setStage } from './stage.ts'
import { startStranger } from './stranger.ts'

/**
 * `npm run hostile`: every attack of a server on every command that talks to one. It prints a table, a line for each
 * failure, and ends with 1 when there is one.
 * `--only TEXT` runs those whose group or name holds it; `--write` writes docs/hostile-servers.md; `--all` does
 * every kind of harm to every field, which takes an hour; `--one-in N` takes every N-th of those that
 * are left. MACHINES is how many run at a time.
 */
const [, , ...words] = process.argv
const after = (flag: string) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined)
const only = after('--only')
const step = Number(after('--one-in') ?? 1)
const machines = Number(process.env.MACHINES ?? 4)

const [sandbox, stranger] = await Promise.all([startSandbox(), startStranger()])
const began = Date.now()
const stage = await setStage(sandbox, stranger)
const cases = await allCases(stage, words.includes('--all'))
await stage.stop()
const wanted = cases
  .filter(({ group, name, scene }) => !only || `${group} ${name} ${scene}`.includes(only))
  .filter((_, at) => at % step === 0)
console.log(`${wanted.length} attacks, ${machines} at a time`)
const done = (result: Result) => {
  const { attack, problems, code, milliseconds, output } = result
  if (problems.length === 0) return
  console.log(
    `✗ ${attack.group}: ${attack.name} (${attack.scene}, ${attack.flags?.join(' ')}; ${code}, ${Math.round(milliseconds)} ms)`,
  )
  for (const problem of problems) console.log(`    ${problem}`)
  console.log(`    ${JSON.stringify(output.slice(0, 300))}`)
}
const plain = await perform(
  wanted.filter(({ tls }) => !tls),
  { sandbox, stranger },
  { machines, done },
)
const overTls = await perform(
  wanted.filter(({ tls }) => tls),
  { sandbox, stranger },
  { machines, tls: true, done },
)
const results = [...plain, ...overTls]
console.log(table(results))
const failures = results.filter(({ problems }) => problems.length > 0)
if (words.includes('--write')) writeFileSync('docs/hostile-servers.md', page(results, Date.now() - began))
stranger.stop()
await sandbox.stop()
process.exitCode = failures.length > 0 ? 1 : 0
