import { hasStuckCall } from '../../system/stuck-call.ts'
import { checkStoreName, openStore } from './index.ts'
import { digestOf } from './probe.ts'

/** The other process of the probe: prints the digest of what it reads from the store, never the value. */
async function main([name = '']: string[]): Promise<void> {
  try {
    const store = await openStore(checkStoreName(name))
    process.stdout.write(`${digestOf(await store.read('probe'))}\n`, () => process.exit(0))
  } catch (error) {
    process.stderr.write((error as Error).message, () => {
      // Node would wait for the thread of a stuck call.
      if (hasStuckCall()) process.kill(process.pid, 'SIGKILL')
      process.exit(1)
    })
  }
}

void main(process.argv.slice(2))
