import { fileURLToPath } from 'node:url'
import { hasKeyring, startKeyring } from '../test/helpers/keychain/keyring.ts'
import { startSandbox } from '../test/helpers/microsoft/sandbox.ts'
import { program } from '../test/helpers/program/od-link.ts'
import { newWorld, type World } from '../test/helpers/program/world.ts'
import { hasRealPart } from '../test/helpers/system/real-part.ts'
import { bulk } from './bulk.ts'
import { inPairs, type Subject } from './pairs.ts'
import { graphHost, rcloneEnv, underItsRealName } from './rclone.ts'
import { scale } from './scale.ts'

/** `npm run bench`: whole processes as ratios to another in the same run. It prints a table and fails nothing. */

const rounds = Number(process.env.ROUNDS ?? 21)
const bareRequest = fileURLToPath(new URL('../bare-request.cjs', import.meta.url))
const path = { PATH: '/usr/local/bin:/usr/bin:/bin' }

const od = (args: string[], env: NodeJS.ProcessEnv): Subject => ({
  command: process.execPath,
  args: [program, ...args],
  env: { ...path, ...env },
})
const node = (args: string[], env: NodeJS.ProcessEnv = {}): Subject => ({
  command: process.execPath,
  args,
  env: { ...path, ...env },
})

async function row(
  what: string,
  ours: Subject,
  against: string,
  theirs: Subject,
  goal: string,
): Promise<void> {
  const figures = await inPairs(ours, theirs, rounds)
  const cells = [what.padEnd(34), against.padEnd(26)]
  const numbers = [figures.ours.toFixed(0), figures.theirs.toFixed(0), figures.ratio.toFixed(2)]
  console.log(`${cells.join(' ')} ${numbers.map((text) => text.padStart(8)).join(' ')}   ${goal}`)
}

const sandbox = await startSandbox()
const keyring = hasKeyring() ? await startKeyring() : undefined
const worlds: World[] = []
const world = (environment: NodeJS.ProcessEnv = {}, withKeyring = true) => {
  const made = newWorld(sandbox, withKeyring ? keyring : undefined, environment)
  worlds.push(made)
  return made
}

console.log(`Node ${process.version}, ${rounds} rounds; medians in ms, and of the ratios round by round\n`)
console.log(`${'od-link'.padEnd(34)} ${'against'.padEnd(26)}  od-link    other    ratio   goal`)

await row('--version', od(['--version'], {}), 'node -e 0', node(['-e', '0']), '≤ 1.35')
await row('--help', od(['--help'], {}), 'node -e 0', node(['-e', '0']), '≤ 1.25')
const tab = ['__complete', 'bash', 'od-link mk', 'mk']
await row('Tab after "od-link mk"', od(tab, {}), 'node -e 0', node(['-e', '0']), '≤ 1.25')
await row('mkdir --help', od(['mkdir', '--help'], {}), 'node -e 0', node(['-e', '0']), '≤ 1.25')

const mkdir = ['mkdir', '--on-conflict', 'rename', '/', 'bench']
for (const latencyMs of [0, 50]) {
  await sandbox.control('POST', 'settings', { latencyMs: 0 })
  for (const store of ['keychain', 'file']) {
    if (store === 'keychain' && !keyring) continue
    const linked = world({}, store === 'keychain')
    await linked.login()
    const { stdout } = await linked.run(['token'])
    await sandbox.control('POST', 'settings', { latencyMs })
    const bare = node([bareRequest], { ORIGIN: sandbox.origin, TOKEN: stdout.trim() })
    const goal = store === 'keychain' ? '≤ 1.5; 1.35 on the newest LTS' : ''
    await row(
      `mkdir, ${store}, ${latencyMs} ms latency`,
      od(mkdir, linked.env),
      'node, the same request',
      bare,
      goal,
    )
    await sandbox.control('POST', 'settings', { latencyMs: 0 })
  }
}

if (
  hasRealPart('rclone', 'the comparison with rclone') &&
  hasRealPart('openssl', 'the comparison with rclone')
) {
  const real = await underItsRealName(sandbox.origin)
  const linked = world({ OD_LINK_GRAPH_HOST: `https://${graphHost}`, ...real.env })
  await linked.login()
  const token = (await linked.run(['token'])).stdout.trim()
  const answer = await fetch(`${sandbox.origin}/v1.0/me/drive`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const drive = (await answer.json()) as { id: string; driveType: string }
  let count = 0
  for (const latencyMs of [0, 50]) {
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
    await row(`mkdir over TLS, ${latencyMs} ms latency`, od(mkdir, linked.env), 'rclone mkdir', rclone, '< 1')
  }
  await real.stop()
}

await scale()
await bulk()

for (const made of worlds) made.remove()
await keyring?.stop()
await sandbox.stop()
