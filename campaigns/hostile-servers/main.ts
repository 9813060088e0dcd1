import { writeFileSync } from 'node:fs'
import { startSandbox } from '../../test/helpers/microsoft/sandbox.ts'
import { keepFigures } from '../../test/helpers/program/figures.ts'
import type { Result } from './attack.ts'
import { allCases } from './cases/index.ts'
import { perform } from './perform.ts'
import { page, table } from './report.ts'
import { setStage } from './stage.ts'
import { startStranger } from './stranger.ts'

/**
 * `npm run test:hostile-servers`: runs every attack of a server on every command that talks to one. It prints a table
 * and each failure; the exit code is 1 if there is one. `--only TEXT` runs those whose group or name contains
 * it, `--scenes upload,share` those on these commands (scenes.ts); `--write` writes
 * campaigns/hostile-servers/README.md; `--all` tries every replacement on every field, which takes an hour;
 * `--one-in N` runs every N-th of the rest. MACHINES is how many run at a time.
 */
const [, , ...words] = process.argv
const after = (flag: string) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined)
const only = after('--only')
const scenes = after('--scenes')?.split(',')
const step = Number(after('--one-in') ?? 1)
const machines = Number(process.env.MACHINES ?? 4)

// Finishes the running attacks and cleans up; a second signal ends at once.
let isStopped = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (isStopped = true))

const began = Date.now()
const [sandbox, stranger] = await Promise.all([startSandbox(), startStranger()])
try {
  const { results, total } = await attack()
  console.log(table(results))
  const failures = results.filter(({ problems }) => problems.length > 0).length
  if (words.includes('--write') && !isStopped) {
    writeFileSync('campaigns/hostile-servers/README.md', page(results, total, Date.now() - began))
    const [done, all] = [results.length, total].map((count) => count.toLocaleString('en'))
    const figures = `${done} of ${all} attacks; failures: ${failures}.`
    keepFigures('docs/security.md', 'hostile', figures)
  }
  const isFine = failures === 0
  process.exitCode = isFine && !isStopped ? 0 : 1
} finally {
  stranger.stop()
  await sandbox.stop()
}

async function attack(): Promise<{ results: Result[]; total: number }> {
  const stage = await setStage(sandbox, stranger)
  const cases = await allCases(stage, words.includes('--all')).finally(stage.stop)
  const wanted = cases
    .filter(({ group, name, scene }) => !only || `${group} ${name} ${scene}`.includes(only))
    .filter(({ scene }) => !scenes || scenes.includes(scene))
    .filter((_, at) => at % step === 0)
  console.log(`${wanted.length} of ${cases.length} attacks, ${machines} at a time`)
  const at = { sandbox, stranger }
  const how = { machines, done: tell, isStopped: () => isStopped }
  const [plain, overTls] = [wanted.filter(({ tls }) => !tls), wanted.filter(({ tls }) => tls)]
  const results = [...(await perform(plain, at, how)), ...(await perform(overTls, at, { ...how, tls: true }))]
  return { results, total: cases.length }
}

function tell({ attack, problems, code, milliseconds, output }: Result): void {
  if (problems.length === 0 || isStopped) return
  const { group, name, scene, flags = [] } = attack
  const how = [scene, ...flags, `exit ${code}`, `${Math.round(milliseconds)} ms`].join(', ')
  console.log(`✗ ${group}: ${name} (${how})`)
  for (const problem of problems) console.log(`    ${problem}`)
  console.log(`    ${JSON.stringify(output.slice(0, 300))}`)
}
