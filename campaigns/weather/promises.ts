/*
 * What od-link promises for each failure: the exit code (named in src/errors.ts) and the time limit.
 * check.ts has the promises that are the same for all.
 */

import { type KindName, kindNames, kindOf } from './kinds.ts'
import { type Trouble, type WeatherName, weatherNames, weatherOf } from './weathers.ts'

/** The exit code when the failure stays, by its effect. */
export const exitCodes: Record<Trouble, { 'sign-in': number; graph: number }> = {
  'no connection': { 'sign-in': 7, graph: 7 },
  'no answer': { 'sign-in': 7, graph: 7 },
  // A truncated answer of Graph is a lost answer. An unreadable answer of the sign-in service is not trusted.
  'not readable': { 'sign-in': 6, graph: 7 },
  busy: { 'sign-in': 6, graph: 6 },
  // Longer than anybody waits for a command, so it ends at once.
  'busy for long': { 'sign-in': 6, graph: 6 },
  // Graph refuses the token, and then its replacement: only the sign-in service can say that a link has ended. A bare 401 or 403 from the sign-in service, without an OAuth
  // error (RFC 6749 section 5.2), comes from a proxy or firewall and says nothing about the link.
  'not authorized': { 'sign-in': 6, graph: 6 },
  'sign-in refused': { 'sign-in': 4, graph: 4 },
  forbidden: { 'sign-in': 6, graph: 9 },
  // What Graph says is final, and no scope helps.
  'not allowed': { 'sign-in': 6, graph: 9 },
  // The drive will accept changes again; neither the link nor its scope is at fault.
  'read-only': { 'sign-in': 6, graph: 6 },
  'name taken': { 'sign-in': 6, graph: 3 },
  // Nobody knows whether the file is complete, so it is looked for, and else uploaded again.
  'session over': { 'sign-in': 6, graph: 6 },
  // An id_token cannot be verified with a wrong clock (OpenID Connect Core, 3.1.3.7). An existing link keeps
  // working.
  'clock is wrong': { 'sign-in': 4, graph: 0 },
}

export interface Exception {
  kinds: KindName[]
  in: (WeatherName | Trouble)[]
  run?: Run
  exit: number
  because: string
}

/** Cells that differ from their row and column. */
export const exceptions: Exception[] = [
  {
    kinds: ['refresh'],
    in: ['clock is wrong'],
    exit: 0,
    because: 'the identity was verified at login, so a refresh needs no id_token',
  },
  {
    kinds: ['me'],
    in: ['401'],
    exit: 0,
    because: 'doctor sends no token, so 401 is the expected answer of Graph',
  },
  {
    kinds: ['me'],
    in: ['forbidden', 'not readable'],
    exit: 6,
    because: 'the answer does not come from Graph, which doctor reports',
  },
  {
    kinds: ['me'],
    in: ['clock is wrong'],
    exit: 2,
    because: 'doctor checks the clock',
  },
  {
    kinds: ['create', 'behind', 'send', 'move', 'remove'],
    in: ['hang in the body', 'reset after processing', 'truncated answer'],
    exit: 0,
    because: 'the first attempt did the work, which a lookup finds',
  },
  {
    kinds: ['item'],
    in: ['not readable'],
    run: 'stays',
    exit: 6,
    because: 'the batch arrived complete, so its content is wrong because of Microsoft, not the network',
  },
  {
    kinds: ['piece', 'api piece'],
    in: ['reset after processing', '400, session over and done', '416, session done', 'truncated answer'],
    exit: 0,
    because: 'the bytes have arrived, as the session or the drive says',
  },
  {
    kinds: ['session', 'api session'],
    in: ['truncated answer'],
    run: 'stays',
    exit: 3,
    because: 'the session whose answer cannot be read holds the name on a work drive',
  },
  {
    kinds: ['session', 'api session'],
    in: ['hang in the body', 'reset after processing', 'truncated answer'],
    run: 'passes',
    exit: 3,
    because: 'the session whose answer was lost holds the name on a work drive, and nobody knows its URL',
  },
  {
    kinds: ['shortcut'],
    in: ['403'],
    exit: 8,
    because: 'the right to read may begin further down, so the refusal of the folder itself counts',
  },
  {
    kinds: ['path or keys'],
    in: ['forbidden', 'not allowed', 'read-only'],
    exit: 0,
    because: 'a refusal does not show that the cloud ignores paths',
  },
  {
    kinds: ['path or keys'],
    in: ['truncated answer'],
    run: 'stays',
    exit: 0,
    because: 'the expected answer is a 404, which says enough without its body',
  },
  {
    kinds: ['may write'],
    in: [
      ...(['no connection', 'no answer', 'not readable', 'busy', 'busy for long', 'not authorized'] as const),
      ...(['forbidden', 'not allowed', 'read-only'] as const),
    ],
    exit: 0,
    because: 'the place is found and saved, whether or not one may write there',
  },
  {
    kinds: ['content'],
    in: ['truncated answer'],
    exit: 0,
    because: 'a redirect has no body',
  },
  {
    kinds: ['bytes', 'content'],
    in: ['not readable'],
    run: 'stays',
    exit: 6,
    because: 'the answer arrived complete, so its content is wrong because of Microsoft, not the network',
  },
  {
    kinds: ['poll'],
    in: ['hang in the body', 'reset after processing', 'truncated answer'],
    run: 'passes',
    exit: 4,
    because: 'the lost answer used up the code, so the person has to sign in again',
  },
]

/** Whether a failure is possible for this request: an answer in a batch has no connection of its own. */
function canBe(kind: KindName, weather: WeatherName): boolean {
  const { is, for: kinds } = weatherOf(weather)
  if (kinds) return kinds.includes(kind)
  // No token is sent there, and a silent server is given two minutes for each piece.
  if (kind === 'piece' || kind === 'api piece')
    return weather !== '401' && is !== 'no connection' && !weather.startsWith('hang')
  // The sandbox itself, whose port has no black hole, sends the bytes. Of a body that hangs each attempt gets a half.
  if (kind === 'bytes') return weather !== 'black hole' && weather !== 'hang in the body'
  // What precedes it does not come by the way; a redirect has no body.
  if (kind === 'content') return is !== 'no connection' && weather !== 'hang in the body'
  if (kind !== 'item') return true
  return (
    is !== 'no connection' && is !== 'no answer' && is !== 'clock is wrong' && weather !== 'truncated answer'
  )
}

const isFinal = new Set<Trouble>([
  ...(['forbidden', 'not allowed', 'read-only', 'name taken', 'sign-in refused', 'clock is wrong'] as const),
])

/**
 * Whether the request is retried in the same run. A failed connection is reported at once; only a polling
 * login waits for the network. A refused token is replaced once.
 */
function isRepeated(kind: KindName, weather: WeatherName): boolean {
  const { is, repeatedFor } = weatherOf(weather)
  const { repeated, service } = kindOf(kind)
  if (repeatedFor) return repeatedFor.includes(kind)
  if (!repeated || isFinal.has(is)) return false
  if (is === 'busy for long') return kind === 'poll'
  if (is === 'no connection') return kind === 'poll'
  if (is === 'not authorized') return service === 'graph'
  // Someone who has just mistyped a host learns about it sooner.
  return !(kind === 'discovery' && is === 'not readable')
}

/** A failure that stays affects every attempt, one that passes only the first. */
export type Run = 'stays' | 'passes' | 'stays, without a flag'

export interface Cell {
  kind: KindName
  weather: WeatherName
  run: Run
  /** Every other cell uses JSON, like the white squares of a chessboard. */
  json: boolean
  exit: number
  withinSeconds: number
}

/** For starting a process while several share a core, and for the last attempt, which gets at least 2 s. */
export const graceSeconds = 10

/** The longest poll, and its delay after a failure (RFC 8628 section 3.5). */
const pollSeconds = 20
const afterTroubleSeconds = 6

/** Only the time limit of an attempt ends a silent connection. */
const isSilent = (weather: WeatherName) => weather === 'black hole' || weather.startsWith('hang')

/** The value of the flag that shortens the waiting: to be repeated, a request needs more than the limit of its first attempt. */
export function flagSeconds({ kind, weather, run }: Pick<Cell, 'kind' | 'weather' | 'run'>): number {
  const { limit } = kindOf(kind)
  if (run === 'stays, without a flag') return limit.default
  return limit[run] + (run === 'passes' && isSilent(weather) ? (limit.silent ?? 0) : 0)
}

function boundOf(kind: KindName, weather: WeatherName, run: Run): number {
  const { limit } = kindOf(kind)
  if (run === 'stays, without a flag') return limit.default + graceSeconds
  if (!isRepeated(kind, weather) && !isSilent(weather)) return graceSeconds
  if (kind !== 'poll') return limit[run] + (isSilent(weather) ? (limit.silent ?? 0) : 0) + graceSeconds
  return (
    (run === 'passes' ? afterTroubleSeconds : limit.stays) +
    (isSilent(weather) ? pollSeconds : 0) +
    graceSeconds
  )
}

function cellOf(kind: KindName, weather: WeatherName, run: Run): Cell {
  const { is } = weatherOf(weather)
  const exception = exceptions.find(
    (one) =>
      one.kinds.includes(kind) &&
      one.in.some((name) => name === weather || name === is) &&
      (one.run ?? run) === run,
  )
  const usual = run === 'passes' ? 0 : exitCodes[is][kindOf(kind).service]
  return {
    kind,
    weather,
    run,
    json: (kindNames.indexOf(kind) + weatherNames.indexOf(weather)) % 2 === 0,
    exit: exception?.exit ?? usual,
    withinSeconds: boundOf(kind, weather, run),
  }
}

/** All cells: each kind with each failure that stays, and with each that passes if the request is retried. */
export const cells: Cell[] = kindNames.flatMap((kind) =>
  weatherNames
    .filter((weather) => canBe(kind, weather))
    .flatMap((weather) => {
      const runs: Run[] = isRepeated(kind, weather) ? ['stays', 'passes'] : ['stays']
      return runs.map((run) => cellOf(kind, weather, run))
    }),
)

/** The time limits without a flag, for the cells above that use a flag to shorten them. */
export const unflagged: Cell[] = (['refresh', 'create', 'settle', 'batch'] as const).map((kind) =>
  cellOf(kind, 'hang before headers', 'stays, without a flag'),
)

/** A sample of quick cells with every kind and every failure; what is rare among them is tried once more, with one that passes. */
export const sample: Cell[] = (() => {
  const taken: Cell[] = []
  const used = (kind: KindName) => taken.filter((cell) => cell.kind === kind).length
  for (const weather of weatherNames) {
    const all = cells.filter((cell) => cell.weather === weather && cell.run === 'stays')
    const quick = all.filter(isQuick)
    const [next] = (quick.length > 0 ? quick : all).toSorted(
      (one, other) => used(one.kind) - used(other.kind),
    )
    if (next) taken.push(next)
  }
  const isRare = ({ kind }: Cell) => used(kind) < 2
  const passing = cells.filter(({ weather, run }) => weather === '429, a decimal' && run === 'passes')
  return [...taken, ...passing.filter(isRare)]
})()

function isQuick({ withinSeconds }: Cell): boolean {
  return withinSeconds <= graceSeconds + 2
}
