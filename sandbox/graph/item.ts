import type { Drive } from '../state/drive.ts'
import { type Folder, type Item, isFolder } from '../state/items.ts'
import { isLibrary, siteGuidOf } from '../state/sites.ts'
import { encodePath, webUrlOf } from '../state/web-addresses.ts'
import type { World } from '../state/world.ts'
import { hashesOf } from './hashes.ts'
import { mimeTypeOf } from './mime-types.ts'
import { remoteItem } from './remote-item.ts'
import { listed } from './shortcuts.ts'
import { downloadUrl } from './signed-url.ts'
import { cTag, eTag } from './tags.ts'

/**
 * A driveItem as Graph sends it. Work and personal drives differ in the time format, in cTag and eTag, and
 * in the encoding of the parent's path. Sources: microsoft-graph-docs-contrib, resources/driveitem;
 * onedrive-api-docs, resources/itemReference.
 */
export function driveItem(world: World, drive: Drive, item: Item): Record<string, unknown> {
  const { created, modified } = item.fileSystemInfo ?? item
  const content = cTag(drive, item)
  return {
    ...(item.content ? { '@microsoft.graph.downloadUrl': downloadUrl(world, drive, item) } : {}),
    createdDateTime: time(drive, item.created),
    ...(content === undefined ? {} : { cTag: content }),
    eTag: eTag(drive, item),
    id: item.id,
    lastModifiedDateTime: time(drive, item.modified),
    name: item.name,
    size: item.size,
    ...(item.description === undefined ? {} : { description: item.description }),
    webUrl: webUrlOf(world.origins, drive, item),
    createdBy: { user: identity(world, drive, item.createdBy) },
    lastModifiedBy: { user: identity(world, drive, item.modifiedBy) },
    parentReference: parentReference(world, drive, item),
    fileSystemInfo: {
      createdDateTime: time(drive, created),
      lastModifiedDateTime: time(drive, modified),
    },
    ...(item.content ? { file: file(drive, item.name, item.content) } : {}),
    ...(isFolder(item) ? { folder: { childCount: childCount(drive, item) } } : {}),
    ...(item.remote ? { remoteItem: remoteItem(world, item.remote) } : {}),
    ...(item.special === undefined ? {} : { specialFolder: { name: item.special.split(' ')[0] } }),
    ...(item.parent ? {} : { root: {} }),
  }
}

function file(drive: Drive, name: string, content: Buffer): object {
  return { mimeType: mimeTypeOf(name), hashes: hashesOf(content, drive.owner.kind) }
}

/** Whole seconds on work drives, with milliseconds on personal ones. Source: onedrive-api-docs#1162. */
function time({ owner }: Drive, milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString()
  return owner.kind === 'work' ? iso.replace(/\.\d+Z$/, 'Z') : iso
}

/** Whoever did it; without a name it was the owner, or in a library SharePoint itself. */
export function identity(world: World, { owner }: Drive, username?: string): object {
  const owners = isLibrary(owner) ? undefined : owner
  const who = username === undefined ? owners : world.account(username)
  if (!who) return { displayName: username ?? 'System Account' }
  return who.kind === 'work'
    ? { email: who.username, id: who.objectId, displayName: who.name }
    : { displayName: who.name, id: who.graphId }
}

/**
 * The root's reference has no path; personal drives percent-encode it. A person whose rights begin at a folder sees
 * nothing of what is above it, and no path anywhere. Sources: abraunegg/onedrive, src/sync.d; Microsoft365R#149.
 */
function parentReference(world: World, drive: Drive, { parent }: Item): object {
  const work = drive.owner.kind === 'work'
  const reference = {
    driveType: drive.driveType,
    driveId: spelledId(drive),
    ...(work ? { siteId: siteGuidOf(drive.owner) } : {}),
  }
  const { acting, rights } = world
  const sees = (item: Item) => !acting || rights.roleAt(acting, drive, item) !== undefined
  if (!parent || !sees(parent)) return reference
  const path = drive.path(parent)
  const spelled = work ? `/drives/${drive.id}/root:${path}` : `/drive/root:${encodePath(path)}`
  return {
    ...reference,
    id: parent.id,
    name: parent.name,
    ...(sees(drive.root) ? { path: spelled } : {}),
  }
}

/** A shortcut that lists leave out is not counted. */
function childCount(drive: Drive, folder: Folder): number {
  return listed(drive, [...folder.children.values()]).length
}

/** With the mood `changing`, the case of a personal drive's id alternates. Source: onedrive-api-docs#1890. */
function spelledId(drive: Drive): string {
  const { id, owner } = drive
  if (owner.kind === 'work' || owner.moods.driveIds === 'steady') return id
  return drive.spelled++ % 2 === 0 ? id.toUpperCase() : id
}

/** `GET /me/drive`: the drive itself. Source: onedrive-api-docs, resources/drive and quota. */
export function driveResource(world: World, drive: Drive): Record<string, unknown> {
  const used = world.settings.quotaFull ? drive.total : drive.used
  const remaining = drive.total - used
  const share = remaining / drive.total
  return {
    id: drive.id,
    driveType: drive.driveType,
    name: isLibrary(drive.owner) ? drive.owner.name : 'OneDrive',
    webUrl: webUrlOf(world.origins, drive, drive.root),
    createdDateTime: time(drive, drive.root.created),
    lastModifiedDateTime: time(drive, drive.root.modified),
    owner: driveOwner(world, drive),
    quota: {
      deleted: drive.bin.size,
      remaining: Math.max(remaining, 0),
      state: remaining <= 0 ? 'exceeded' : share < 0.01 ? 'critical' : share < 0.1 ? 'nearing' : 'normal',
      total: drive.total,
      used,
      ...(drive.owner.kind === 'personal' ? { storagePlanInformation: { upgradeAvailable: true } } : {}),
    },
  }
}

/** A person, or the group whose site it is. Source: onedrive-api-docs, resources/drive. */
export function driveOwner(world: World, drive: Drive): object {
  const { owner } = drive
  if (!isLibrary(owner) || owner.site.groupId === undefined) return { user: identity(world, drive) }
  const { groupId, displayName, path, domain } = owner.site
  return { group: { id: groupId, displayName, email: `${path.split('/').at(-1)}@${domain}` } }
}
