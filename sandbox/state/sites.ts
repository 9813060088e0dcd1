import { type Account, guidOf, type Moods, usualMoods } from './users.ts'

/** A SharePoint site. Source: microsoft-graph-docs-contrib, resources/site. */
export interface Site {
  /** `/sites/project-x`; empty for the root site of a tenant. */
  readonly path: string
  readonly displayName: string
  readonly tenantId: string
  /** The tenant's mail domain: `contoso.example`. */
  readonly domain: string
  /** The two GUIDs of its id: of the site collection and of the web in it. */
  readonly guids: readonly [string, string]
  /** The Microsoft 365 group, which a Teams team is, whose site it is. */
  readonly groupId?: string
  readonly created: number
}

/** A document library of a site: a drive that belongs to no person. */
export interface Library {
  readonly kind: 'work'
  readonly moods: Moods
  readonly quota?: number
  readonly site: Site
  /** What people see. It differs from the segment in the URL, and is translated: `Documents`. */
  readonly name: string
  /** The decoded path in SharePoint: `/sites/project-x/Shared Documents`. */
  readonly path: string
}

/** Whose a drive is. */
export type Owner = Account | Library

/** Whether a drive belongs to a site, and not to a person. */
export function isLibrary(owner: Owner): owner is Library {
  return 'site' in owner
}

/** The mail domain of the organization, or the service, that a drive is in. */
export function domainOf(owner: Owner): string {
  return isLibrary(owner) ? owner.site.domain : owner.domain
}

/** The directory that a drive belongs to. */
export function tenantOf(owner: Owner): string {
  return isLibrary(owner) ? owner.site.tenantId : owner.tenantId
}

/** What a new site is made from. */
export interface SiteOptions {
  path: string
  displayName: string
  /** Whether it is the site of a Microsoft 365 group. */
  isGroup?: boolean
}

/** A site whose ids are the same in every run. */
export function newSite(
  { path, displayName, isGroup }: SiteOptions,
  { tenantId, domain }: Pick<Account, 'tenantId' | 'domain'>,
  now: number,
): Site {
  const seed = `${tenantId}${path.toLowerCase()}`
  return {
    ...{ path, displayName, tenantId, domain, created: now },
    guids: [guidOf(`site ${seed}`), guidOf(`web ${seed}`)],
    ...(isGroup ? { groupId: guidOf(`group ${seed}`) } : {}),
  }
}

/** The site of a person of an organization: its one library is their drive. */
export function personalSiteOf(owner: Account, libraryPath: string): Site {
  return {
    path: libraryPath.slice(0, libraryPath.lastIndexOf('/')),
    ...{ displayName: owner.name, tenantId: owner.tenantId, domain: owner.domain },
    guids: [siteGuidOf(owner), webGuidOf(owner)],
    created: 0,
  }
}

/** @param segment its part of the URL; the first library of a site is `Shared Documents` there. */
export function newLibrary(site: Site, name: string, segment = name): Library {
  return { kind: 'work', moods: { ...usualMoods }, site, name, path: `${site.path}/${segment}` }
}

/** The GUID of the site collection. Each work account has one as well, which holds its drive. */
export function siteGuidOf(owner: Owner): string {
  return isLibrary(owner) ? owner.site.guids[0] : guidOf(`site of ${owner.objectId}`)
}

/** The GUID of the web in it. */
export function webGuidOf(owner: Owner): string {
  return isLibrary(owner) ? owner.site.guids[1] : guidOf(`web of ${owner.objectId}`)
}

/** The GUID of the list behind a library, or behind a work drive. */
export function listIdOf(libraryPath: string): string {
  return guidOf(`list ${libraryPath.toLowerCase()}`)
}
