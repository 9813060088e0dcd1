/*
 * Mutation testing: Stryker changes the program in one place at a time, and a test has to notice.
 *   node campaigns/mutation/run.mjs                  every area, then campaigns/mutation/README.md
 *   node campaigns/mutation/run.mjs identity graph   only these; earlier results stay in the report
 * Mutants are not tried again unless they, or a test that reaches them, have changed; `--all` tries all again.
 * Stryker needs a newer Node than od-link, so it has a package.json of its own.
 */

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { someNode } from '../../test/helpers/program/fetch-node.mjs'
import { areas, artifacts } from './areas.mjs'
import { writeReport } from './report.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '..', '..')
const asked = process.argv.slice(2).filter((one) => !one.startsWith('--'))
const unknown = asked.filter((name) => !Object.hasOwn(areas, name))
if (unknown.length > 0)
  throw new Error(`no such area: ${unknown.join(', ')}; there are ${Object.keys(areas).join(', ')}`)

// Stryker wants a newer Node than od-link does, so neither it nor its packages are among od-link's own.
if (!existsSync(join(here, 'node_modules'))) await run('npm', ['ci', '--loglevel=error'], { cwd: here })
const node = await someNode('24')
const stryker = join(here, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js')
process.chdir(root)
mkdirSync(artifacts, { recursive: true })
for (const area of asked.length > 0 ? asked : Object.keys(areas)) {
  process.stderr.write(`\n${area}\n`)
  if (process.argv.includes('--all')) rmSync(`${artifacts}/${area}-incremental.json`, { force: true })
  const env = { ...process.env, OD_LINK_MUTATION_AREA: area }
  await run(node, [stryker, 'run', join(here, 'stryker.config.mjs')], { cwd: root, env })
}
writeReport()

async function run(command, args, options) {
  const shell = process.platform === 'win32' && command === 'npm'
  const child = spawn(command, args, { stdio: 'inherit', shell, ...options })
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${command} ended with exit code ${code}`)
}
