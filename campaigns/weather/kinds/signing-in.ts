/* The requests of a sign-in, and those that keep a link. */

import type { Outcome } from '../../../test/helpers/program/od-link.ts'
import { comeBack, signInAt, type WaitingLogin } from '../../../test/helpers/program/waiting-login.ts'
import type { Station } from '../station.ts'
import { folder, mkdir } from './folders.ts'
import { type How, inJson, type Kind, maxWait } from './kind.ts'

const lookUp = { stays: 30, passes: 30, default: 30, why: '30 s for the lookups of a sign-in' }
const login = /"event":"linked"|Linked ada@/

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

export const signingIn = {
  discovery: {
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
} as const satisfies Record<string, Kind>
