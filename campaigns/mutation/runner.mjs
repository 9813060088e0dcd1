/*
 * Runs vitest's tests for Stryker in one process, a thousand times: Stryker's own runner starts a vitest
 * worker for every mutant, which takes longer than most of these tests. This runner also follows mutants into
 * child processes.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner'
import { areas } from './areas.mjs'
import { endCoverage, followChildren, startCoverage } from './children.mjs'
import { readSources } from './sources.mjs'

const config = {
  root: process.cwd(),
  setupFiles: [],
  name: undefined,
  passWithNoTests: true,
  allowOnly: true,
  maxConcurrency: 1,
  testTimeout: 15_000,
  hookTimeout: 20_000,
  retry: 0,
  tags: [],
  sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
  expect: {},
  fakeTimers: {},
  snapshotOptions: {},
}

/**
 * A mutant counts as survived if its nearest test files, those that reach the fewest other mutants, do not
 * notice it. The others would kill a few more, but take most of the time.
 */
const nearest = 3
/** How many mutants each test file reaches, shared by all processes of this run. */
const reachFile = 'reach.json'

class Runner {
  #runs = 0
  #startTests
  #area = areas[process.env.OD_LINK_MUTATION_AREA ?? '']

  capabilities() {
    return { reloadEnvironment: true }
  }

  async init() {
    globalThis.__stryker__ ??= {}
    // What vitest's own worker would have created, as far as its functions need it.
    globalThis.__vitest_worker__ = { config, providedContext: {}, environment: {}, ctx: {}, rpc: {} }
    const { resolve: find } = createRequire(`${process.cwd()}/`)
    const ofVitest = createRequire(find('vitest/package.json'))
    this.#startTests = (await import(pathToFileURL(ofVitest.resolve('@vitest/runner')).href)).startTests
    // A mutant may leave promises behind that nothing awaits.
    process.on('unhandledRejection', () => {}).on('uncaughtException', () => {})
    readSources()
    followChildren()
  }

  async dryRun() {
    Object.assign(globalThis.__stryker__, {
      activeMutant: undefined,
      mutantCoverage: { static: {}, perTest: {} },
    })
    const tests = []
    const reach = {}
    for (const file of this.#area.tests) {
      startCoverage()
      const found = await this.#run([file], (id) => !this.#area.without?.test(id))
      const ids = found.map(({ id }) => id)
      for (const { test, mutants } of endCoverage()) cover(mutants, test === undefined ? ids : [test])
      // Code that runs while modules load counts for every test of the file.
      cover(Object.keys(globalThis.__stryker__.mutantCoverage.static), ids)
      globalThis.__stryker__.mutantCoverage.static = {}
      reach[file] = new Set(ids.flatMap((id) => Object.keys(coverageOf(id)))).size
      tests.push(...found)
    }
    writeFileSync(reachFile, JSON.stringify(reach))
    return { status: DryRunStatus.Complete, tests, mutantCoverage: globalThis.__stryker__.mutantCoverage }
  }

  async mutantRun({ activeMutant, testFilter = [], hitLimit }) {
    const wanted = new Set(testFilter)
    const reach = JSON.parse(readFileSync(reachFile, 'utf8'))
    const files = this.#area.tests
      .filter((file) => testFilter.some((id) => id.startsWith(`${file}#`)))
      .sort((one, other) => reach[one] - reach[other])
      .slice(0, nearest)
    Object.assign(globalThis.__stryker__, { activeMutant: activeMutant.id, hitCount: 0, hitLimit })
    const tests = []
    for (const file of files) {
      tests.push(...(await this.#run([file], (id) => wanted.has(id))))
      if (tests.some(({ status }) => status === TestStatus.Failed)) break
    }
    const reached = determineHitLimitReached(globalThis.__stryker__.hitCount, hitLimit)
    return toMutantRunResult(reached ?? { status: DryRunStatus.Complete, tests })
  }

  /** Runs the selected tests of these files until one fails. */
  async #run(files, isWanted) {
    const stryker = globalThis.__stryker__
    this.#runs += 1
    const run = this.#runs
    let failed = false
    const runner = {
      config,
      importFile: (path) => import(`${pathToFileURL(path).href}?run=${run}`),
      onCollected(collected) {
        for (const test of testsIn(collected)) if (!isWanted(idOf(test))) test.mode = 'skip'
      },
      onBeforeRunTask(test) {
        if (failed) test.mode = 'skip'
        else stryker.currentTestId = idOf(test)
      },
      onAfterRunTask(test) {
        stryker.currentTestId = undefined
        failed ||= test.result?.state === 'fail'
      },
    }
    const specifications = files.map((file) => ({ filepath: resolve(file) }))
    const collected = await this.#startTests(specifications, runner)
    const broken = collected.find(({ result }) => result?.state === 'fail')
    const results = testsIn(collected).map((test) => resultOf(test, broken))
    const nothing = results.length === 0 || results.every(({ status }) => status === TestStatus.Skipped)
    return broken && nothing ? [failedFile(broken)] : results
  }
}

function coverageOf(test) {
  const { perTest } = globalThis.__stryker__.mutantCoverage
  perTest[test] ??= {}
  return perTest[test]
}

function cover(mutants, tests) {
  for (const test of tests) {
    const coverage = coverageOf(test)
    for (const mutant of mutants) coverage[mutant] = (coverage[mutant] ?? 0) + 1
  }
}

function testsIn(tasks) {
  return tasks.flatMap((task) => (task.type === 'test' ? [task] : testsIn(task.tasks)))
}

function idOf(test) {
  const names = []
  for (let task = test; task && task !== test.file; task = task.suite ?? test.file) names.unshift(task.name)
  return `${relative(process.cwd(), test.file.filepath)}#${names.join(' > ')}`
}

function resultOf(test, broken) {
  const { state, duration = 0, errors } = test.result ?? {}
  const suiteError = errorAround(test)
  const common = {
    id: idOf(test),
    name: idOf(test),
    timeSpentMs: duration,
    fileName: test.file.filepath,
  }
  if (state === 'fail' || (state !== 'pass' && suiteError)) {
    const failureMessage =
      errors?.[0]?.message ?? suiteError ?? broken?.result?.errors?.[0]?.message ?? 'failed'
    return { ...common, status: TestStatus.Failed, failureMessage }
  }
  return { ...common, status: state === 'pass' ? TestStatus.Success : TestStatus.Skipped }
}

/** Why the suite of a test could not start or end. */
function errorAround({ suite, file }) {
  const broken = [suite, file].find((one) => one?.result?.state === 'fail' && one.result.errors?.length)
  return broken?.result.errors[0].message
}

function failedFile({ filepath, result }) {
  const name = relative(process.cwd(), filepath)
  const failureMessage = result.errors?.[0]?.message ?? 'failed'
  return {
    id: `${name}#`,
    name,
    timeSpentMs: 0,
    fileName: filepath,
    status: TestStatus.Failed,
    failureMessage,
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'od-link', Runner)]
