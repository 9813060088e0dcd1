import { type SandboxProcess, startSandbox } from '../../test/helpers/microsoft/sandbox.ts'
import type { Outcome } from '../../test/helpers/program/od-link.ts'
import { link } from '../../test/helpers/program/waiting-login.ts'
import { newWorld, type World } from '../../test/helpers/program/world.ts'
import { kept, putBack } from '../../test/helpers/program/world-files.ts'
import { brokenPromises, isBounded } from './check.ts'
import { kindOf } from './kinds.ts'
import type { Cell } from './promises.ts'
import { open, openWay, type Way } from './way.ts'
import { weatherOf } from './weathers.ts'

/** A sandbox and a machine with a link to it, where cells are tried one after the other. */
export interface Station {
  sandbox: SandboxProcess
  world: World
  way: Way
  /** The link at the start of every cell. */
  links: Record<string, string>
  stop: () => Promise<void>
}

export interface Result {
  cell: Cell
  outcome: Outcome
  /** Whether it ended within its time limit. */
  isBounded: boolean
  /** The broken promises, as sentences. */
  broken: string[]
}

export async function startStation(): Promise<Station> {
  const sandbox = await startSandbox()
  const world = newWorld(sandbox)
  await link(world)
  await world.run(['mkdir', '/there'])
  await sandbox.control('POST', 'settings', { deviceIntervalSeconds: 1 })
  const way = await openWay(sandbox.origin)
  return {
    sandbox,
    world,
    way,
    links: kept(world),
    stop: async () => {
      world.remove()
      await way.stop()
      await sandbox.stop()
    },
  }
}

let number = 0

/** Causes the failure, runs the command, and checks the promises. */
export async function tryCell(at: Station, cell: Cell): Promise<Result> {
  const { sandbox, world, way } = at
  const { clockAhead = 0, localhost } = weatherOf(cell.weather)
  number += 1
  const before = prepared(at, cell)
  putBack(world, before)
  // The sandbox's clock is moved the other way, so the times in the link are moved, too.
  await sandbox.control('POST', 'settings', { clockSkewSeconds: -clockAhead })
  await makeWeather(at, cell)
  const outcome = await kindOf(cell.kind).run(at, {
    json: cell.json,
    bound: boundFlag(cell),
    name: `w${number}`,
    options: {
      timeoutMs: cell.withinSeconds * 1000 + 30_000,
      ...(localhost === undefined ? {} : { ...way.options, env: hosts(at, cell) }),
    },
  })
  await sandbox.control('DELETE', 'weather')
  await sandbox.control('POST', 'settings', { clockSkewSeconds: 0 })
  way.lead(open)
  return {
    cell,
    outcome,
    isBounded: isBounded(cell, outcome),
    broken: await brokenPromises(at, cell, outcome, before),
  }
}

/** For requests that must not be affected: only the name `localhost` is blocked. */
const pastTheWay = ({ sandbox }: Station) => sandbox.origin.replace('localhost', open)

const hosts = (at: Station, { kind }: Cell) => ({
  OD_LINK_AUTHORITY_HOST: kindOf(kind).besideOthers ? pastTheWay(at) : at.way.origin,
  OD_LINK_GRAPH_HOST: at.way.origin,
})

function boundFlag({ kind, run }: Cell): string[] {
  const { limit } = kindOf(kind)
  if (!limit.flag || run === 'stays, without a flag') return []
  return [limit.flag, String(limit[run])]
}

/** The link for this cell: times by another clock, token expired, servers behind the blockable route. */
function prepared(at: Station, { kind, weather }: Cell): Record<string, string> {
  const { links, sandbox, way } = at
  const { clockAhead = 0, localhost } = weatherOf(weather)
  const change = (text: string) => {
    const record = JSON.parse(text)
    for (const time of ['expiresAt', 'linkedAt', 'lastRenewedAt']) record[time] -= clockAhead * 1000
    if (kindOf(kind).tokenEnded) record.expiresAt = Date.now() - 1_000
    if (localhost !== undefined) {
      const origin = kindOf(kind).besideOthers ? pastTheWay(at) : way.origin
      record.graphOrigin = origin
      record.tokenEndpoint = record.tokenEndpoint.replace(sandbox.origin, origin)
    }
    return JSON.stringify(record)
  }
  return Object.fromEntries(
    Object.entries(links).map(([path, text]) => [path, path.startsWith('links') ? change(text) : text]),
  )
}

/** The first poll is after 1 s, the next one 6 s later (RFC 8628 section 3.5). */
const untilBackMs = 4_000

async function makeWeather({ sandbox, way }: Station, { kind, weather, run }: Cell): Promise<void> {
  const { match, after, afterEffect } = kindOf(kind)
  const { effect, localhost } = weatherOf(weather)
  const add = (rule: object) => sandbox.control('POST', 'weather', rule)
  if (after && afterEffect) await add({ match: after, effect: afterEffect })
  if (effect) await add({ match, effect: effect(), count: run === 'passes' ? 1 : 1_000 })
  if (localhost === undefined) return
  if (after) way.leadAfter(after, localhost, run === 'passes' ? untilBackMs : undefined)
  else way.lead(localhost)
}
