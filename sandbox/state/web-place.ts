import type { Drive } from './drive.ts'
import type { Item } from './items.ts'
import { microsoftOrigins } from './origins.ts'
import { domainOf } from './sites.ts'
import { hostName, isHostOf } from './web-addresses.ts'
import type { World } from './world.ts'

/** An item, and the drive it is in. */
export interface WebPlace {
  drive: Drive
  item: Item
}

/**
 * What the plain URL of a library, folder or file leads to: `…/sites/team/Shared Documents/General`,
 * `…/personal/ada_contoso_example/Documents/a`, or on a personal drive `…/?cid=HEX&id=HEX!123`.
 */
export function placeAt(world: World, address: string): WebPlace | undefined {
  const url = new URL(address)
  return inPersonalDrive(world, url) ?? inSharePoint(world, url)
}

function inPersonalDrive(world: World, url: URL): WebPlace | undefined {
  const names = [world.origins, microsoftOrigins(world.origins.own)].map(({ oneDrive }) => hostName(oneDrive))
  const id = url.searchParams.get('resid') ?? url.searchParams.get('id')
  if (!names.includes(url.hostname) || !id) return undefined
  const drive = world.drives.get((url.searchParams.get('cid') ?? id.split('!')[0] ?? '').toLowerCase())
  const item = drive?.driveType === 'personal' ? drive.find(id) : undefined
  return drive && item && { drive, item }
}

/** In the library whose path is the longest beginning of the URL's. */
function inSharePoint(world: World, url: URL): WebPlace | undefined {
  const path = decode(url.pathname)?.replace(/\/+$/, '')
  if (path === undefined) return undefined
  const isIn = ({ owner, libraryPath }: Drive) =>
    owner.kind === 'work' &&
    isHostOf(world.origins, domainOf(owner), url.hostname) &&
    `${path}/`.toLowerCase().startsWith(`${libraryPath}/`.toLowerCase())
  const [drive] = [...world.drives.values()]
    .filter(isIn)
    .sort((one, other) => other.libraryPath.length - one.libraryPath.length)
  const names = drive && path.slice(drive.libraryPath.length).split('/').filter(Boolean)
  const item = drive && names && drive.walk(drive.root, names)
  return drive && item && { drive, item }
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}
