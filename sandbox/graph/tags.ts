import { header, type Incoming } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import { type Item, isFolder } from '../state/items.ts'

/** It changes with anything about the item itself. Work: `"{GUID},1"` in quotes; personal: base64. */
export function eTag({ owner }: Drive, item: Item): string {
  return owner.kind === 'work'
    ? `"{${item.uniqueId.toUpperCase()}},${item.version}"`
    : `a${Buffer.from(`${item.id}.${item.version}`).toString('base64')}`
}

/**
 * It changes with the content alone, not with the name or the dates; that of a folder changes with everything inside, and
 * work drives send none for folders. Source: microsoft-graph-docs-contrib, resources/driveitem.
 */
export function cTag({ owner }: Drive, item: Item): string | undefined {
  if (owner.kind === 'personal') return `a${Buffer.from(`c:${item.id}.${item.changes}`).toString('base64')}`
  return isFolder(item) ? undefined : `"c:{${item.uniqueId.toUpperCase()}},${item.changes}"`
}

/**
 * Checks If-Match and If-None-Match before a change. Either tag will do, in quotes or without: those of personal drives
 * are no valid HTTP entity tags (onedrive-api-docs#133). `If-None-Match: *` asks for a name that is free (RFC 9110, 13.1.2),
 * and `If-Match` for one that is not, whatever the tag (13.1.1).
 * @throws GraphError 412 if the client's version of the item is outdated.
 */
export function checkConditions(incoming: Incoming, drive: Drive, item: Item | undefined): void {
  const wanted = header(incoming, 'if-match')
  const unwanted = header(incoming, 'if-none-match')
  if (wanted !== undefined && !(item && names(wanted, drive, item))) throw refusals.resourceModified()
  if (unwanted !== undefined && item && names(unwanted, drive, item)) throw refusals.resourceModified()
}

/** Whether a client has this version of an item already. */
export function isUnchanged(incoming: Incoming, drive: Drive, item: Item): boolean {
  const known = header(incoming, 'if-none-match')
  return known !== undefined && names(known, drive, item)
}

/** Whether a list of entity tags names this version of an item. */
function names(list: string, drive: Drive, item: Item): boolean {
  if (list.trim() === '*') return true
  const own = [eTag(drive, item), cTag(drive, item)].map((tag) => tag && bare(tag))
  // A tag of a work item holds a comma, so the list is not split at every one, and a tag may stand alone without quotes.
  const tags = [list.trim(), ...(list.match(/(W\/)?"[^"]*"|[^\s,]+/g) ?? [])]
  return tags.some((tag) => own.includes(bare(tag)))
}

function bare(tag: string): string {
  return tag.replace(/^W\//, '').replace(/^"(.*)"$/s, '$1')
}
