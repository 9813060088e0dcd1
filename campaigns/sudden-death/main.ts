/*
 * `npm run test:sudden-death`: kills od-link a few hundred times while it writes, and checks what is left. `-- --write`
 * writes campaigns/sudden-death/README.md, `--only WORDS` selects victims, `--seed NUMBER` repeats the timing
 * of a run, `--steps` also kills before each step. The exit code is 1 when anything was broken.
 */

import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { keepFigures } from '../../test/helpers/program/figures.ts'
import { hasMachine, startMachine } from './machine.ts'
import { chanceOf } from './plan.ts'
import { pageOf, rowOf, tableHead } from './report.ts'
import { killAtEachStep, killAtRandom, places, type Row } from './run.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    times: { type: 'string', default: '12' },
    only: { type: 'string', default: '' },
    steps: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
if (!hasMachine()) throw new Error('a store that it needs is not on this machine')
const rows: Row[] = []
console.log(`Node ${process.version}; the same instants again: --seed ${values.seed}\n\n${tableHead}`)
const keep = (row: Row) => {
  rows.push(row)
  console.log([rowOf(row), ...row.broken].join('\n'))
}

/** Kills all selected victims, each place on its own machine. */
const waiting = [...places.entries()]
async function work(): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [index, place] = next
    const machine = await startMachine()
    const interrupted = () => machine.stop().finally(() => process.exit(130))
    process.once('SIGINT', interrupted)
    const { victims, areShort, end } = await place(machine)
    for (const [at, victim] of victims.entries()) {
      if (!victim.what.includes(values.only)) continue
      const random = chanceOf(Number(values.seed), index, at)
      keep(await killAtRandom(machine, victim, Number(values.times), random))
      if (areShort && values.steps) keep(await killAtEachStep(machine, victim))
    }
    await end()
    await machine.stop()
    process.off('SIGINT', interrupted)
  }
}
await Promise.all([work(), work(), work()])
rows.sort((a, b) => a.what.localeCompare(b.what))
const broken = rows.flatMap((row) => row.broken).length
const figures = `${rows.reduce((sum, { kills }) => sum + kills, 0)} kills, ${broken} broken.`
console.log(`\n${figures}`)
if (values.write) {
  writeFileSync('campaigns/sudden-death/README.md', pageOf(rows, values.seed))
  keepFigures('docs/reliability.md', 'kills', figures)
}
process.exitCode = broken > 0 ? 1 : 0
