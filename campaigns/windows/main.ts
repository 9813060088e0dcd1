import { parseArgs } from 'node:util'
import { startSandbox } from '../../test/helpers/microsoft/sandbox.ts'
import { crowdAtExpiry } from './crowd.ts'
import { install, setUp, stopWine } from './setup.ts'
import { killAtWrites } from './sudden-death.ts'
import { suite } from './suite.ts'
import { type Check, walk } from './walk.ts'
import { words } from './words.ts'

/**
 * `npm run test:windows`: the built package on node.exe for Windows, under Wine. It prints a line for each check; the exit
 * code is 1 when one fails. `-- 20 26` selects versions of Node, `--only walk` a part, and `--sample` a short run of each.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true },
    sample: { type: 'boolean' },
    tests: { type: 'string', multiple: true },
  },
})
const versions = positionals.length > 0 ? positionals : ['20', '22', '24', '26']
const rounds = values.sample ? 2 : 20
const everyWrite = values.sample ? 9 : 1
/** Of the suite, those that are quick and look at the system most. */
const sampleOfSuite = ['test/text/', 'test/system/', 'test/settings/', 'test/accounts/stores/file']

const parts: Record<string, (version: string, check: Check) => Promise<void>> = {
  walk: (version, check) => withSandbox((sandbox) => walk(sandbox, `Node ${version}`, check)),
  words: (_, check) => withSandbox((sandbox) => words(sandbox, check)),
  crowd: (_, check) => crowdAtExpiry(rounds, check),
  'sudden-death': async (_, check) => {
    for (const store of ['file', 'keychain'] as const)
      for (const login of ['first', 'second'] as const) await killAtWrites(login, store, everyWrite, check)
  },
  suite: (_, check) => suite(values.tests ?? (values.sample ? sampleOfSuite : []), check),
}

console.error('Preparing Wine and node.exe…')
setUp(versions)
process.once('SIGINT', () => {
  stopWine()
  process.exit(130)
})

let [passed, failed] = [0, 0]
for (const version of versions) {
  install(version)
  for (const part of values.only ?? Object.keys(parts)) {
    console.log(`\nnode.exe ${version}: ${part}`)
    await parts[part]?.(version, (what, holds, seen) => {
      if (holds) passed += 1
      else failed += 1
      console.log(`${holds ? '✓' : '✗'} ${what}`)
      if (!holds) console.error(JSON.stringify(seen, null, 2))
    })
  }
  // The next version could not replace a node.exe that is in use.
  stopWine()
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

async function withSandbox(
  use: (sandbox: Awaited<ReturnType<typeof startSandbox>>) => Promise<void>,
): Promise<void> {
  const sandbox = await startSandbox()
  try {
    await use(sandbox)
  } finally {
    await sandbox.stop()
  }
}
