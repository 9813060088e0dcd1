import { type KindName, kindNames, kindOf } from './kinds.ts'
import { type Trouble, type WeatherName, weatherNames, weatherOf } from './weathers.ts'

/**
 * What od-link promises in every weather: the exit code (src/errors.ts has their names) and the bound on time. What it
 * promises in all of them alike is in check.ts.
 */

/** The exit code when the weather stays, by what it comes to. */
export const exitCodes: Record<Trouble, { 'sign-in': number; graph: number }> = {
  'no connection': { 'sign-in': 7, graph: 7 },
  'no answer': { 'sign-in': 7, graph: 7 },
  // Half an answer of Graph is a lost answer. An answer of the sign-in service that makes no sense is distrusted.
  'not readable': { 'sign-in': 6, graph: 7 },
  busy: { 'sign-in': 6, graph: 6 },
  // Graph refuses the token, and then the one that replaced it. In the sign-in service's place a bare 401 or 403,
  // without an error of OAuth (RFC 6749 section 5.2), says nothing of the link: a proxy or a firewall gave it.
  'not authorized': { 'sign-in': 6, graph: 4 },
  forbidden: { 'sign-in': 6, graph: 9 },
  // An id_token cannot be checked by a wrong clock (OpenID Connect Core, 3.1.3.7). A link that is there goes on.
  'clock is wrong': { 'sign-in': 4, graph: 0 },
}

export interface Exception {
  kinds: KindName[]
  in: (WeatherName | Trouble)[]
  run?: Run
  exit: number
  because: string
}

/** Where a cell promises something else than its row and column. */
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
    kinds: ['create'],
    in: ['hang in the body', 'reset after processing', 'truncated answer'],
    exit: 0,
    because: 'the first attempt created the folder, which a lookup finds',
  },
  {
    kinds: ['item'],
    in: ['not readable'],
    run: 'stays',
    exit: 6,
    because: 'the batch arrived complete, so its content is wrong because of Microsoft, not the network',
  },
  {
    kinds: ['poll'],
    in: ['hang in the body', 'reset after processing', 'truncated answer'],
    run: 'passes',
    exit: 4,
    because: 'the lost answer used up the code, so the person has to sign in again',
  },
]

/** Whether weather can come to this request at all: an answer in a batch has no connection of its own. */
function canBe(kind: KindName, weather: WeatherName): boolean {
  const { is } = weatherOf(weather)
  if (kind !== 'item') return true
  return (
    is !== 'no connection' && is !== 'no answer' && is !== 'clock is wrong' && weather !== 'truncated answer'
  )
}

/**
 * Whether the request is sent again in the same run. Where nothing was sent, because no connection came about, it is
 * told at once; only a login that polls has time to wait for the network. A refused token is replaced once.
 */
function isRepeated(kind: KindName, weather: WeatherName): boolean {
  const { is } = weatherOf(weather)
  const { repeated, service } = kindOf(kind)
  if (!repeated || is === 'forbidden' || is === 'clock is wrong') return false
  if (is === 'no connection') return kind === 'poll'
  if (is === 'not authorized') return service === 'graph'
  // A person who has just typed a wrong host learns it sooner so.
  return !(kind === 'discovery' && is === 'not readable')
}

/** Weather that stays is there for every attempt; weather that passes, for the first. */
export type Run = 'stays' | 'passes' | 'stays, without a flag'

export interface Cell {
  kind: KindName
  weather: WeatherName
  run: Run
  /** On a chessboard of cells, the white ones speak JSON. */
  json: boolean
  exit: number
  withinSeconds: number
}

/** For the start of a process where several share a core, and the least time that a last attempt is given (2 s). */
export const graceSeconds = 10

/** The longest that a poll takes, and what it waits for after trouble (RFC 8628 section 3.5). */
const pollSeconds = 20
const afterTroubleSeconds = 6

function boundOf(kind: KindName, weather: WeatherName, run: Run): number {
  const { limit } = kindOf(kind)
  // Only the limit of an attempt ends a silence.
  const isSilent = weather === 'black hole' || weather.startsWith('hang')
  if (run === 'stays, without a flag') return limit.default + graceSeconds
  if (!isRepeated(kind, weather) && !isSilent) return graceSeconds
  if (kind !== 'poll') return limit[run] + graceSeconds
  return (run === 'passes' ? afterTroubleSeconds : limit.stays) + (isSilent ? pollSeconds : 0) + graceSeconds
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

/** Every cell: each kind in each weather that stays, and in each that passes where the request is sent again. */
export const cells: Cell[] = kindNames.flatMap((kind) =>
  weatherNames
    .filter((weather) => canBe(kind, weather))
    .flatMap((weather) => {
      const runs: Run[] = isRepeated(kind, weather) ? ['stays', 'passes'] : ['stays']
      return runs.map((run) => cellOf(kind, weather, run))
    }),
)

/** The bounds that hold without a flag, where a cell above has a shorter one by a flag. */
export const unflagged: Cell[] = (['refresh', 'create', 'settle', 'batch'] as const).map((kind) =>
  cellOf(kind, 'hang before headers', 'stays, without a flag'),
)

/** A sample in which every kind and every weather is there, of cells that take little time. */
export const sample: Cell[] = (() => {
  const taken: Cell[] = []
  const used = (kind: KindName) => taken.filter((cell) => cell.kind === kind).length
  for (const weather of weatherNames) {
    const quick = cells.filter((cell) => cell.weather === weather && cell.run === 'stays' && isQuick(cell))
    const [next] = quick.toSorted((one, other) => used(one.kind) - used(other.kind))
    if (next) taken.push(next)
  }
  const passing = cells.filter(({ weather, run }) => weather === '429, a decimal' && run === 'passes')
  return [...taken, ...passing]
})()

function isQuick({ withinSeconds }: Cell): boolean {
  return withinSeconds <= graceSeconds + 2
}
