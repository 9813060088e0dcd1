import { keptIdentity } from './books/kept-identity.ts'
import { scoreReport } from './books/score-report.ts'
import { readStateFile, StateFile } from './books/state-file.ts'
import { addPlaces, type Places } from './control/world-file.ts'
import { serve } from './serve.ts'
import { listen } from './server/listener.ts'
import { makeLocalIdentity, writeCaFile } from './server/tls/authority.ts'
import { addExamples, type Example, exampleUsers, listExamples } from './state/examples.ts'
import { Addresses, type ChosenOrigins, checkOrigins, microsoftOrigins, ownOrigins } from './state/origins.ts'
import {
  checkRegistrations,
  inDirectories,
  publicClientId,
  type Registration,
  webClientId,
} from './state/registrations.ts'
import { accountOf, checkUsers, defaultUsers, type Moods, type SandboxUser } from './state/users.ts'
import { type Settings, World } from './state/world.ts'
import { refusalRule } from './weather/read-rule.ts'

export { type Places, readWorldFile } from './control/world-file.ts'
export { PortForbidden, PortTaken } from './server/listener.ts'
export { readApps } from './state/app-file.ts'
export type { Example } from './state/examples.ts'
export type { Audience, Platform, RedirectUri, Registration } from './state/registrations.ts'
export { readMoodOptions, type SandboxUser } from './state/users.ts'

export interface SandboxOptions {
  /** Default: any free port; with `asMicrosoft`, 443. */
  port?: number
  /** Answers under Microsoft's own host names, with https. The client's machine has to map them: see `hosts`. */
  asMicrosoft?: boolean
  /** The origins that answers name, where they are not those of the sandbox or of Microsoft. */
  origins?: ChosenOrigins
  /** Default: one work and one personal account. */
  users?: SandboxUser[]
  /** Sites, files, rights, links and shortcuts to add, as in a users file. Not to what a state file has. */
  places?: Places
  /** To the default users adds others, a site, shared folders and shortcuts; see `Sandbox.examples`. Default: no. */
  examples?: boolean
  latencyMs?: number
  accessTtlSeconds?: number
  /** The client secret of the web registration; default: a random one. */
  secret?: string
  /** Applications in addition to the sandbox's own two; one with the same client id replaces it. */
  registrations?: Registration[]
  /** `automatic` (the default) accepts every sign-in; `page` shows the sign-in pages. */
  signIn?: 'automatic' | 'page'
  /** How long an unused refresh token stays valid; default: 90 days. */
  refreshIdleSeconds?: number
  /** Refuses a client that repeats the same request in a loop (AADSTS50196); default: no. */
  loopDetection?: boolean
  /** Answers a device flow poll that comes too soon with `slow_down`; default: no. */
  slowDown?: boolean
  /** A JSON file in which the drives are saved between runs; created when missing. */
  state?: string
  /** How the drives of all users behave, unless a user's own moods say otherwise. */
  moods?: Partial<Moods>
  /** Refusals of Microsoft's that all requests get which they fit, by name. */
  refusals?: string[]
  /** Serves https with its own certificate authority. */
  tls?: boolean
}

export interface Sandbox {
  /** On loopback: the page with the drives, and the control API. */
  origin: string
  /** The origins of the identity platform and of Graph in its answers; default: `origin`. */
  authorityOrigin: string
  graphOrigin: string
  /** The host names that a client's machine has to map to this one. */
  hosts: string[]
  /** The bearer token of the control API, `/control/…`. */
  controlToken: string
  clientId: string
  webClientId: string
  webClientSecret: string
  /** What is not on a person's own drive, to try. */
  examples: Example[]
  /** With `tls`: a PEM file with the certificate to trust, for `NODE_EXTRA_CA_CERTS`. Without `state` removed on close. */
  caFile?: string
  /** What its clients did wrong so far, as text. */
  scoreReport(): string
  /** @throws an Error with a plain sentence when the state file cannot be written. */
  close(): Promise<void>
}

/**
 * Starts a fake of Microsoft's identity platform and Graph on loopback, in one server.
 * @throws PortTaken, PortForbidden, or an Error with a plain sentence when the users, registrations or state file are not
 * valid.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const {
    registrations: apps = [],
    secret,
    asMicrosoft,
    origins: named = {},
    examples,
    moods,
    refusals = [],
  } = options
  const { port = asMicrosoft ? 443 : 0, users: wanted = examples ? exampleUsers : defaultUsers } = options
  const users = wanted.map((user) => ({ ...user, moods: { ...moods, ...user.moods } }))
  const rules = refusals.map((name) => ({ ...refusalRule(name), count: Number.POSITIVE_INFINITY }))
  checkUsers(users)
  checkOrigins(named)
  checkRegistrations(apps)
  const registrations = inDirectories(apps, users.map(accountOf))
  let open: (world: World) => void = () => {}
  const ready = new Promise<World>((resolve) => {
    open = resolve
  })
  const originsAt = (own: string) => (asMicrosoft ? microsoftOrigins(own, named) : ownOrigins(own, named))
  const { names: hosts } = new Addresses(originsAt('https://localhost'), users)
  const { tls, toTrust } = options.tls || asMicrosoft ? await identityFor(hosts, options.state) : {}
  const saved = options.state === undefined ? undefined : readStateFile(options.state)
  const listener = await listen(port, async (request, response) => serve(await ready, request, response), tls)
  const ca = toTrust?.()
  const own = new URL(`${tls ? 'https' : 'http'}://localhost:${listener.port}`).origin
  const world = new World({
    origins: originsAt(own),
    users,
    registrations,
    settings: chosen(options),
    ...(secret === undefined ? {} : { secret }),
    ...(saved ? { saved: saved.drives } : {}),
  })
  for (const rule of rules) world.weather.add(rule)
  const stateFile = options.state && saved ? new StateFile(options.state, world, saved) : undefined
  try {
    // A state file that has sites has these as well, or what a person left of them.
    if (examples && !saved?.sites) addExamples(world)
    if (options.places && !saved?.sites) addPlaces(world, options.places)
  } catch (error) {
    ca?.remove()
    await listener.close()
    throw error
  }
  open(world)
  return {
    origin: own,
    authorityOrigin: world.origins.authority,
    graphOrigin: world.origins.graph,
    hosts,
    controlToken: world.controlToken,
    clientId: publicClientId,
    webClientId,
    webClientSecret: world.registrations.find((one) => one.clientId === webClientId)?.secrets?.[0] ?? '',
    examples: listExamples(world),
    ...(ca ? { caFile: ca.path } : {}),
    scoreReport: () => scoreReport(world.score, world.log),
    async close() {
      ca?.remove()
      await listener.close()
      await stateFile?.close()
    },
  }
}

/** A certificate for this run, or the same in every run with a state file; and the file to trust. */
async function identityFor(hosts: string[], state: string | undefined) {
  if (state === undefined) {
    const tls = makeLocalIdentity(hosts)
    return { tls, toTrust: () => writeCaFile(tls.ca) }
  }
  const { identity, caFile } = await keptIdentity(state, hosts)
  return { tls: identity, toTrust: () => ({ path: caFile, remove: () => {} }) }
}

const tunable = [
  'latencyMs',
  'accessTtlSeconds',
  'signIn',
  'refreshIdleSeconds',
  'loopDetection',
  'slowDown',
] as const satisfies (keyof Settings & keyof SandboxOptions)[]

/** The options that are settings; one that is left out keeps its default. */
function chosen(options: SandboxOptions): Partial<Settings> {
  return Object.fromEntries(
    tunable.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  )
}
