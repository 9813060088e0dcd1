import { refusals } from '../state/graph-error.ts'
import { personalSiteOf, type Site } from '../state/sites.ts'
import type { Account } from '../state/users.ts'
import { hostName, isHostOf, siteOrigin } from '../state/web-addresses.ts'
import type { World } from '../state/world.ts'

/** How a request names a site. */
export interface SiteAddress {
  /** `root`, a host name, `host,guid,guid`, or one of the two GUIDs. */
  id: string
  /** The path behind a host name and a colon: `sites/project-x`. */
  path?: string
}

/**
 * `sites/{id}` and `sites/{host}:/{path}` (`root` stands for the host), which a second colon closes before more follows. A host may have its port
 * behind it, as clients take it from a URL. Source: microsoft-graph-docs-contrib, api/site-getbypath.
 */
export const sitePattern = String.raw`sites\/(?<siteId>[^/:]+(?::\d+)?)(?::\/(?<sitePath>[^:]*)(?::|$))?`

/**
 * A path in which the function `getByPath`, which Microsoft's SDKs have, is written with colons: `sites/root/getByPath(path='/a')/drive`
 * is `sites/root:/a:/drive`. The name of its one argument may be missing. Sources: msgraph-metadata, schemas/v1.0;
 * vgrem/Office365-REST-Python-Client, onedrive/sites/site.py.
 */
export function withSitePaths(path: string): string {
  return path.replace(
    /^\/sites\/([^/:]+)\/(?:microsoft\.graph\.)?getByPath\((?:path=)?(?:'|%27)(?:\/|%2F)*([^':]*?)(?:'|%27)\)(?=(\/.*)?$)/is,
    (_, id, sitePath, rest) => `/sites/${id}:/${sitePath}${rest ? ':' : ''}`,
  )
}

/** Reads the groups that `sitePattern` found. */
export function siteOf(groups: Record<string, string | undefined>): SiteAddress {
  const { siteId = '', sitePath } = groups
  return { id: decode(siteId), ...(sitePath === undefined ? {} : { path: decode(sitePath) }) }
}

/** The id as Graph writes it: `contoso.sharepoint.com,{guid},{guid}`. */
export function siteIdOf(world: World, site: Site): string {
  return [hostName(siteOrigin(world.origins, site)), ...site.guids].join(',')
}

/** @throws GraphError 404 if the person's organization has no such site. */
export function findSite(world: World, account: Account, { id, path }: SiteAddress): Site {
  // Source: microsoft-graph-docs-contrib, concepts/known-issues: SharePoint is for work accounts.
  if (account.kind === 'personal') throw refusals.badRequest('This API is not supported for MSA accounts')
  const site = [...world.sites, ...personalSites(world)]
    .filter(({ tenantId }) => tenantId === account.tenantId)
    .find((one) => isAt(world, one, id.toLowerCase(), path))
  if (!site) throw refusals.itemNotFound()
  return site
}

/** Each person of an organization has a site, which holds their drive. */
function personalSites(world: World): Site[] {
  const members = world.accounts.filter(({ kind }) => kind === 'work')
  return members.map((member) => personalSiteOf(member, world.driveOf(member).libraryPath))
}

function isAt(world: World, site: Site, id: string, path: string | undefined): boolean {
  const [host = '', collection, web] = id.split(',')
  if (path !== undefined) {
    const wanted = path.replace(/^\/+|\/+$/g, '').toLowerCase()
    return (
      (host === 'root' || isHostOf(world.origins, site.domain, host)) &&
      site.path.slice(1).toLowerCase() === wanted
    )
  }
  if (collection !== undefined)
    return collection === site.guids[0] && (web === undefined || web === site.guids[1])
  if (id === 'root' || isHostOf(world.origins, site.domain, host)) return site.path === ''
  return site.guids.includes(id)
}

/** @throws GraphError for a malformed encoding. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refusals.badRequest('The URL is malformed.')
  }
}
