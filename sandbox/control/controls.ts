import { findUserCode } from '../identity/device-login.ts'
import { mayVisit } from '../identity/login.ts'
import { dictionary, flag, list, number, oneOf, type Reader, record, text } from '../server/shape.ts'
import { readMoods } from '../state/users.ts'
import type { World } from '../state/world.ts'
import { namedRefusals } from '../weather/named-refusals.ts'
import { readRule } from '../weather/read-rule.ts'
import { addFile, addLink, addShortcut, addSite, existingUser, setRights } from './places.ts'
import { showDrive } from './show-drive.ts'

type Control = (world: World, body: unknown, query: URLSearchParams) => unknown

/** The control API: path, method, action. */
export const controls: Record<string, Partial<Record<string, Control>>> = {
  weather: {
    POST: (world, body) => {
      world.weather.add(readRule(body, 'The body'))
      return {}
    },
    DELETE: (world) => {
      world.weather.clear()
      return {}
    },
  },
  refusals: { GET: () => Object.keys(namedRefusals) },
  expire: { POST: (world) => ({ expired: world.grants.expireAll(world.now()) }) },
  revoke: { POST: revoke },
  'next-sign-in': { POST: setNextSignIn },
  device: { POST: decideDevice },
  settings: { POST: changeSettings },
  log: {
    GET: (world) => world.log.entries(),
    DELETE: (world) => {
      world.log.clear()
      return {}
    },
  },
  score: {
    GET: (world) => world.score.summary(),
    DELETE: (world) => {
      world.score.clear()
      return {}
    },
  },
  secrets: { GET: (world) => [...world.grants.secrets] },
  drive: { GET: showDrive },
  site: { POST: (world, body) => addSite(world, body) },
  file: { POST: (world, body) => addFile(world, body) },
  rights: { POST: (world, body) => setRights(world, body) },
  link: { POST: (world, body) => addLink(world, body) },
  shortcut: { POST: (world, body) => addShortcut(world, body) },
}

const readUsername = record({ username: text })

function revoke(world: World, body: unknown): unknown {
  const { username } = readUsername(body, 'The body')
  const name = username === undefined ? undefined : existingUser(world, username).username
  return { revoked: world.grants.revoke(world.now(), name) }
}

const aadsts: Reader<string> = (value, where) => {
  if (!/^AADSTS\d+$/.test(text(value, where))) throw new Error(`${where} must be a code such as AADSTS50105.`)
  return value as string
}

const readNextSignIn = record({
  username: text,
  error: text,
  error_description: text,
  error_subcode: text,
  page: aadsts,
})

function setNextSignIn(world: World, body: unknown): unknown {
  const wanted = readNextSignIn(body, 'The body')
  if (wanted.username !== undefined) existingUser(world, wanted.username)
  world.nextSignIn = wanted
  return {}
}

const readDecision = record({ user_code: text, username: text, decision: oneOf('approve', 'decline') }, [
  'user_code',
])

/** Approves or declines a device code, as a person would on the device login page. */
function decideDevice(world: World, body: unknown): unknown {
  const { user_code, username, decision = 'approve' } = readDecision(body, 'The body')
  const code = findUserCode(world, user_code)
  if (!code) throw new Error(`There is no pending device code '${user_code}'.`)
  const admitted = world.accounts.find((one) => mayVisit(code, one)) ?? world.accounts[0]
  const account = username === undefined ? admitted : existingUser(world, username)
  if (decision === 'decline' || !account) code.decision = 'declined'
  else code.decision = { account }
  return {}
}

const readSettings = record({
  latencyMs: number(0),
  accessTtlSeconds: number(0),
  clockSkewSeconds: number(),
  expiresInAsString: flag,
  omitRefreshToken: flag,
  quotaFull: flag,
  signIn: oneOf('automatic', 'page'),
  refreshIdleSeconds: number(0),
  refreshGraceSeconds: number(0),
  loopDetection: flag,
  slowDown: flag,
  deviceIntervalSeconds: number(1),
  deviceTtlSeconds: number(1),
  newTokenRefusals: number(0),
  withheldScopes: list(text),
  signingKeys: oneOf('shared', 'app'),
  copyPolls: number(0),
  clientSecret: text,
  moods: dictionary(readMoods),
  limit: record({ units: number(1), seconds: number(0) }, ['units', 'seconds']),
})

function changeSettings(world: World, body: unknown): unknown {
  const { moods = {}, clientSecret, ...settings } = readSettings(body, 'The body')
  const accounts = Object.entries(moods).map(([username, mood]) => ({
    account: existingUser(world, username),
    mood,
  }))
  for (const { account, mood } of accounts) Object.assign(account.moods, mood)
  Object.assign(world.settings, settings)
  if (clientSecret !== undefined) world.replaceSecret(clientSecret)
  return {
    ...world.settings,
    moods: Object.fromEntries(world.accounts.map((account) => [account.username, account.moods])),
  }
}
