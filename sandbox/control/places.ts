import { flag, list, oneOf, type Reader, record, text } from '../server/shape.ts'
import type { Drive } from '../state/drive.ts'
import { type Folder, type Item, isFolder } from '../state/items.ts'
import type { Account } from '../state/users.ts'
import { linkUrlOf, siteUrl, webUrlOf } from '../state/web-addresses.ts'
import type { World } from '../state/world.ts'

/** An item as the control API names it: for addresses of Graph, and for a browser. */
interface Place {
  driveId: string
  itemId: string
  webUrl: string
}

const sitePath: Reader<string> = (value, where) => (value === '' ? '' : text(value, where))

const readSite = record(
  {
    ...{ path: sitePath, name: text, username: text, group: flag, everyone: oneOf('read', 'write') },
    members: list(record({ username: text, role: oneOf('read', 'write') }, ['username'])),
    libraries: list(record({ name: text, segment: text }, ['name'])),
  },
  ['path', 'name'],
)

/** Adds a site with its libraries; without any, with one called Documents. */
export function addSite(world: World, body: unknown, named = 'The body'): unknown {
  const { path, name, username, group, everyone, members = [], libraries } = readSite(body, named)
  const tenant = username === undefined ? world.accounts.find(isWork) : existingUser(world, username)
  if (!tenant || !isWork(tenant)) throw new Error('A site needs a work account, in whose organization it is.')
  const people = members.map(({ username: member, role = 'write' as const }) => ({
    to: existingUser(world, member),
    role,
  }))
  const wanted = libraries ?? [{ name: 'Documents', segment: 'Shared Documents' }]
  const segments = wanted.map(({ name: one, segment = one }) => segment.toLowerCase())
  if (new Set(segments).size < segments.length) throw new Error('Two libraries have the same address.')
  const site = world.addSite({ path, displayName: name, isGroup: group ?? false }, tenant)
  const drives = wanted.map(({ name: one, segment }) => world.addLibrary(site, one, segment))
  const rights = everyone ? [...people, { to: { tenantId: tenant.tenantId }, role: everyone }] : people
  for (const drive of drives)
    for (const right of rights)
      world.rights.grant({ ...right, drive, itemId: drive.root.id, isMember: true, since: world.now() })
  return {
    webUrl: siteUrl(world.origins, site),
    drives: drives.map((drive, index) => ({
      name: wanted[index]?.name,
      ...placeOf(world, drive, drive.root),
    })),
  }
}

/** Where something is: in the drive of a user, or in one named by its id or by its path in SharePoint. */
const within = { in: text, path: text }

const readRights = record({ ...within, username: text, role: oneOf('read', 'write', 'none') }, [
  'in',
  'username',
  'role',
])

/** Gives a person rights to a folder and everything in it, or takes them away. A missing folder is created. */
export function setRights(world: World, body: unknown, named = 'The body'): unknown {
  const { in: where, path = '/', username, role } = readRights(body, named)
  const to = existingUser(world, username)
  const drive = existingDrive(world, where)
  const item = made(drive, path)
  if (role === 'none') world.rights.withdraw(drive, item, to)
  else world.rights.grant({ drive, itemId: item.id, to, role, since: world.now() })
  return placeOf(world, drive, item)
}

const readLink = record(
  { ...within, type: oneOf('view', 'edit'), scope: oneOf('anonymous', 'organization', 'users') },
  ['in', 'path'],
)

/** Creates a sharing link. */
export function addLink(world: World, body: unknown, named = 'The body'): unknown {
  const { in: where, path, type = 'view', scope = 'anonymous' } = readLink(body, named)
  const drive = existingDrive(world, where)
  const item = made(drive, path)
  const { link } = world.links.create(drive, item, type, scope)
  return { ...placeOf(world, drive, item), webUrl: linkUrlOf(world.origins, link, item), token: link.token }
}

const readShortcut = record({ username: text, at: text, to: record(within, ['in']), dangling: flag }, [
  'username',
  'at',
])

/** Adds a shortcut to a user's drive, with `dangling` to a folder that is gone. */
export function addShortcut(world: World, body: unknown, named = 'The body'): unknown {
  const { username, at, to, dangling } = readShortcut(body, named)
  if ((to === undefined) === !dangling) throw new Error('A shortcut needs either "to" or "dangling": true.')
  const drive = world.driveOf(existingUser(world, username))
  const names = at.split('/').filter(Boolean)
  const name = names.pop() ?? ''
  if (drive.walk(drive.root, [...names, name])) throw new Error(`There is an item at '${at}' already.`)
  const target = to && existingDrive(world, to.in)
  const remote =
    to && target
      ? { driveId: target.id, id: made(target, to.path ?? '/').id }
      : { driveId: drive.id.replace(/.{4}$/, '0000'), id: '01GONE' }
  const item = drive.add(made(drive, names.join('/')), name, remote)
  return { ...placeOf(world, drive, item), remoteItem: remote }
}

const readFile = record({ ...within, content: (value: unknown) => String(value) }, ['in', 'path'])

/** Adds a file with this text, or without content a folder, and the folders above it. A file is replaced. */
export function addFile(world: World, body: unknown, named = 'The body'): unknown {
  const { in: where, path, content } = readFile(body, named)
  const drive = existingDrive(world, where)
  if (content === undefined) return placeOf(world, drive, made(drive, path))
  const names = path.split('/').filter(Boolean)
  const name = names.pop() ?? ''
  const parent = made(drive, names.join('/'))
  const before = drive.child(parent, name)
  if (before && !before.content) throw new Error(`'${path}' is not a file.`)
  if (before) drive.overwrite(before, Buffer.from(content))
  return placeOf(world, drive, before ?? drive.add(parent, name, Buffer.from(content)))
}

function isWork({ kind }: Account): boolean {
  return kind === 'work'
}

/** @throws an Error with a plain sentence */
export function existingUser(world: World, username: string): Account {
  const account = world.account(username)
  if (!account) throw new Error(`There is no user '${username}'.`)
  return account
}

/** @param name a user, a drive's id, or its path in SharePoint. @throws an Error with a plain sentence */
export function existingDrive(world: World, name: string): Drive {
  const account = world.account(name)
  if (account) return world.driveOf(account)
  const wanted = name.replace(/\/+$/, '').toLowerCase()
  const drive =
    world.drives.get(wanted) ??
    [...world.drives.values()].find(({ libraryPath }) => libraryPath.toLowerCase() === wanted)
  if (!drive)
    throw new Error(
      `There is no drive '${name}': name a user, a drive's id, or a path such as /sites/team/Shared Documents.`,
    )
  return drive
}

/** The folder at a path, created when it is missing. */
function made(drive: Drive, path: string): Folder {
  let item: Item = drive.root
  let first: Item | undefined
  try {
    for (const name of path.split('/').filter(Boolean)) {
      if (!isFolder(item)) break
      const child: Item | undefined = drive.child(item, name)
      item = child ?? drive.add(item, name)
      if (!child) first ??= item
    }
  } catch (error) {
    if (first) drive.remove(first)
    throw error
  }
  if (!isFolder(item)) throw new Error(`'${path}' is not a folder.`)
  return item
}

function placeOf(world: World, drive: Drive, item: Item): Place {
  return { driveId: drive.id, itemId: item.id, webUrl: webUrlOf(world.origins, drive, item) }
}
