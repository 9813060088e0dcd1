import { hasKeyring, startKeyring } from '../test/helpers/keychain/keyring.ts'
import { startSandbox } from '../test/helpers/microsoft/sandbox.ts'
import { oneFolder } from './mkdir.ts'
import { each } from './pairs.ts'
import { linkBoth } from './rclone.ts'
import { od, row } from './table.ts'

const goals = { 0: '≤ 0.95', 50: '≤ 0.65' }

/** One folder over TLS, beside rclone. */
export async function mkdirOverTls(): Promise<void> {
  const sandbox = await startSandbox()
  const keyring = hasKeyring() ? await startKeyring() : undefined
  const both = await linkBoth(sandbox, keyring)
  if (both) {
    let count = 0
    for (const latencyMs of [0, 50] as const) {
      await sandbox.control('POST', 'settings', { latencyMs })
      // A new name each time, or rclone would only find that it is there.
      const rclone = each(() => {
        count += 1
        return both.rclone(['mkdir', `od:rclone-${count}`])
      })
      const what = `mkdir over TLS, ${latencyMs} ms latency`
      await row(what, od(oneFolder, both.world.env), 'rclone mkdir', rclone, goals[latencyMs])
    }
    await both.stop()
  }
  await keyring?.stop()
  await sandbox.stop()
}
