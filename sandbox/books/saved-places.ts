import { flag, list, number, oneOf, record, text } from '../server/shape.ts'
import { saveDrive } from '../state/save-drive.ts'
import { readSavedDrive } from '../state/saved-drive.ts'
import { isLibrary } from '../state/sites.ts'
import type { World } from '../state/world.ts'

const readSite = record(
  {
    ...{
      path: (value: unknown) => String(value),
      displayName: text,
      isGroup: flag,
      tenantId: text,
      domain: text,
    },
    libraries: list(
      record({ name: text, segment: text, drive: readSavedDrive }, ['name', 'segment', 'drive']),
    ),
  },
  ['path', 'displayName', 'tenantId', 'domain', 'libraries'],
)
const readRight = record(
  {
    ...{ drive: text, item: text, username: text, tenantId: text, isMember: flag, since: number() },
    role: oneOf('read', 'write'),
  },
  ['drive', 'item', 'role', 'since'],
)
const readLink = record(
  {
    ...{ drive: text, item: text, token: text, expiresAt: number() },
    hasPassword: oneOf(true),
    type: oneOf('view', 'edit', 'embed'),
    scope: oneOf('anonymous', 'organization', 'users'),
  },
  ['drive', 'item', 'type', 'scope', 'token'],
)

/** What a state file holds besides the drives of persons: sites with their libraries, rights, and sharing links. */
export const placesShape = { sites: list(readSite), rights: list(readRight), links: list(readLink) }

export interface SavedPlaces {
  sites?: ReturnType<typeof readSite>[]
  rights?: ReturnType<typeof readRight>[]
  links?: ReturnType<typeof readLink>[]
}

/** What a world has besides the drives of persons, as a state file keeps it. */
export function savePlaces(world: World): Required<SavedPlaces> {
  const sites = world.sites.map((site) => ({
    ...{ path: site.path, displayName: site.displayName, tenantId: site.tenantId, domain: site.domain },
    ...(site.groupId === undefined ? {} : { isGroup: true }),
    libraries: world.librariesOf(site).flatMap((drive) => {
      const { owner } = drive
      if (!isLibrary(owner)) return []
      return [{ name: owner.name, segment: owner.path.slice(site.path.length + 1), drive: saveDrive(drive) }]
    }),
  }))
  const rights = world.rights.all().map(({ drive, itemId, to, role, isMember, since }) => ({
    ...{ drive: drive.id, item: itemId, role, since },
    ...('username' in to ? { username: to.username } : { tenantId: to.tenantId }),
    ...(isMember ? { isMember } : {}),
  }))
  const links = world.links
    .all()
    .map(({ drive, itemId, ...link }) => ({ drive: drive.id, item: itemId, ...link }))
  return { sites, rights, links }
}

/**
 * Adds what was saved to a world. A right or link of a drive that is not served in this run cannot be restored, and is
 * returned, to be saved again.
 */
export function restorePlaces(world: World, saved: SavedPlaces): SavedPlaces {
  for (const { libraries, tenantId, domain, ...options } of saved.sites ?? []) {
    const site = world.addSite(options, { tenantId, domain })
    for (const { name, segment, drive } of libraries) world.addLibrary(site, name, segment, drive)
  }
  const driveOf = (one: { drive: string }) => world.drives.get(one.drive.toLowerCase())
  const rights = (saved.rights ?? []).filter((one) => {
    const drive = driveOf(one)
    const account = one.username === undefined ? undefined : world.account(one.username)
    const to = account ?? (one.tenantId === undefined ? undefined : { tenantId: one.tenantId })
    const { item: itemId, role, since, isMember } = one
    if (drive && to) world.rights.grant({ drive, itemId, to, role, since, ...(isMember ? { isMember } : {}) })
    return !drive || !to
  })
  const links = (saved.links ?? []).filter((one) => {
    const drive = driveOf(one)
    if (drive) world.links.restore({ ...one, drive, itemId: one.item })
    return !drive
  })
  return { rights, links }
}
