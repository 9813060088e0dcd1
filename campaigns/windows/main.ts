import { parseArgs } from 'node:util'
import { startSandbox } from '../../test/helpers/microsoft/sandbox.ts'
import { install, setUp, stopWine } from './setup.ts'
import { walk } from './walk.ts'

/**
 * `npm run test:windows`: walks through the built package on node.exe for Windows, under Wine. It prints a line for each
 * check; the exit code is 1 when one fails. `-- 20 26` selects versions of Node.
 */
const { positionals } = parseArgs({ allowPositionals: true })
const versions = positionals.length > 0 ? positionals : ['20', '22', '24', '26']
console.error('Preparing Wine and node.exe…')
setUp(versions)
const interrupted = () => {
  stopWine()
  process.exit(130)
}
process.once('SIGINT', interrupted)

let [passed, failed] = [0, 0]
for (const version of versions) {
  console.log(`\nnode.exe ${version}`)
  install(version)
  const sandbox = await startSandbox()
  try {
    await walk(sandbox, `Node ${version}`, (what, holds, seen) => {
      if (holds) passed += 1
      else failed += 1
      console.log(`${holds ? '✓' : '✗'} ${what}`)
      if (!holds) console.error(JSON.stringify(seen, null, 2))
    })
  } finally {
    await sandbox.stop()
    // The next version could not replace a node.exe that is in use.
    stopWine()
  }
}
console.log(`\n${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
