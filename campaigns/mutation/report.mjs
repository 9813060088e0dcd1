/* Writes campaigns/mutation/README.md from the reports of the runs. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { accepted } from './accepted.mjs'
import { areas, artifacts } from './areas.mjs'

const folders = ['signin', 'registration', 'identity', 'accounts', 'settings', 'system', 'graph'].map(
  (name) => `src/${name}`,
)
const head = ['mutants', 'killed', 'timed out', 'survived', 'not reached', 'score']

const page = 'campaigns/mutation/README.md'

/**
 * Writes the page. Where some areas have no report here, the earlier figures of their files stay, and so do the groups of
 * survivors, which need all reports.
 * @throws when no area has been run yet.
 */
export function writeReport() {
  const tried = filesTried()
  const missing = Object.keys(areas).filter((area) => !existsSync(`${artifacts}/${area}.json`))
  if (missing.length === 0) writeWhole(tried)
  else writeRows(tried)
}

function writeWhole(tried) {
  const files = tried.map(countsOf)
  const mutants = tried.flatMap(({ mutants }) => mutants)
  const alive = mutants.filter(isAlive)
  const groupOf = (mutant) => accepted.find((group) => isMeant(mutant, group))
  const groups = accepted.map((group) => ({
    ...group,
    count: alive.filter((one) => groupOf(one) === group).length,
  }))
  const left = alive.filter((one) => !groupOf(one))
  writeFileSync(
    page,
    `${[
      '# Mutation testing',
      '',
      'Written by `npm run test:mutation`, from the reports of its last runs. [Stryker](https://stryker-mutator.io) changes the program',
      'in one place at a time: it inverts a condition, empties a string or removes a statement. A test has to notice. A mutant',
      'that a test notices is killed; one that makes the program run forever is timed out, which counts as noticed; one that no',
      'test notices survives. The score is the share of noticed mutants among all, including those that no test reaches. All of',
      "Stryker's default mutators are on, including those for strings: the messages are part of the interface.",
      '',
      'Only the tests of the area itself are run, most of them within one process, and of these the three nearest files. What',
      'the tests with whole processes, real keyrings and real browsers notice in addition is not counted here. A file without a',
      'row is in no area: most of these are tested by whole processes only.',
      '',
      ...byFolder(files),
      '',
      '## By file',
      '',
      ...byFile(files),
      '',
      '## Accepted survivors',
      '',
      ...table(
        ['where', 'how many', 'why'],
        groups.map(({ where, why, count }) => [where, count, why]),
      ),
      '',
      left.length === 0
        ? 'Every survivor was reviewed and belongs to one of these groups.'
        : `Beyond these, ${left.length} survive, ${((left.length / mutants.length) * 100).toFixed(1)} % of all: a better test would notice them.`,
    ].join('\n')}\n`,
  )
}

/** Replaces the rows of the files that were tried, and the sums. */
function writeRows(tried) {
  const text = readFileSync(page, 'utf8')
  const earlier = [...text.matchAll(/^\| `([^`]+\.ts)` \| \d+ \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|/gm)].map(
    ([, name, ...counts]) => ({ name: `src/${name}`, counts: counts.map(Number) }),
  )
  const files = new Map([...earlier, ...tried.map(countsOf)].map((file) => [file.name, file]))
  const all = [...files.values()].filter(({ name }) => existsSync(name)).sort(byName)
  const [before, folderRows, between, fileRows, ...rest] = text.split(/(?<=\n\n)(?=\| )|(?<=\|\n)(?=\n)/)
  if (!folderRows?.startsWith('| folder') || !fileRows?.startsWith('| file'))
    throw new Error(`the tables of ${page} are not found`)
  const groups = rest.join('').replace(/\n[^\n]+\n$/, `\n${ofEarlierRun}\n`)
  writeFileSync(page, [before, lines(byFolder(all)), between, lines(byFile(all)), groups].join(''))
}

const ofEarlierRun =
  'These are the groups of the last run of all areas. What survives in an area that was run alone since is not sorted into them.'

const lines = (rows) => rows.map((row) => `${row}\n`).join('')
const byName = (one, other) => (one.name < other.name ? -1 : 1)

function byFolder(files) {
  const of = (folder) => files.filter(({ name }) => name.startsWith(`${folder}/`))
  const rows = folders.map((folder) => row(`\`${folder}\``, of(folder)))
  return table(['folder', ...head], [...rows, row('**all**', files)])
}

function byFile(files) {
  const rows = files.map((file) => row(`\`${file.name.slice('src/'.length)}\``, [file]))
  return table(['file', ...head], rows)
}

/** Killed, timed out, survived, not reached. */
function countsOf({ name, mutants }) {
  const count = (status) => mutants.filter((one) => one.status === status).length
  return { name, counts: ['Killed', 'Timeout', 'Survived', 'NoCoverage'].map(count) }
}

/** The reports of the areas, each file once: a file in two areas has the figures of its own area. */
function filesTried() {
  const names = Object.keys(areas).map((area) => `${artifacts}/${area}.json`)
  const reports = names
    .filter((name) => existsSync(name))
    .map((name) => JSON.parse(readFileSync(name, 'utf8')))
  if (reports.length === 0) throw new Error('No area has been run yet.')
  const files = reports.flatMap(({ files }) =>
    Object.entries(files).map(([name, { mutants, source }]) => {
      const lines = source.split('\n')
      return {
        name,
        mutants: mutants.map((mutant) => ({
          ...mutant,
          file: name,
          was: textOf(mutant, lines),
          line: lines[mutant.location.start.line - 1] ?? '',
        })),
      }
    }),
  )
  const once = new Map(files.map((file) => [file.name, file]))
  return [...once.values()].filter(({ mutants }) => mutants.length > 0).sort(byName)
}

/** The code that the mutant replaced: up to the end of its first line, if it is longer. */
function textOf({ location: { start, end } }, lines) {
  const line = lines[start.line - 1] ?? ''
  return line.slice(start.column - 1, start.line === end.line ? end.column - 1 : undefined)
}

function isAlive({ status }) {
  return status === 'Survived' || status === 'NoCoverage'
}

function isMeant(mutant, { file, mutator, line, was, becomes, edge }) {
  return (
    (file === undefined || file.test(mutant.file)) &&
    (mutator === undefined || mutator.test(mutant.mutatorName)) &&
    (line === undefined || line.test(mutant.line)) &&
    (was === undefined || was.test(mutant.was)) &&
    (becomes === undefined || becomes.test(mutant.replacement ?? '')) &&
    (!edge || isEdge(mutant))
  )
}

/** Whether `<` became `<=`, or the like. */
function isEdge({ mutatorName, was, replacement = '' }) {
  const plain = (text) => text.replace(/([<>])=/, '$1')
  return mutatorName === 'EqualityOperator' && /[<>]/.test(was) && plain(was) === plain(replacement)
}

function row(name, files) {
  const sum = (at) => files.reduce((total, { counts }) => total + counts[at], 0)
  const [killed, late, survived, missed] = [0, 1, 2, 3].map(sum)
  const all = killed + late + survived + missed
  const score = all === 0 ? '' : `${(((killed + late) / all) * 100).toFixed(1)} %`
  return [name, all, killed, late, survived, missed, score]
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const isText = (name) => ['folder', 'file', 'where', 'why'].includes(name)
  return [line(head), line(head.map((name) => (isText(name) ? '---' : '--:'))), ...rows.map(line)]
}
