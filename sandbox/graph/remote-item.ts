import type { Drive } from '../state/drive.ts'
import { type Item, isFolder, type Remote } from '../state/items.ts'
import { isLibrary, listIdOf, siteGuidOf, webGuidOf } from '../state/sites.ts'
import { siteUrl, webUrlOf } from '../state/web-addresses.ts'
import type { World } from '../state/world.ts'

/**
 * The `remoteItem` of a shortcut. If what it points to is gone, only the ids are left. Source: onedrive-api-docs,
 * resources/remoteitem.
 */
export function remoteItem(world: World, { driveId, id }: Remote): object {
  const drive = world.drives.get(driveId.toLowerCase())
  const item = drive?.find(id)
  if (!drive || !item) return { id, parentReference: { driveId } }
  return {
    id,
    name: isLibrary(drive.owner) && !item.parent ? drive.owner.name : item.name,
    size: item.size,
    webUrl: webUrlOf(world.origins, drive, item),
    createdDateTime: new Date(item.created).toISOString(),
    lastModifiedDateTime: new Date(item.modified).toISOString(),
    ...(isFolder(item) ? { folder: { childCount: item.children.size } } : {}),
    parentReference: {
      driveId: drive.id,
      driveType: drive.driveType,
      ...(item.parent ? { id: item.parent.id } : {}),
      ...(drive.owner.kind === 'work' ? { siteId: siteGuidOf(drive.owner) } : {}),
    },
    ...(drive.owner.kind === 'work' ? { sharepointIds: sharepointIds(world, drive, item) } : {}),
  }
}

/** Source: microsoft-graph-docs-contrib, resources/sharepointids. */
export function sharepointIds(world: World, drive: Drive, item: Item): Record<string, string> {
  const { owner } = drive
  return {
    listId: listIdOf(drive.libraryPath),
    listItemUniqueId: item.uniqueId,
    siteId: siteGuidOf(owner),
    siteUrl: isLibrary(owner)
      ? siteUrl(world.origins, owner.site)
      : webUrlOf(world.origins, drive, drive.root).replace(/\/Documents$/, ''),
    webId: webGuidOf(owner),
  }
}
