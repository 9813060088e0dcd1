import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasKeyring, startKeyring } from '../test/helpers/keychain/keyring.ts'
import { type SandboxProcess, startSandbox } from '../test/helpers/microsoft/sandbox.ts'
import { newWorld, type World } from '../test/helpers/program/world.ts'
import { peakMemoryMb } from '../test/helpers/system/peak-memory.ts'
import { each, type Subject } from './pairs.ts'
import { linkBoth } from './rclone.ts'
import { node, od, rounds, row } from './table.ts'

/** Files: small and many beside rclone, over TLS; large ones and long lists beside a bare Node. */

const largeMb = Number(process.env.LARGE_MB ?? 1_024)
const listed = Number(process.env.LISTED ?? 10_000)
/** For what takes seconds. */
const fewRounds = Math.min(rounds, 7)
const manyFiles = 200
const bare = (name: string, env: NodeJS.ProcessEnv) =>
  node([fileURLToPath(new URL(`bare-${name}.cjs`, import.meta.url))], env)

export async function files(): Promise<void> {
  await besideRclone()
  const sandbox = await startSandbox()
  const world = newWorld(sandbox)
  await world.login()
  const token = (await world.run(['token'])).stdout.trim()
  await largeFile(sandbox, world, token)
  await longList(sandbox, world, token)
  world.remove()
  await sandbox.stop()
}

async function besideRclone(): Promise<void> {
  const sandbox = await startSandbox()
  const keyring = hasKeyring() ? await startKeyring() : undefined
  const both = await linkBoth(sandbox, keyring)
  if (both) {
    const { world, rclone, stop } = both
    let count = 0
    /** A new name each time, or rclone would only find that all is there. */
    const fresh = (subjectFor: (name: string) => Subject) =>
      each(() => {
        count += 1
        return subjectFor(`bench-${count}`)
      })
    const report = join(world.dir, 'report.bin')
    writeFileSync(report, noise(1024 * 1024))
    for (const latencyMs of [0, 50]) {
      await sandbox.control('POST', 'settings', { latencyMs })
      const ours = fresh((name) => od(['upload', report, `/${name}`], world.env))
      const theirs = fresh((name) => rclone(['copyto', report, `od:${name}`]))
      await row(`upload, 1 MB, ${latencyMs} ms latency`, ours, 'rclone copyto', theirs, '< 1')
    }
    const folder = join(world.dir, 'many')
    mkdirSync(folder)
    const local = Array.from({ length: manyFiles }, (_, index) => join(folder, `report ${index}.bin`))
    for (const file of local) writeFileSync(file, noise(10 * 1024))
    const ours = fresh((name) => od(['upload', '-p', ...local, `/${name}/`], world.env))
    const theirs = fresh((name) => rclone(['copy', folder, `od:${name}`]))
    const what = `upload, ${manyFiles} of 10 KB, 50 ms latency`
    await row(what, ours, 'rclone copy', theirs, '≤ 0.5', fewRounds)
    await stop()
  }
  await keyring?.stop()
  await sandbox.stop()
}

/** Each time under the same name: the sandbox keeps contents in memory, and 64 MB of earlier ones. */
async function largeFile({ origin }: SandboxProcess, world: World, token: string): Promise<void> {
  const local = join(world.dir, 'large.bin')
  for (let mb = 0; mb < largeMb; mb += 64)
    writeFileSync(local, noise(Math.min(64, largeMb - mb) * 1024 * 1024), { flag: 'a' })
  const common = { ORIGIN: origin, TOKEN: token, NAME: 'large.bin' }
  const size = `${(largeMb / 1024).toFixed(1)} GB`
  const replace = ['--on-conflict', 'replace']

  const upload = ['upload', local, '/large.bin', ...replace]
  const bareUpload = bare('upload', { ...common, FILE: local })
  await row(
    `upload, ${size}`,
    od(upload, world.env),
    'node, the same pieces',
    bareUpload,
    '≤ 1.11',
    fewRounds,
  )
  await memoryRow(upload, world)

  const copy = join(world.dir, 'copy.bin')
  /** What they replace would have to be removed by them. */
  const alone = (subject: Subject) =>
    each(() => {
      rmSync(copy, { force: true })
      return subject
    })
  const download = ['download', '/large.bin', copy, ...replace]
  const theirs = alone(bare('download', { ...common, FILE: copy }))
  const bytes = 'node, the same bytes'
  await row(`download, ${size}`, alone(od(download, world.env)), bytes, theirs, '≤ 1.11', fewRounds)
  await memoryRow(download, world)
  if (!readFileSync(local).equals(readFileSync(copy))) throw new Error('not what was sent')
}

/** Linux tells; elsewhere it is 0. */
async function memoryRow(args: string[], world: World): Promise<void> {
  const running = world.start(args, { timeoutMs: 600_000 })
  const peakMb = await peakMemoryMb(running)
  const { code, stderr } = await running.ended
  if (code !== 0) throw new Error(stderr)
  console.log(
    `${'  its memory at most'.padEnd(61)} ${`${peakMb.toFixed(0)} MB`.padStart(8)}${' '.repeat(21)}< 150 MB`,
  )
}

async function longList(sandbox: SandboxProcess, world: World, token: string): Promise<void> {
  const list = Array.from({ length: listed }, (_, index) => `/list/Letter ${index}`).join('\n')
  const made = await world.run(['mkdir', '--from-file', '-', '--quiet'], { input: list, timeoutMs: 600_000 })
  if (made.code !== 0) throw new Error(made.stderr)
  await sandbox.control('DELETE', 'log')
  const ls = ['ls', '/list']
  await world.run(ls)
  const [asked] = (await sandbox.control('GET', 'log')) as { path: string }[]
  const bareList = bare('list', { FIRST: `${sandbox.origin}${asked?.path}`, TOKEN: token })
  const what = `ls, ${listed.toLocaleString('en')} items`
  await row(what, od(ls, world.env), 'node, the same pages', bareList, '≤ 1.3')
}

/** Bytes that nothing compresses, and quickly made. */
function noise(bytes: number): Buffer {
  const block = Buffer.alloc(Math.min(bytes, 1024 * 1024))
  for (let at = 0; at < block.length; at += 1) block[at] = Math.random() * 256
  return Buffer.concat(
    Array.from({ length: Math.ceil(bytes / block.length) }, () => block),
    bytes,
  )
}
