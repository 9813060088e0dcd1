import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inProcessTests } from './in-process.ts'
import { nodeExe, startInWine } from './machine.ts'
import { run } from './run.ts'
import { driveC } from './setup.ts'
import type { Check } from './walk.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const place = join(driveC, 'suite')
/** Everything but what is only of this machine; `dist` is built here, since it is the same everywhere. */
const sources = ['bin', 'src', 'sandbox', 'test', 'build', 'campaigns', 'bench', 'docs', 'release']

/**
 * Runs the tests that start no program by vitest on win32: all but what test/posix-only.ts lists.
 * @param filters beginnings of the paths of tests; without one, all.
 */
export async function suite(filters: string[], check: Check): Promise<void> {
  installPackages()
  for (const name of [...sources, 'dist']) {
    rmSync(join(place, name), { recursive: true, force: true })
    cpSync(join(root, name), join(place, name), {
      recursive: true,
      filter: (path) => !/\/(artifacts|node_modules)(\/|$)/.test(path),
    })
  }
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json', 'vitest.config.ts', 'README.md'])
    cpSync(join(root, name), join(place, name))
  const vitest = 'C:\\suite\\node_modules\\vitest\\vitest.mjs'
  const reporters = ['--reporter=dot', '--reporter=json', '--outputFile.json=C:\\suite\\report.json']
  const flags = ['--maxWorkers=2', ...reporters]
  // The hints of Git Bash are those of POSIX, which the tests expect; words.ts looks at those of cmd and PowerShell.
  const env = { MSYSTEM: 'MINGW64', NO_COLOR: '1' }
  rmSync(join(place, 'report.json'), { force: true })
  const isChosen = (file: string) => filters.length === 0 || filters.some((one) => file.startsWith(one))
  const words = [nodeExe, vitest, 'run', ...flags, ...inProcessTests(root).filter(isChosen)]
  const { stdout, stderr } = await startInWine(words, env, 3_600_000, place).ended
  const report = join(place, 'report.json')
  if (!existsSync(report)) return check('vitest ends with a report', false, { stdout, stderr })
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  const broken = testResults.filter(({ status }) => status !== 'passed').map(inShort)
  check(`vitest on win32: ${numPassedTests} tests pass`, numPassedTests > 0, stderr)
  check('and none fails', numFailedTests === 0 && broken.length === 0, broken)
}

interface Report {
  numPassedTests: number
  numFailedTests: number
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
  }[]
}

function inShort({ name, message, assertionResults }: Report['testResults'][number]) {
  const failed = assertionResults.filter(({ status }) => status === 'failed')
  return {
    name,
    message,
    failed: failed.map(({ fullName, failureMessages }) => [fullName, failureMessages[0]]),
  }
}

/** The locked packages for Windows, once per lock file. */
function installPackages(): void {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const installed = join(place, 'installed-lock.json')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(root, name), join(place, name))
  const windows = ['--os=win32', '--cpu=x64', '--force', '--ignore-scripts', '--no-audit', '--no-fund']
  run(['npm', 'ci', '--silent', ...windows], place)
  writeFileSync(installed, lock)
}
