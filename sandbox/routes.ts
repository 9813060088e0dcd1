import { answerControl } from './control/index.ts'
import { isWebPath, placePage } from './control/place-page.ts'
import { treePage } from './control/tree-page.ts'
import { answerGraph, isGraph } from './graph/index.ts'
import { answerSigned } from './graph/signed.ts'
import { purposeOf } from './graph/signed-url.ts'
import { deviceLogin } from './identity/device-login.ts'
import { answerIdentity, identityEndpoint } from './identity/index.ts'
import { myApps } from './identity/my-apps.ts'
import { lookUpPage, nativeClientPage } from './identity/pages.ts'
import { type Incoming, json, type Reply } from './server/messages.ts'
import type { LogEntry } from './state/log.ts'
import { isWebSite, type Origins } from './state/origins.ts'
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
  if (deviceLoginPath.test(path)) return { kind: 'page', answer: deviceLogin }
  if (path === '/myapps') return { kind: 'page', answer: myApps }
  if (path === '/oauth20_desktop.srf') return { kind: 'page', answer: nativeClientPage }
  if (path === '/error') return { kind: 'page', answer: lookUpPage }
  if (isGraph(path)) return { kind: 'graph', answer: answerGraph }
  // Version 1.0 of the protocol has it at the authority.
  if (/^\/[^/]+\/openid\/userinfo$/i.test(path))
    return {
      kind: 'graph',
      answer: (world, incoming) => answerGraph(world, { ...incoming, path: '/oidc/userinfo' }),
    }
  if (purposeOf(path)) return { kind: 'content', answer: answerSigned }
  if (isWebPath(path)) return { kind: 'page', isInternal: true, answer: placePage }
  const endpoint = identityEndpoint(path)
  if (endpoint)
    return { kind: endpoint.kind, answer: (world, incoming) => answerIdentity(world, incoming, endpoint) }
  // Where a webUrl leads: the page with the drives.
  if (origin !== undefined && isWebSite(origin, origins))
    return { kind: 'page', isInternal: true, answer: treePage }
  return { kind: 'unknown', answer: () => json(404, { error: 'Not found.' }) }
}
