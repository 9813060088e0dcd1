import { fileURLToPath } from 'node:url'
import { hasKeyring, startKeyring } from '../test/helpers/keychain/keyring.ts'
import { startSandbox } from '../test/helpers/microsoft/sandbox.ts'
import { newWorld } from '../test/helpers/program/world.ts'
import { node, od, row } from './table.ts'

/** Makes a folder each time: its name is taken from the second round on. */
export const oneFolder = ['mkdir', '--on-conflict', 'rename', '/', 'bench']

const bareRequest = fileURLToPath(new URL('bare-request.cjs', import.meta.url))
const goals: Record<string, string> = { 'keychain 0': '≤ 1.5', 'keychain 50': '≤ 1.3' }

/** One folder, with links in a real keychain and in files, beside a bare Node that sends the same request. */
export async function mkdir(): Promise<void> {
  const sandbox = await startSandbox()
  const keyring = hasKeyring() ? await startKeyring() : undefined
  for (const latencyMs of [0, 50]) {
    for (const store of keyring ? ['keychain', 'file'] : ['file']) {
      await sandbox.control('POST', 'settings', { latencyMs: 0 })
      const linked = newWorld(sandbox, store === 'keychain' ? keyring : undefined)
      await linked.login()
      const { stdout } = await linked.run(['token'])
      await sandbox.control('POST', 'settings', { latencyMs })
      const bare = node([bareRequest], { ORIGIN: sandbox.origin, TOKEN: stdout.trim() })
      const what = `mkdir, ${store}, ${latencyMs} ms latency`
      const goal = goals[`${store} ${latencyMs}`] ?? ''
      await row(what, od(oneFolder, linked.env), 'node, the same request', bare, goal)
      linked.remove()
    }
  }
  await keyring?.stop()
  await sandbox.stop()
}
