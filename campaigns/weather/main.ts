import { keepFigures } from '../../test/helpers/program/figures.ts'
import { canUnshare } from '../../test/helpers/system/real-part.ts'
import { cells, unflagged } from './promises.ts'
import { tryAll } from './run.ts'
import { figuresOf, printTables, writePage } from './tables.ts'

/**
 * `npm run test:weather`: tries every kind of request with every kind of failure, several at a time. It prints a
 * table; the exit code is 1 when a cell breaks a promise. `--write` writes campaigns/weather/README.md,
 * `--only PATTERN` tries the cells whose names match.
 */
const [, , ...flags] = process.argv
const only = flags.includes('--only') ? (flags[flags.indexOf('--only') + 1] ?? '') : ''
if (!canUnshare(['--map-root-user', '--mount'], 'a way that can be closed')) process.exit(1)

const wanted = [...cells, ...unflagged].filter(({ kind, weather, run }) =>
  new RegExp(only).test(`${kind}, ${weather}, ${run}`),
)
const began = performance.now()
const results = await tryAll(wanted, Number(process.env.AT_ONCE ?? 8), (result, left) => {
  const { cell, outcome, broken } = result
  if (broken.length === 0 && process.stderr.isTTY) process.stderr.write(`\r${left} cells left \x1b[K`)
  if (broken.length === 0) return
  const { kind, weather, run, json } = cell
  console.error(`\n✗ ${kind}, ${weather}, ${run}${json ? ', in JSON' : ''}: ${broken.join('; ')}`)
  console.error(outcome.stdout.slice(-500) + outcome.stderr.slice(-1_000))
})
const seconds = (performance.now() - began) / 1000
printTables(results)
const figures = figuresOf(results, seconds)
console.log(`\n${figures.sentence}`)
if (flags.includes('--write')) {
  writePage(results, figures)
  keepFigures('docs/reliability.md', 'weather', figures.sentence)
}
process.exit(figures.broken === 0 ? 0 : 1)
