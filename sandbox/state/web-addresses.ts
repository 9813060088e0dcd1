import type { Drive } from './drive.ts'
import { type Item, isFolder } from './items.ts'
import { microsoftOrigins, type Origins, organisationOf } from './origins.ts'
import type { SharingLink } from './sharing-links.ts'
import { isLibrary, type Site } from './sites.ts'

/** The host names by which an organization's sites and work drives are known, whatever the origin. */
export function isHostOf(origins: Origins, domain: string, host: string): boolean {
  const name = organisationOf(domain)
  const names = [origins, microsoftOrigins(origins.own)].flatMap(({ sharePoint }) =>
    [sharePoint(name), sharePoint(`${name}-my`)].map(hostName),
  )
  return names.includes(host.toLowerCase().replace(/:\d+$/, ''))
}

/** The host name of an origin, without its port. */
export function hostName(origin: string): string {
  return new URL(origin).hostname
}

/** The origin of a site: those of persons have one of their own. */
export function siteOrigin({ sharePoint }: Origins, { domain, path }: Pick<Site, 'domain' | 'path'>): string {
  const organisation = organisationOf(domain)
  return sharePoint(path.startsWith('/personal/') ? `${organisation}-my` : organisation)
}

/** The URL of a site in a browser. */
export function siteUrl(origins: Origins, site: Site): string {
  return `${siteOrigin(origins, site)}${encodePath(site.path)}`
}

/** The URL of an item in a browser. */
export function webUrlOf(origins: Origins, drive: Drive, item: Item): string {
  const { owner } = drive
  if (!isLibrary(owner) && owner.kind === 'personal')
    return `${origins.oneDrive}/?id=${encodeURIComponent(item.id)}&cid=${drive.id}`
  const origin = isLibrary(owner) ? siteOrigin(origins, owner.site) : workOrigin(origins, owner)
  return `${origin}${encodePath(drive.libraryPath + drive.path(item))}`
}

/** The URL of a sharing link: `…/:f:/s/team/E…`, `…/:f:/g/personal/ada_contoso_example/E…`, `…/f/s!A…`. */
export function linkUrlOf(origins: Origins, { drive, token }: SharingLink, item: Item): string {
  const { owner } = drive
  const letter = isFolder(item) ? 'f' : 'u'
  if (isLibrary(owner)) {
    const [, kind, ...names] = owner.site.path.split('/')
    const place = kind === undefined ? 'r' : [kind === 'teams' ? 't' : 's', ...names].join('/')
    return `${siteOrigin(origins, owner.site)}/:${letter}:/${encodePath(place)}/${token}`
  }
  if (owner.kind === 'personal') return `${origins.shortLinks}/${letter}/${token}`
  const home = drive.libraryPath.replace(/\/Documents$/, '')
  return `${workOrigin(origins, owner)}/:${letter}:/g${home}/${token}`
}

/** Percent-encodes each name of a path. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

function workOrigin({ sharePoint }: Origins, { domain }: { domain: string }): string {
  return sharePoint(`${organisationOf(domain)}-my`)
}
