import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))

it.each(Object.entries(scripts))('npm run %s runs under any shell: %s', (_, script) => {
  // Windows has cmd for npm: no variables before a command, no quotes, no patterns, nothing but plain words.
  for (const command of script.split(' && '))
    expect(command).toMatch(/^(node|npm|biome|tsc|vitest)( [\w:./-]+)*$/)
})

it('CONTRIBUTING.md lists every script that a person runs', () => {
  const page = read('CONTRIBUTING.md')
  const byNpm = ['prepare', 'test']
  const byOthers = ['lint', 'types']
  const left = Object.keys(scripts).filter((name) => ![...byNpm, ...byOthers].includes(name))
  expect(left.filter((name) => !new RegExp(`npm run ${name}(?![\\w:-])`).test(page))).toEqual([])
})

it('npm run bench finds the built program, and prints a row for each thing that it measures', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const env = { ...process.env, ROUNDS: '1' }
  const args = ['test/run.mjs', 'bench/main.ts', 'start']
  const rows = execFileSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' }).split('\n')
  for (const what of ['--version', '--help', 'mkdir --help'])
    expect(rows.some((row) => new RegExp(`^${what} +node -e 0 +\\d+ +\\d+ +\\d+\\.\\d\\d`).test(row))).toBe(
      true,
    )
})
