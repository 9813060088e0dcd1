/*
 * Activates Stryker's mutants in the programs that tests start, and collects the coverage of those programs.
 */

import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A mutant that never ends must not occupy a core forever. */
const mostSeconds = 30
const preload = fileURLToPath(new URL('./child.cjs', import.meta.url))
let folder
/** The test that started each child, by process id. */
let starters = []

/** From now on, every started program has the active mutant of this process. */
export function followChildren() {
  const builtin = createRequire(import.meta.url)('node:child_process')
  const { spawn } = builtin
  builtin.spawn = (command, ...more) => {
    const args = Array.isArray(more[0]) ? more.shift() : []
    const options = { ...more[0], env: environment(more[0]?.env ?? process.env) }
    if (command !== process.execPath) return spawn(command, args, options)
    return spawn('prlimit', [`--cpu=${mostSeconds}`, command, ...args], options)
  }
  syncBuiltinESMExports()
}

function environment(given) {
  const { activeMutant, currentTestId } = globalThis.__stryker__
  return {
    ...given,
    ...(activeMutant === undefined ? {} : { __STRYKER_ACTIVE_MUTANT__: activeMutant }),
    ...(folder ? { OD_LINK_COVERED: join(folder, String(starters.push(currentTestId) - 1)) } : {}),
    OD_LINK_MUTATION_RUN: String(process.pid),
    NODE_OPTIONS: [given.NODE_OPTIONS, `--require=${preload}`].filter(Boolean).join(' '),
  }
}

/** From now on, children record their coverage. */
export function startCoverage() {
  folder = mkdtempSync(join(tmpdir(), 'od-link-covered-'))
  // Some tests run the program as another user.
  chmodSync(folder, 0o777)
  starters = []
}

/**
 * @returns for each child that has ended: the test that started it, if any, and the mutants that it reached.
 */
export function endCoverage() {
  const found = readdirSync(folder).map((name) => ({
    test: starters[Number.parseInt(name, 10)],
    mutants: JSON.parse(readFileSync(join(folder, name), 'utf8')),
  }))
  rmSync(folder, { recursive: true, force: true })
  folder = undefined
  return found
}
