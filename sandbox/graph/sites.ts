import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import type { AccessToken } from '../state/grants.ts'
import { refusals } from '../state/graph-error.ts'
import type { Site } from '../state/sites.ts'
import { hostName, siteOrigin, siteUrl } from '../state/web-addresses.ts'
import type { World } from '../state/world.ts'
import { authorizeDrive, authorizeSites } from './bearer.ts'
import { driveResource } from './item.ts'
import { answerLists } from './lists.ts'
import { mayOpen } from './locate.ts'
import { readQuery, readSearch, select } from './query.ts'
import { graphJson } from './replies.ts'
import { decode, findSite, siteIdOf, siteOf, sitePattern } from './site-address.ts'

const one = new RegExp(`^\\/${sitePattern}(?:\\/(?<of>[^/(]*)(?:\\/(?<key>[^/]+))?)?\\/?$`, 's')
const ofGroup = /^\/groups\/(?<groupId>[^/]+)\/(?:sites\/root|(?<of>drives))\/?$/

/**
 * Answers for sites and the lists of their libraries: `/sites?search=x`, `/sites/{id}`, `/sites/{host}:/{path}`,
 * `/sites/{id}/drives`, `/sites/{id}/lists` and `/sites/{id}/sites`. Undefined for any other path, such as one into a library. Sources:
 * microsoft-graph-docs-contrib, api/site-get, site-getbypath, site-search and drive-list.
 * @throws GraphError
 */
export function answerSites(
  world: World,
  incoming: Incoming,
  token: AccessToken,
  path: string,
): Reply | undefined {
  const isList = /^\/sites\/?$/.test(path)
  const found = (one.exec(path) ?? ofGroup.exec(path))?.groups
  if (!isList && (!found || isInDrive(found))) return undefined
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') throw refusals.methodNotAllowed()
  if (isList) return searchSites(world, incoming, token)
  const { groupId, of, key, siteId } = found ?? {}
  const ofSiteItself = of !== 'drives' || found?.sitePath !== undefined
  if (ofSiteItself) authorizeSites(token)
  else authorizeDrive(token, incoming.method, 'others')
  const site =
    siteId === undefined
      ? siteOfGroup(world, groupId ?? '')
      : findSite(world, token.account, siteOf(found ?? {}))
  if (!isSeen(world, token, site)) throw refusals.accessDenied()
  if (of === 'drives') return listLibraries(world, incoming, token, site)
  if (of === 'lists')
    return answerLists(world, incoming, openLibraries(world, token, site), key && decode(key))
  // The sandbox's sites have no sites below them.
  if (of === 'sites' && key === undefined) return siteList(world, incoming, [])
  if (of) throw notThere(of)
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#sites/$entity`,
    ...select(siteResource(world, site), readQuery(incoming.query).select),
  })
}

function searchSites(world: World, incoming: Incoming, token: AccessToken): Reply {
  authorizeSites(token)
  const words = readSearch(incoming.query).toLowerCase()
  const found = world.sites.filter(
    (site) =>
      site.tenantId === token.account.tenantId &&
      isSeen(world, token, site) &&
      (words === '*' || `${site.displayName} ${site.path}`.toLowerCase().includes(words)),
  )
  return siteList(world, incoming, found)
}

function siteList(world: World, incoming: Incoming, sites: Site[]): Reply {
  const { select: chosen } = readQuery(incoming.query, true)
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#sites`,
    value: sites.map((site) => select(siteResource(world, site), chosen)),
  })
}

function listLibraries(world: World, incoming: Incoming, token: AccessToken, site: Site): Reply {
  const drives = openLibraries(world, token, site)
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#drives`,
    value: drives.map((drive) => select(driveResource(world, drive), readQuery(incoming.query).select)),
  })
}

function openLibraries(world: World, token: AccessToken, site: Site): Drive[] {
  return world.librariesOf(site).filter((drive) => mayOpen(world, token, drive))
}

/** `/sites/{id}/drive`, `/sites/{id}/drives/{id}` */
function isInDrive({ of, key }: Record<string, string | undefined>): boolean {
  return of === 'drive' || (of === 'drives' && key !== undefined)
}

/** A site is seen by whoever may open one of its libraries. A right that begins deeper does not show the site. */
function isSeen(world: World, token: AccessToken, site: Site): boolean {
  return openLibraries(world, token, site).length > 0
}

function siteOfGroup(world: World, groupId: string): Site {
  const site = world.sites.find((one) => one.groupId === groupId.toLowerCase())
  if (!site) throw refusals.itemNotFound()
  return site
}

/** What Graph has behind a site and the sandbox does not, in Graph's spelling. */
const others = ['analytics', 'columns', 'contentTypes', 'items', 'pages', 'permissions', 'sites', 'termStore']

function notThere(of: string) {
  return others.includes(of) ? refusals.notInSandbox(`'${of}' of a site`) : refusals.segmentUnknown(of)
}

function siteResource(world: World, site: Site): Record<string, unknown> {
  const created = new Date(site.created).toISOString().replace(/\.\d+Z$/, 'Z')
  return {
    createdDateTime: created,
    description: '',
    id: siteIdOf(world, site),
    lastModifiedDateTime: created,
    name: site.path.split('/').at(-1) ?? '',
    webUrl: siteUrl(world.origins, site),
    displayName: site.displayName,
    root: {},
    siteCollection: { hostname: hostName(siteOrigin(world.origins, site)) },
  }
}
