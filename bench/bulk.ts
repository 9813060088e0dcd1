import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type SandboxProcess, startSandbox } from '../test/helpers/microsoft/sandbox.ts'
import { program } from '../test/helpers/program/od-link.ts'
import { newWorld, type World } from '../test/helpers/program/world.ts'
import { peakMemoryMb } from '../test/helpers/system/peak-memory.ts'
import { idealRounds, pathsOf, type Shape } from './ideal.ts'
import { inPairs, medianTime, type Subject, time } from './pairs.ts'
import { linkBoth } from './rclone.ts'
import { path } from './table.ts'

/** Many folders at once: `od-link mkdir --from-file`, each figure beside its goal. */

const rounds = Number(process.env.BULK_ROUNDS ?? process.env.ROUNDS ?? 5)
const bareBatches = fileURLToPath(new URL('bare-batches.cjs', import.meta.url))
const latencyMs = 50
let number = 0

const shapeOf = (parents: number, children: number): Shape => {
  number += 1
  return { top: `/run ${number}`, parents, children }
}

function row(what: string, figure: string, goal: string): void {
  console.log(`${what.padEnd(62)} ${figure.padStart(34)}   ${goal}`)
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`

/** A run of od-link over a list of its own; a new tree each time, or it would only find that all is there. */
function creating(world: World, shape: () => Shape, ...flags: string[]): Subject {
  return {
    command: process.execPath,
    get args() {
      const list = join(world.dir, 'list.txt')
      writeFileSync(list, `${pathsOf(shape()).join('\n')}\n`)
      return [program, 'mkdir', '--from-file', list, '--quiet', ...flags]
    },
    env: { ...path, ...world.env },
  }
}

export async function bulk(): Promise<void> {
  console.log(`\nMany folders at once; ${rounds} rounds where two programs take turns\n`)
  const sandbox = await startSandbox()
  const world = newWorld(sandbox)
  await world.login()
  const token = (await world.run(['token'])).stdout.trim()
  await sandbox.control('POST', 'settings', { latencyMs })
  await againstIdeal(sandbox, world, token)
  await againstRclone(sandbox)
  await byNumber(world)
  await again(sandbox, world)
  world.remove()
  await sandbox.stop()
  await throttled()
  await accounts()
  await memory()
}

async function againstIdeal(sandbox: SandboxProcess, world: World, token: string): Promise<void> {
  const file = join(world.dir, 'schedule.json')
  const { length } = idealRounds(pathsOf(shapeOf(10, 100)))
  const bare: Subject = {
    command: process.execPath,
    get args() {
      writeFileSync(file, JSON.stringify(idealRounds(pathsOf(shapeOf(10, 100)))))
      return [bareBatches]
    },
    env: { ...path, ORIGIN: sandbox.origin, TOKEN: token, SCHEDULE: file },
  }
  const figures = await inPairs(
    creating(world, () => shapeOf(10, 100)),
    bare,
    rounds,
  )
  row(
    `1,010 folders, ${latencyMs} ms a request, against the ideal schedule`,
    `${seconds(figures.ours)} : ${seconds(figures.theirs)} = ${figures.ratio.toFixed(2)}`,
    `≤ 1.3   (${length} rounds, ${length * latencyMs} ms of waiting)`,
  )
}

async function againstRclone(sandbox: SandboxProcess): Promise<void> {
  await sandbox.control('POST', 'settings', { latencyMs: 0 })
  const both = await linkBoth(sandbox)
  await sandbox.control('POST', 'settings', { latencyMs })
  if (!both) return
  const { world, rclone, stop } = both
  const { top, ...shape } = shapeOf(10, 100)
  for (const one of pathsOf({ top, ...shape }))
    mkdirSync(join(world.dir, 'tree', one.slice(top.length)), { recursive: true })
  const copy = ['copy', '--create-empty-src-dirs', join(world.dir, 'tree'), `od:${top.slice(1)}`]
  const theirs = await time(rclone(copy))
  const ours = await medianTime(
    creating(world, () => shapeOf(10, 100)),
    rounds,
  )
  row(
    `1,010 folders over TLS, ${latencyMs} ms a request, against rclone copy`,
    `${seconds(ours)} : ${seconds(theirs)} = 1/${(theirs / ours).toFixed(0)}`,
    '≥ 60 times as fast, aim 85',
  )
  await stop()
}

async function byNumber(world: World): Promise<void> {
  const thousand = await time(creating(world, () => shapeOf(10, 100)))
  const larger = [10_000, ...(process.env.BULK_LARGE ? [100_000] : [])]
  for (const count of larger) {
    const ms = await time(creating(world, () => shapeOf(count / 100, 100)))
    row(
      `${count.toLocaleString('en')} folders against 1,000`,
      `${seconds(ms)} : ${seconds(thousand)} = ${(ms / thousand).toFixed(1)}`,
      `≤ ${count === 10_000 ? 11 : 110}`,
    )
  }
}

async function again(sandbox: SandboxProcess, world: World): Promise<void> {
  const shape = shapeOf(10, 100)
  await time(creating(world, () => shape))
  await sandbox.control('DELETE', 'log')
  const ms = await time(creating(world, () => shape))
  const seen: { inBatch?: true; kind: string }[] = await sandbox.control('GET', 'log')
  row(
    '1,010 folders that are there already',
    `${seen.filter((one) => one.inBatch).length} requests, ${seconds(ms)}`,
    '≤ 12: one for each folder that has some of them',
  )
}

async function throttled(): Promise<void> {
  const limit = { units: 2_400, seconds: 10 }
  const sandbox = await startSandbox()
  const world = newWorld(sandbox)
  await world.login()
  await sandbox.control('POST', 'settings', { latencyMs, limit })
  const list = pathsOf(shapeOf(60, 100))
  const input = `${list.join('\n')}\n`
  const { stdout, milliseconds } = await world.run(['mkdir', '--from-file', '-', '--json'], {
    input,
    timeoutMs: 600_000,
  })
  const { summary } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  const allowedMs = ((2 * list.length) / limit.units) * limit.seconds * 1000
  row(
    `${list.length.toLocaleString('en')} folders, ${limit.units / 2} in ${limit.seconds} s allowed`,
    `${seconds(milliseconds)} : ${seconds(allowedMs)} = ${(milliseconds / allowedMs).toFixed(2)}`,
    '≤ 1.15',
  )
  row(
    '  of its requests were refused',
    `${((100 * summary.refused) / summary.requests).toFixed(1)} %`,
    '< 5 %',
  )
  world.remove()
  await sandbox.stop()
}

/** A batch takes a second here: what is measured is od-link, not how fast one sandbox is. */
async function accounts(): Promise<void> {
  const users = Array.from({ length: 10 }, (_, n) => ({
    username: `u${n}@contoso.example`,
    name: `User ${n}`,
    kind: 'work',
  }))
  const place = newWorld(undefined)
  writeFileSync(join(place.dir, 'users.json'), JSON.stringify(users))
  const sandbox = await startSandbox('--users', join(place.dir, 'users.json'))
  const world = newWorld(sandbox)
  for (const { username } of users) await world.login('--login-hint', username)
  await sandbox.control('POST', 'settings', { latencyMs: 1_000 })
  const one = await time(creating(world, () => shapeOf(10, 100), '--account', 'u0@contoso.example'))
  const ten = await time(creating(world, () => shapeOf(10, 100), '--all-accounts'))
  row(
    '1,010 folders in ten accounts against one, 1 s a request',
    `${seconds(ten)} : ${seconds(one)} = ${(ten / one).toFixed(2)}`,
    '≤ 1.3',
  )
  world.remove()
  place.remove()
  await sandbox.stop()
}

/** Linux tells; elsewhere the figure is left out. */
async function memory(): Promise<void> {
  const world = newWorld(undefined)
  const file = join(world.dir, 'million.txt')
  const thousand = (n: number) =>
    Array.from({ length: 1_000 }, (_, c) => `/Customers of 2026/Customer ${n}/Letter ${c}\n`).join('')
  writeFileSync(file, Array.from({ length: 1_000 }, (_, n) => thousand(n)).join(''))
  const running = world.start(['mkdir', '--from-file', file, '--dry-run', '--quiet'], { timeoutMs: 120_000 })
  const peakMb = await peakMemoryMb(running)
  const { milliseconds } = await running.ended
  row(
    'a list of a million folders, read and checked',
    `${peakMb.toFixed(0)} MB, ${seconds(milliseconds)}`,
    '< 500 MB',
  )
  world.remove()
}
