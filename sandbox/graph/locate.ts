import type { Incoming } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import type { AccessToken } from '../state/grants.ts'
import { refusals } from '../state/graph-error.ts'
import { type Item, isWithin } from '../state/items.ts'
import { type Role, stronger } from '../state/rights.ts'
import type { Site } from '../state/sites.ts'
import type { World } from '../state/world.ts'
import type { Address } from './address.ts'
import { findUser, rootLibraries } from './drives.ts'
import { findList } from './lists.ts'
import { openShare } from './shares.ts'
import { findSite } from './site-address.ts'

/** The drive of a request, and what the person may do in it. */
export interface Located {
  drive: Drive
  /** What a sharing link stands for: the path starts there. */
  shared?: Item
  roleAt: (item: Item) => Role | undefined
}

/**
 * Finds the drive that an address names, whoever it belongs to.
 * @throws GraphError if there is none.
 */
export function locate(world: World, incoming: Incoming, token: AccessToken, address: Address): Located {
  const { account } = token
  if (address.share !== undefined) {
    const { drive, item, lent } = openShare(world, incoming, account, address.share)
    const roleAt = (one: Item) =>
      stronger(world.rights.roleAt(account, drive, one), isWithin(one, item) ? lent : undefined)
    return { drive, shared: item, roleAt }
  }
  const drive = findDrive(world, token, address)
  return { drive, roleAt: (item) => world.rights.roleAt(account, drive, item) }
}

function findDrive(world: World, { account }: AccessToken, address: Address): Drive {
  const { driveId, userId, groupId, site, listId } = address
  if (driveId !== undefined) return byId(world, driveId)
  if (site) return libraryOf(world, findSite(world, account, site), listId)
  if (groupId !== undefined) {
    const own = world.sites.find((one) => one.groupId === groupId.toLowerCase())
    return libraryOf(world, own)
  }
  if (userId === undefined && account.isApplication) {
    const [first] = rootLibraries(world, account)
    if (!first) throw refusals.itemNotFound()
    return first
  }
  if (userId === undefined) return world.driveOf(account)
  const user = findUser(world, userId)
  if (!user) throw refusals.itemNotFound()
  return world.driveOf(user)
}

/** The case of personal drive ids varies; that of others matters. Source: onedrive-api-docs#1890. */
function byId(world: World, driveId: string): Drive {
  const drive = world.drives.get(driveId.toLowerCase())
  if (!drive || (drive.driveType !== 'personal' && drive.id !== driveId)) throw refusals.itemNotFound()
  return drive
}

/** The library behind a list of a site, or its default library. */
function libraryOf(world: World, site: Site | undefined, listId?: string): Drive {
  const libraries = site ? world.librariesOf(site) : []
  const found = listId === undefined ? libraries[0] : findList(libraries, listId)
  if (!found) throw refusals.itemNotFound()
  return found
}

/** The item that a new one would be in, however deep: the last that exists on the way to it. */
export function deepest(drive: Drive, start: Item, names: string[]): Item {
  let item = start
  for (const name of names) {
    const child = drive.walk(item, [name])
    if (!child) break
    item = child
  }
  return item
}

/** Whether a person may look at a drive as a whole, for lists of drives. */
export function mayOpen(world: World, { account }: AccessToken, drive: Drive): boolean {
  return world.rights.roleAt(account, drive, drive.root) !== undefined
}
