import { type SandboxProcess, startSandbox } from '../../test/helpers/microsoft/sandbox.ts'
import type { Outcome } from '../../test/helpers/program/od-link.ts'
import { link } from '../../test/helpers/program/waiting-login.ts'
import { newWorld, type World } from '../../test/helpers/program/world.ts'
import { kept, putBack } from '../../test/helpers/program/world-files.ts'
import { brokenPromises, isBounded } from './check.ts'
import type { How } from './kinds/kind.ts'
import { kindOf } from './kinds.ts'
import { type Cell, flagSeconds } from './promises.ts'
import { open, openWay, type Way } from './way.ts'
import { weatherOf } from './weathers.ts'

/** A sandbox and a machine with a link to it, where cells are tried one after the other. */
export interface Station {
  sandbox: SandboxProcess
  world: World
  way: Way
  /** The link at the start of every cell. */
  links: Record<string, string>
  /** The content of the files in the drive, such as `/read.txt`. */
  content: string
  /** Puts a file with that content into the drive, without od-link. */
  putFile: (path: string) => Promise<void>
  /** The address of a folder that somebody shares, below the origin of Graph. */
  sharingLink: string
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

const content = 'what is in a file\n'.repeat(60)

function tokenIn(links: Record<string, string>): string {
  const [record] = Object.entries(links).filter(([path]) => path.startsWith('links'))
  return JSON.parse(record?.[1] ?? '').accessToken
}

export async function startStation(): Promise<Station> {
  const sandbox = await startSandbox()
  // With the scope that finds places by their site.
  const world = newWorld(sandbox, undefined, {
    OD_LINK_SCOPE: 'User.Read Files.ReadWrite.All Sites.Read.All',
  })
  await link(world)
  await sandbox.control('POST', 'settings', { deviceIntervalSeconds: 1 })
  const way = await openWay(sandbox.origin)
  const links = kept(world)
  const authorization = `Bearer ${tokenIn(links)}`
  const send = async (method: string, path: string, type: string, body: string) => {
    const url = `${sandbox.origin}/v1.0/me/drive/root${path}`
    const headers = { authorization, 'content-type': type }
    const { ok, status } = await fetch(url, { method, headers, body })
    if (!ok) throw new Error(`the drive answers ${status} to ${method} ${path}`)
  }
  const putFile = (path: string) => send('PUT', `:${path}:/content`, 'text/plain', content)
  await send('POST', '/children', 'application/json', '{"name":"there","folder":{}}')
  await putFile('/read.txt')
  const shared = { in: 'charles@contoso.example', path: '/Shared by link', type: 'edit' }
  const { webUrl } = await sandbox.control('POST', 'link', shared)
  return {
    ...{ sandbox, world, way, links, content, putFile },
    sharingLink: webUrl.slice(sandbox.origin.length),
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
  const kind = kindOf(cell.kind)
  const how: How = {
    json: cell.json,
    bound: boundFlag(cell),
    name: `w${number}`,
    origin: localhost === undefined ? sandbox.origin : way.origin,
    options: {
      timeoutMs: cell.withinSeconds * 1000 + 30_000,
      ...(localhost === undefined ? {} : { ...way.options, env: hosts(at, cell) }),
    },
  }
  await kind.prepare?.(at, how)
  // The sandbox's clock is moved the other way, so the times in the link are moved, too.
  await sandbox.control('POST', 'settings', { clockSkewSeconds: -clockAhead })
  await makeWeather(at, cell)
  const outcome = await kind.run(at, how)
  await sandbox.control('DELETE', 'weather')
  await sandbox.control('POST', 'settings', { clockSkewSeconds: 0 })
  way.lead(open)
  return {
    cell,
    outcome,
    isBounded: isBounded(cell, outcome),
    broken: [
      ...(await brokenPromises(at, cell, outcome, before)),
      ...((await kind.check?.(at, how, outcome.code === 0)) ?? []),
    ],
  }
}

/** For requests that must not be affected: only the name `localhost` is blocked. */
const pastTheWay = ({ sandbox }: Station) => sandbox.origin.replace('localhost', open)

const hosts = (at: Station, { kind }: Cell) => ({
  OD_LINK_AUTHORITY_HOST: kindOf(kind).besideOthers ? pastTheWay(at) : at.way.origin,
  OD_LINK_GRAPH_HOST: at.way.origin,
})

function boundFlag(cell: Cell): string[] {
  const { flag } = kindOf(cell.kind).limit
  if (!flag || cell.run === 'stays, without a flag') return []
  return [flag, String(flagSeconds(cell))]
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
  const { match, after, because } = kindOf(kind)
  const { effect, localhost } = weatherOf(weather)
  const add = (rule: object) => sandbox.control('POST', 'weather', rule)
  if (because) await add(because)
  if (effect) await add({ match, effect: effect(), count: run === 'passes' ? 1 : 1_000 })
  if (localhost === undefined) return
  if (after) way.leadAfter(after, localhost, run === 'passes' ? untilBackMs : undefined)
  else way.lead(localhost)
}
