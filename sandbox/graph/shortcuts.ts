import { header, type Incoming } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import { type Item, isFolder } from '../state/items.ts'
import type { Address } from './address.ts'

/**
 * The items that a list or delta shows: without `Prefer: Include-Feature=AddToOneDrive` it leaves out shortcuts; see
 * `Moods`. Sources: onedrive-api-docs#1427, #1781, #1891; abraunegg/onedrive, src/onedrive.d.
 */
export function listed(drive: Drive, items: Item[], incoming?: Incoming): Item[] {
  const asked = /\binclude-feature\s*=\s*"?AddToOneDrive\b/i.test(
    incoming ? (header(incoming, 'prefer') ?? '') : '',
  )
  if (asked || drive.owner.moods.shortcuts === 'listed') return items
  return items.some(({ remote }) => remote) ? items.filter(({ remote }) => !remote) : items
}

/** What a shortcut answers by itself; everything else is refused, as it belongs to the other drive. */
const ofShortcut = ['', 'copy', 'permissions', 'createLink', 'invite']

/**
 * Refuses what leads through a shortcut: it belongs to the other drive, and works only there. Sources:
 * onedrive-api-docs#591, #908, #976; abraunegg/onedrive#217.
 * @throws GraphError 404 on a work drive, 400 on a personal one.
 */
export function refuseMounted(drive: Drive, start: Item, { names, of }: Address, method: string): void {
  const { kind } = drive.owner
  let item: Item | undefined = start
  for (const name of names) {
    if (!item || item.remote) break
    item = isFolder(item) ? drive.child(item, name) : undefined
  }
  if (!item?.remote) return
  const isItself = drive.walk(start, names) === item
  // On a work drive a shortcut has an empty list of its own. Source: abraunegg/onedrive, docs/business-shared-items.md.
  const isEmptyList = of === 'children' && method !== 'POST' && kind === 'work'
  if (isItself && (ofShortcut.includes(of) || isEmptyList)) return
  throw kind === 'work' ? refusals.itemNotFound() : refusals.mountedFolder()
}
