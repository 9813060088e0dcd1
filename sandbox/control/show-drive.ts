import type { Drive } from '../state/drive.ts'
import { type Item, isFolder } from '../state/items.ts'
import type { World } from '../state/world.ts'
import { existingDrive } from './places.ts'

interface Tree {
  name: string
  folder: boolean
  /** Files only. */
  size?: number
  /** What a shortcut points to. */
  remoteItem?: { driveId: string; id: string }
  children: Tree[]
}

/**
 * `GET /control/drive?username=…`, or `?in=` with the id or path of any drive. Shortcuts are left out, as in Graph's own
 * lists, unless `&shortcuts` is added.
 */
export function showDrive(world: World, _: unknown, query: URLSearchParams): Tree {
  const name = query.get('username') ?? query.get('in') ?? world.accounts[0]?.username ?? ''
  const drive = existingDrive(world, name)
  return tree(drive, drive.root, query.has('shortcuts'))
}

function tree(drive: Drive, item: Item, withShortcuts: boolean): Tree {
  const children = isFolder(item) ? drive.list(item) : []
  return {
    name: item.name,
    folder: isFolder(item),
    ...(item.content ? { size: item.size } : {}),
    ...(item.remote ? { remoteItem: item.remote } : {}),
    children: children
      .filter(({ remote }) => withShortcuts || !remote)
      .map((child) => tree(drive, child, withShortcuts)),
  }
}
