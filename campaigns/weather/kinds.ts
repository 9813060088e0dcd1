/* Every kind of request that od-link sends, and a command that sends it. */

import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome, RunOptions } from '../../test/helpers/program/od-link.ts'
import { comeBack, signInAt, type WaitingLogin } from '../../test/helpers/program/waiting-login.ts'
import type { Station } from './station.ts'

/** How a command is run in one cell. */
export interface How {
  json: boolean
  /** The flag that limits the waiting, if the command has one. */
  bound: string[]
  /** A folder name that no other cell uses. */
  name: string
  options: RunOptions
}

interface Kind {
  /** The heading of its column. */
  short: string
  /** The request, for the report. */
  asks: string
  service: 'sign-in' | 'graph'
  /** The command, without the flag for the time limit. */
  command: string
  /** The request, as a substring of `METHOD /path`. */
  match: string
  /** The request that precedes it in the same run. */
  after?: string
  /** The failure of that earlier request that makes od-link send this one. */
  afterEffect?: object
  /** Other requests start at the same time and are not affected. */
  besideOthers?: true
  /** The access token has expired. */
  tokenEnded?: true
  /** Whether it is retried after temporary failures. */
  repeated: boolean
  /** The time limit for all attempts, in seconds. */
  limit: Limit
  /** What stdout contains only when the work is done. */
  done: RegExp
  run: (at: Station, how: How) => Promise<Outcome>
}

/** When the failure stays, and when it passes; `default` is the limit without a flag. */
interface Limit {
  flag?: '--max-wait' | '--timeout'
  stays: number
  passes: number
  default: number
  why: string
}

const lookUp: Limit = { stays: 30, passes: 30, default: 30, why: '30 s for the lookups of a sign-in' }
const maxWait = (byDefault: number): Limit => ({
  flag: '--max-wait',
  stays: 2,
  passes: 15,
  default: byDefault,
  why: '--max-wait',
})
const login = /"event":"linked"|Linked ada@/
const folder = /^\/w\d+|"path":"\/w\d+/m
const inJson = ({ json }: How) => (json ? ['--json'] : [])

const mkdir =
  (...args: string[]) =>
  ({ world }: Station, how: How) =>
    world.run(
      ['mkdir', ...how.bound, ...inJson(how), ...args, ...(args.includes('/there') ? [] : [`/${how.name}`])],
      how.options,
    )

const mkdirMany = ({ world }: Station, how: How) =>
  world.run(['mkdir', '--from-file', '-', ...how.bound, ...inJson(how)], {
    ...how.options,
    input: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `/${how.name}/${name}\n`).join(''),
  })

/** The test plays the browser, which is not affected. */
async function logIn({ world, sandbox }: Station, how: How): Promise<Outcome> {
  const running = world.start(['login', '--no-browser', ...inJson(how)], how.options)
  try {
    const [found] = await running.seen(/http:\/\/localhost:\d+\/[^"\s]*authorize[^"\s]*/)
    const { pathname, search, searchParams } = new URL(found)
    const redirectUri = new URL(searchParams.get('redirect_uri') ?? '')
    const answer = await signInAt(new URL(`${sandbox.origin}${pathname}${search}`))
    await comeBack({ redirectUri } as WaitingLogin, answer)
  } catch {
    // It ended before it printed a URL: the outcome explains why.
  }
  return running.ended
}

/** The person enters the code at once. */
async function logInByCode({ world, sandbox }: Station, how: How): Promise<Outcome> {
  const running = world.start(['login', '--device', ...how.bound, ...inJson(how)], how.options)
  try {
    const [, inWords, asJson] = await running.seen(
      /enter the code:\s+([A-Z0-9]{8,9})\n|"code":"([A-Z0-9]{8,9})"/,
    )
    await sandbox.control('POST', 'device', { user_code: inWords ?? asJson })
  } catch {
    // The same.
  }
  return running.ended
}

/** A file of two pieces, so that a session is asked more than once. */
const upload = ({ world }: Station, how: How) => {
  const file = join(world.dir, 'to upload.bin')
  if (!existsSync(file)) writeFileSync(file, Buffer.alloc(11 * 1024 * 1024, 'x'))
  return world.run(
    ['api', '--upload', file, `/me/drive/root:/${how.name}.bin`, ...how.bound, ...inJson(how)],
    how.options,
  )
}

const create = 'POST /v1.0/me/drive'

export const kinds = {
  discovery: {
    short: 'discovery',
    asks: 'GET …/.well-known/openid-configuration',
    service: 'sign-in',
    command: 'od-link login',
    match: '/openid-configuration',
    repeated: true,
    limit: lookUp,
    done: login,
    run: logIn,
  },
  keys: {
    short: 'keys',
    asks: 'GET …/discovery/v2.0/keys',
    service: 'sign-in',
    command: 'od-link login',
    match: '/discovery/v2.0/keys',
    after: '/oauth2/v2.0/token',
    repeated: true,
    limit: lookUp,
    done: login,
    run: logIn,
  },
  code: {
    short: 'code',
    asks: 'POST …/token, by authorization code',
    service: 'sign-in',
    command: 'od-link login',
    match: '/oauth2/v2.0/token',
    after: '/openid-configuration',
    // A code can only be used once: AADSTS54005 (RFC 6749 section 4.1.2).
    repeated: false,
    limit: { stays: 20, passes: 20, default: 20, why: 'one attempt, 20 s' },
    done: login,
    run: logIn,
  },
  refresh: {
    short: 'refresh',
    asks: 'POST …/token, by refresh token',
    service: 'sign-in',
    command: 'od-link mkdir PATH',
    match: '/oauth2/v2.0/token',
    tokenEnded: true,
    repeated: true,
    limit: maxWait(120),
    done: folder,
    run: mkdir(),
  },
  device: {
    short: 'device',
    asks: 'POST …/devicecode',
    service: 'sign-in',
    command: 'od-link login --device',
    match: '/oauth2/v2.0/devicecode',
    after: '/openid-configuration',
    repeated: true,
    limit: lookUp,
    done: login,
    run: logInByCode,
  },
  poll: {
    short: 'poll',
    asks: 'POST …/token, by device code',
    service: 'sign-in',
    command: 'od-link login --device',
    match: '/oauth2/v2.0/token',
    after: '/oauth2/v2.0/devicecode',
    repeated: true,
    limit: { flag: '--timeout', stays: 3, passes: 40, default: 900, why: '--timeout and the last poll' },
    done: login,
    run: logInByCode,
  },
  me: {
    short: 'me',
    asks: 'GET /me, without a token',
    service: 'graph',
    command: 'od-link doctor',
    match: '/GET .*/v1.0/me$/',
    besideOthers: true,
    repeated: false,
    limit: { stays: 8, passes: 8, default: 8, why: 'one doctor check' },
    done: /Nothing is wrong|"ok":true\}\n$/,
    run: ({ world }, how) => world.run(['doctor', ...inJson(how)], how.options),
  },
  drive: {
    short: 'drive',
    asks: 'GET /me/drive',
    service: 'graph',
    command: 'od-link status --check',
    match: 'GET /v1.0/me/drive',
    after: '/oauth2/v2.0/token',
    repeated: true,
    limit: { stays: 30, passes: 30, default: 30, why: 'one link check' },
    done: /works, business drive|"works":true/,
    run: ({ world }, how) => world.run(['status', '--check', ...inJson(how)], how.options),
  },
  create: {
    short: 'create',
    asks: 'POST …/children',
    service: 'graph',
    command: 'od-link mkdir PATH',
    match: create,
    repeated: true,
    // Enough for a silent attempt and the lookup after it.
    limit: { ...maxWait(120), stays: 9 },
    done: folder,
    run: mkdir(),
  },
  look: {
    short: 'look',
    asks: 'GET the item, after "the name is taken"',
    service: 'graph',
    command: 'od-link mkdir -p PATH',
    match: 'GET /v1.0/me/drive',
    after: create,
    repeated: true,
    limit: maxWait(120),
    done: /^\/there$|"path":"\/there"/m,
    run: mkdir('-p', '/there'),
  },
  settle: {
    short: 'settle',
    asks: 'GET the item, after a lost answer',
    service: 'graph',
    command: 'od-link mkdir PATH',
    match: 'GET /v1.0/me/drive',
    after: create,
    afterEffect: { lost: true },
    repeated: true,
    limit: { ...maxWait(120), stays: 6 },
    done: folder,
    run: mkdir(),
  },
  batch: {
    short: 'batch',
    asks: 'POST /$batch',
    service: 'graph',
    command: 'od-link mkdir --from-file LIST',
    match: 'POST /v1.0/$batch',
    repeated: true,
    limit: maxWait(600),
    done: /^\/w\d+\/f$|"created":true/m,
    run: mkdirMany,
  },
  item: {
    short: 'item',
    asks: 'one request in a /$batch',
    service: 'graph',
    command: 'od-link mkdir --from-file LIST',
    match: '/POST .*children$/',
    repeated: true,
    limit: maxWait(600),
    done: /^\/w\d+\/f$|"created":true/m,
    run: mkdirMany,
  },
  session: {
    short: 'session',
    asks: 'POST …/createUploadSession',
    service: 'graph',
    command: 'od-link api --upload FILE PATH',
    match: '/createUploadSession',
    repeated: true,
    limit: maxWait(120),
    done: /"size":\s*\d/,
    run: upload,
  },
  piece: {
    short: 'piece',
    asks: 'PUT to the URL of an upload session',
    service: 'graph',
    command: 'od-link api --upload FILE PATH',
    match: 'PUT /upload',
    after: '/createUploadSession',
    repeated: true,
    // Enough to ask where the session stands after each of its pieces.
    limit: { ...maxWait(120), stays: 15 },
    done: /"size":\s*\d/,
    run: upload,
  },
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof kinds
export const kindNames = Object.keys(kinds) as KindName[]

/** The kind with that name, with its optional properties. */
export const kindOf = (name: KindName): Kind => kinds[name]
