import { hasKeyring, startKeyring } from '../test/helpers/keychain/keyring.ts'
import { startSandbox } from '../test/helpers/microsoft/sandbox.ts'
import { newWorld } from '../test/helpers/program/world.ts'
import { hasRealPart } from '../test/helpers/system/real-part.ts'
import { oneFolder } from './mkdir.ts'
import type { Subject } from './pairs.ts'
import { graphHost, rcloneEnv, underItsRealName } from './rclone.ts'
import { od, path, row } from './table.ts'

const goals = { 0: '≤ 0.95', 50: '≤ 0.65' }

/** One folder over TLS, beside rclone. */
export async function mkdirOverTls(): Promise<void> {
  if (!['rclone', 'openssl'].every((part) => hasRealPart(part, 'the comparison with rclone'))) return
  const sandbox = await startSandbox()
  const keyring = hasKeyring() ? await startKeyring() : undefined
  const real = await underItsRealName(sandbox.origin)
  const linked = newWorld(sandbox, keyring, { OD_LINK_GRAPH_HOST: `https://${graphHost}`, ...real.env })
  await linked.login()
  const token = (await linked.run(['token'])).stdout.trim()
  const answer = await fetch(`${sandbox.origin}/v1.0/me/drive`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const drive = (await answer.json()) as { id: string; driveType: string }
  let count = 0
  for (const latencyMs of [0, 50] as const) {
    await sandbox.control('POST', 'settings', { latencyMs })
    // A new name each time, or rclone would only find that it is there.
    const rclone: Subject = {
      command: 'rclone',
      get args() {
        count += 1
        return ['mkdir', `od:rclone-${count}`]
      },
      env: { ...path, ...real.env, ...rcloneEnv(token, drive), HOME: linked.dir },
    }
    const what = `mkdir over TLS, ${latencyMs} ms latency`
    await row(what, od(oneFolder, linked.env), 'rclone mkdir', rclone, goals[latencyMs])
  }
  await real.stop()
  linked.remove()
  await keyring?.stop()
  await sandbox.stop()
}
