import { answerControl } from './control/index.ts'
import { isWebPath, placePage } from './control/place-page.ts'
import { treePage } from './control/tree-page.ts'
import { answerGraph, isGraph, unknownVersion } from './graph/index.ts'
import { answerSigned } from './graph/signed.ts'
import { purposeOf } from './graph/signed-url.ts'
import { deviceLogin } from './identity/device-login.ts'
import { answerLacking, lackingEndpoint } from './identity/elsewhere.ts'
import { answerIdentity, identityEndpoint } from './identity/index.ts'
import { myApps } from './identity/my-apps.ts'
import { lookUpPage, nativeClientPage, noSuchPage } from './identity/pages.ts'
import { type Incoming, json, type Reply } from './server/messages.ts'
import type { LogEntry } from './state/log.ts'
import { isWebSite, type Origins, type Service, serves } from './state/origins.ts'
import type { World } from './state/world.ts'

/** The handler of a path. */
export interface Route {
  kind: LogEntry['kind']
  /** A page of the sandbox itself: exempt from weather, log and score. */
  isInternal?: true
  answer: (world: World, incoming: Incoming) => Reply | Promise<Reply>
}

/** Where a person enters a device code: `microsoft.com/devicelogin` and its like, and where those lead. */
const deviceLoginPath = /^\/(devicelogin|device|link|common\/oauth2\/deviceauth)$/i

/** Finds the handler of a path, below the origin that the request was sent to. */
export function route(path: string, origin: string | undefined, origins: Origins): Route {
  if (path === '/') return { kind: 'page', isInternal: true, answer: treePage }
  if (path.startsWith('/control/')) return { kind: 'page', isInternal: true, answer: answerControl }
  const at = (service: Service) => origin === undefined || serves(origin, service, origins)
  for (const [service, find] of finders) {
    const found = at(service) ? find(path) : undefined
    if (found) return found
  }
  return unknownAt(at, origin !== undefined && isWebSite(origin, origins))
}

/** What each service answers where it has nothing; where one origin has them all, the sandbox itself does. */
function unknownAt(at: (service: Service) => boolean, isWeb: boolean): Route {
  const isAll = at('identity') && at('graph')
  if (!isAll && at('identity')) return { kind: 'unknown', answer: noSuchPage }
  if (!isAll && at('graph')) return { kind: 'graph', answer: unknownVersion }
  // Where a webUrl leads: the page with the drives.
  if (isWeb) return { kind: 'page', isInternal: true, answer: treePage }
  return { kind: 'unknown', answer: () => json(404, { error: 'Not found.' }) }
}

/** What each service has, in the order in which they are asked where one origin has them all. */
const finders: [Service, (path: string) => Route | undefined][] = [
  ['graph', graphRoute],
  ['content', (path) => (purposeOf(path) ? { kind: 'content', answer: answerSigned } : undefined)],
  ['web', (path) => (isWebPath(path) ? { kind: 'page', isInternal: true, answer: placePage } : undefined)],
  ['identity', identityRoute],
]

function graphRoute(path: string): Route | undefined {
  return isGraph(path) ? { kind: 'graph', answer: answerGraph } : undefined
}

function identityRoute(path: string): Route | undefined {
  if (deviceLoginPath.test(path)) return { kind: 'page', answer: deviceLogin }
  if (path === '/myapps') return { kind: 'page', answer: myApps }
  if (path === '/oauth20_desktop.srf') return { kind: 'page', answer: nativeClientPage }
  if (path === '/error') return { kind: 'page', answer: lookUpPage }
  // Version 1.0 of the protocol has it at the authority.
  if (/^\/[^/]+\/openid\/userinfo$/i.test(path))
    return {
      kind: 'graph',
      answer: (world, incoming) => answerGraph(world, { ...incoming, path: '/oidc/userinfo' }),
    }
  const endpoint = identityEndpoint(path)
  if (endpoint)
    return { kind: endpoint.kind, answer: (world, incoming) => answerIdentity(world, incoming, endpoint) }
  const lacking = lackingEndpoint(path)
  if (lacking === undefined) return undefined
  return { kind: 'page', answer: (world, incoming) => answerLacking(world, incoming, lacking) }
}
