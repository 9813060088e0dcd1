import type { Drive } from '../state/drive.ts'
import { type Item, isFolder } from '../state/items.ts'
import { organisationOf } from '../state/origins.ts'
import type { World } from '../state/world.ts'
import { hashesOf } from './hashes.ts'
import { mimeTypeOf } from './mime-types.ts'
import { downloadUrl } from './signed-url.ts'
import { cTag, eTag } from './tags.ts'

/**
 * A driveItem as Graph sends it. Work and personal drives differ in the time format, in cTag and eTag, and
 * in the encoding of the parent's path. Sources: microsoft-graph-docs-contrib, resources/driveitem;
 * onedrive-api-docs, resources/itemReference.
 */
export function driveItem(world: World, drive: Drive, item: Item): Record<string, unknown> {
  const { created, modified } = item.fileSystemInfo ?? item
  const user = { user: identity(drive) }
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
    webUrl: webUrl(world, drive, item),
    createdBy: user,
    lastModifiedBy: user,
    parentReference: parentReference(drive, item),
    fileSystemInfo: {
      createdDateTime: time(drive, created),
      lastModifiedDateTime: time(drive, modified),
    },
    ...(item.content ? { file: file(drive, item.name, item.content) } : {}),
    ...(isFolder(item) ? { folder: { childCount: item.children.size } } : {}),
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

function identity({ owner }: Drive): object {
  return owner.kind === 'work'
    ? { email: owner.username, id: owner.objectId, displayName: owner.name }
    : { displayName: owner.name, id: owner.graphId }
}

/**
 * The root's reference has no path; personal drives percent-encode it. Source: abraunegg/onedrive,
 * src/sync.d.
 */
function parentReference(drive: Drive, { parent }: Item): object {
  const work = drive.owner.kind === 'work'
  const reference = { driveType: work ? 'business' : 'personal', driveId: spelledId(drive) }
  if (!parent) return reference
  const path = drive.path(parent)
  return {
    ...reference,
    id: parent.id,
    name: parent.name,
    path: work ? `/drives/${drive.id}/root:${path}` : `/drive/root:${encodePath(path)}`,
    ...(work ? { siteId: drive.owner.tenantId } : {}),
  }
}

/** With the mood `changing`, the case of a personal drive's id alternates. Source: onedrive-api-docs#1890. */
function spelledId(drive: Drive): string {
  const { id, owner } = drive
  if (owner.kind === 'work' || owner.moods.driveIds === 'steady') return id
  return drive.spelled++ % 2 === 0 ? id.toUpperCase() : id
}

/** The URL of the item in a browser. */
export function webUrl({ origins }: World, drive: Drive, item: Item): string {
  const { owner } = drive
  return owner.kind === 'work'
    ? `${origins.sharePoint(`${organisationOf(owner.domain)}-my`)}${drive.libraryPath}${encodePath(drive.path(item))}`
    : `${origins.oneDrive}/?id=${encodeURIComponent(item.id)}&cid=${drive.id}`
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** `GET /me/drive`: the drive itself. Source: onedrive-api-docs, resources/drive and quota. */
export function driveResource(world: World, drive: Drive): Record<string, unknown> {
  const used = world.settings.quotaFull ? drive.total : drive.used
  const remaining = drive.total - used
  const share = remaining / drive.total
  return {
    id: drive.id,
    driveType: drive.owner.kind === 'work' ? 'business' : 'personal',
    name: 'OneDrive',
    webUrl: webUrl(world, drive, drive.root),
    createdDateTime: time(drive, drive.root.created),
    lastModifiedDateTime: time(drive, drive.root.modified),
    owner: { user: identity(drive) },
    quota: {
      deleted: 0,
      remaining: Math.max(remaining, 0),
      state: remaining <= 0 ? 'exceeded' : share < 0.01 ? 'critical' : share < 0.1 ? 'nearing' : 'normal',
      total: drive.total,
      used,
      ...(drive.owner.kind === 'personal' ? { storagePlanInformation: { upgradeAvailable: true } } : {}),
    },
  }
}
