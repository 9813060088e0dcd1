/*
 * The suite under each Node that od-link serves: 20, 22, 24 and the newest of the registry. vitest itself runs under
 * that Node, too, so that what the tests call directly is tried there as well as the program that they start.
 *   node test/nodes.mjs            the whole suite, some minutes each; then all of them on Windows, under Wine
 *   node test/nodes.mjs --sample   login, mkdir, renewal, keychain, proxy and TLS, in two minutes
 *   node test/nodes.mjs 24 latest  these alone
 */

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fetchNode, newestOf } from './helpers/program/fetch-node.mjs'

const sample = [
  'test/main.silent.test.ts',
  'test/http/proxy.tinyproxy.test.ts',
  'test/http/certificates.test.ts',
]
const lines = ['20', '22', '24', 'latest']
const asked = process.argv.slice(2)
const chosen = asked.filter((one) => !one.startsWith('--'))
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')

const rows = []
for (const line of chosen.length > 0 ? chosen : lines) {
  const version = await newestOf(line)
  if (rows.some((row) => row.version === version)) continue
  process.stderr.write(`\nNode ${version}\n`)
  rows.push({ version, ...(await suiteUnder(await fetchNode(version))) })
}
console.table(Object.fromEntries(rows.map(({ version, ...row }) => [`Node ${version}`, row])))
const works = rows.every(({ failed, code }) => failed === 0 && code === 0)
const worksOnWindows = asked.length > 0 || (await onWindows())
process.exitCode = works && worksOnWindows ? 0 : 1

async function onWindows() {
  const child = spawn('npm', ['run', 'test:windows'], { stdio: 'inherit' })
  return (await new Promise((resolve) => child.on('close', resolve))) === 0
}

/** Runs the tests and counts them. */
async function suiteUnder(node) {
  const folder = mkdtempSync(join(tmpdir(), 'od-link-nodes-'))
  const report = join(folder, 'report.json')
  const files = asked.includes('--sample') ? sample : []
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
  const started = Date.now()
  const child = spawn(node, [vitest, 'run', ...reporters, ...files], {
    stdio: 'inherit',
    env: { ...process.env, OD_LINK_TEST_NODE: node },
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  const seconds = Math.round((Date.now() - started) / 1000)
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests, code, seconds }
  } catch {
    return { passed: 0, failed: 0, skipped: 0, code: code || 1, seconds }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
