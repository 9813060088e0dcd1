import { OdLinkError } from '../errors.ts'
import { cloudOfHost } from '../identity/clouds.ts'
import {
  type DrivePath,
  encodePath,
  parsePath,
  refuseHomePath,
  refuseRewrittenPath,
  showPath,
} from './path.ts'

/*
 * A place is where a path begins, and the path: in the linked account's own drive, in a saved drive (`team:/2026`), or
 * below a web address. https://learn.microsoft.com/en-us/graph/onedrive-addressing-driveitems
 */

/** A path with what a person types before it. */
export interface Shown {
  /**
   * `''` for the own drive, `team:` for a saved one, the address for an address; behind a shortcut, what leads to it:
   * `/Team`, `team:/Team`.
   */
  prefix: string
  path: DrivePath
}

/** Where a path starts from. */
export interface Start {
  /** Where its addresses begin: `/me/drive` or `/drives/ID`. */
  drive: string
  /** The ID of the item that the path starts from; undefined: the drive's root. */
  item?: string | undefined
  /** Whether the cloud ignores a path after that ID, so that names have to be keys (places/keys.ts). */
  byKeys?: boolean | undefined
}

/** A folder or file in a drive that the link reaches. */
export interface Place extends Shown, Start {
  /** Whether an address led to a shortcut, and this is what it stands for: it is not removed by the shortcut's address. */
  isTarget?: boolean
}

/** What was typed, before anything is looked up. */
export interface TypedPlace extends Shown {
  /** The name of a saved drive. */
  saved?: string
  /** A web address, as it was typed. */
  address?: string
}

/** The name of a saved drive: not a single letter, which is a drive of Windows. */
export const driveName = /^[A-Za-z0-9][A-Za-z0-9_-]{1,39}$/

/**
 * Reads what was typed for a place, without any request: a path of the own drive, `NAME:/path`, or a web address. OneDrive
 * allows no colon in a name, so nothing else can be meant.
 * @param mayBePath whether the caller takes a path, so that one can be offered.
 * @throws OdLinkError (usage) when it cannot be a place.
 */
export function readPlace(text: string, mayBePath = true): TypedPlace {
  if (text === '') throw emptyPath()
  refuseRewrittenPath(text)
  const address = copiedAddress.exec(text)?.[1]
  if (address !== undefined) return { address, prefix: address, path: [] }
  refuseBareHost(text, mayBePath)
  const [, saved = '', rest = ''] = /^([^/:]+):(.*)$/s.exec(text) ?? []
  if (driveName.test(saved)) return { saved, prefix: `${saved}:`, path: parsePath(rest) }
  refuseHomePath(text)
  return { prefix: '', path: parsePath(text) }
}

/** An address as it is copied: from a mail in angle brackets, from a cell in quotes, with the line's end from a file. */
const copiedAddress = /^[\s<"]*([a-z][a-z0-9+.-]*:\/\/.*?)[\s>"]*$/is

/** Browsers show addresses without their scheme. Read as a path, such a one would lead into the own drive. */
function refuseBareHost(text: string, mayBePath: boolean): void {
  const host = /^[^/:?]+/.exec(text)?.[0].toLowerCase()
  const isMicrosofts = host?.includes('.') && (cloudOfHost(host) || host === 'teams.microsoft.com')
  if (!isMicrosofts) return
  throw new OdLinkError('usage', `"${text}" is a web address without its "https://".`, {
    reason: 'invalid-path',
    next: [
      { replacing: [text, `https://${text}`] },
      ...(mayBePath
        ? [{ intro: 'Or, for a folder of that name in the drive:', replacing: [text, `/${text}`] as const }]
        : []),
    ],
  })
}

/** Most often a variable of a script that has no value: the root is not what it means. */
function emptyPath(): OdLinkError {
  return new OdLinkError('usage', 'A path is empty.', {
    reason: 'invalid-path',
    next: ['If it comes from a variable, check its value. The root of the drive is "/".'],
  })
}

/** A place in the account's own drive. */
export function ownPlace(path: DrivePath): Place {
  return { drive: '/me/drive', prefix: '', path }
}

/** The item that a place starts from, as a URL path: `/me/drive/root`, `/drives/D/items/I`. */
export function startOf({ drive, item }: Start): string {
  return item === undefined ? `${drive}/root` : `${drive}/items/${encodeURIComponent(item)}`
}

/**
 * The URL path of the item at a place: `/me/drive/root`, `/me/drive/root:/a/b:`, `/drives/D/items/I:/a/b:`. A path is closed
 * with a colon, because names such as `photo` would otherwise be read as properties: OneDrive/onedrive-api-docs#1020.
 * Graph refuses it where the path is too deep; `addressOf` (drive.ts) finds one for any depth.
 *
 * With keys: `/drives/D/items/I/children('it''s a')` (OData 4.01, URL conventions 4.3).
 */
export function placeAddress(place: Place): string {
  const { path, item, byKeys } = place
  if (path.length === 0) return startOf(place)
  if (!byKeys || item === undefined) return `${startOf(place)}:/${encodePath(path)}:`
  const keys = path.map((name) => `/children('${encodeURIComponent(name).replaceAll("'", "''")}')`)
  return startOf(place) + keys.join('')
}

/** Whether the answer for an item in a folder is that folder: the cloud has ignored the path after its ID. */
export function isPathIgnored({ item, path, byKeys }: Place, found: { id?: string | null }): boolean {
  return !byKeys && item !== undefined && path.length > 0 && found.id === item
}

/** The place of these names below a place. */
export function placeBelow<P extends Shown>(place: P, names: DrivePath): P {
  return { ...place, path: [...place.path, ...names] }
}

/** The place that holds this one; the place itself where its path is empty. */
export function parentOf<P extends Shown>(place: P): P {
  return { ...place, path: place.path.slice(0, -1) }
}

/** `/a/b`, `team:/a/b`, `https://…/a%20b`: a place as a person can type it. */
export function showPlace({ prefix, path }: Shown): string {
  if (prefix === '' || prefix.endsWith(':')) return `${prefix}${showPath(path)}`
  if (path.length === 0) return prefix
  return `${prefix.replace(/\/$/, '')}/${isWebAddress(prefix) ? encodePath(path) : path.join('/')}`
}

/** Whether a text, or what stands before a path, is a web address. */
export function isWebAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
}
