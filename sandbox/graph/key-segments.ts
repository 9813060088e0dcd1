import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import { type Item, isFolder } from '../state/items.ts'

/**
 * Reads names in key segments: `children('a')/children('b')/content`, with quotes in a name doubled, or as a segment
 * of its own, `children/a/content`. A key may also be an alias for a value in the query: `children('@a1')` and `@a1='a'`, which rclone sends to
 * China's cloud. Sources: OData 4.01, URL conventions 4.3, 4.3.6 and 5.3; rclone, backend/onedrive/onedrive.go;
 * onedrive-api-docs, api/driveitem_put_content.
 * @throws GraphError
 */
export function readKeys(of: string, query: string): { names: string[]; of: string } {
  const segments = of.split('/')
  const names: string[] = []
  for (let segment = segments[0]; segment !== undefined; segment = segments[0]) {
    const key = /^children\((.*)\)$/s.exec(decode(segment))?.[1]
    const name = segment === 'children' && !segments[1]?.startsWith('$') ? segments[1] : undefined
    if (key === undefined && !name) break
    if (key === undefined) names.push(decode(name ?? ''))
    else names.push(unquote(key.startsWith("'@") ? alias(query, key.slice(1, -1)) : key))
    segments.splice(0, key === undefined ? 2 : 1)
  }
  return { names, of: segments.join('/') }
}

const keyed =
  /\/(users|groups|sites|lists|drives|items|permissions|versions|special)\((?:'|%27)(.+?)(?:'|%27)\)(?=\/|$)/gi

/**
 * A path whose keys stand between slashes: `drives('x')/items('y')` is `drives/x/items/y` (OData 4.01, URL conventions
 * 4.3.6). What stands between colons are names.
 */
export function withPlainKeys(path: string): string {
  return outsideColons(path, (part) =>
    part.replace(keyed, (_, name, key) => `/${name}/${key.replace(/''|%27%27/g, '%27')}`),
  )
}

/**
 * A path without its empty segments, which Graph passes over: `//v1.0//me/drive`, `items/x:/name://content`. Between colons
 * a name is missing, and an argument keeps what it has. Sources: manicminer/hamilton#223; O365/python-o365, utils/utils.py;
 * vgrem/Office365-REST-Python-Client, onedrive/driveitems.
 */
export function withoutEmptySegments(path: string): string {
  return outsideColons(path, (part) => part.replace(/\/{2,}(?![^(]*\))/g, '/'))
}

/** Changes the segments of a path, but not the names between its colons. */
function outsideColons(path: string, change: (part: string) => string): string {
  const parts = path.split(':')
  return parts
    .map((part, index) =>
      index === 0 || (index === parts.length - 1 && index % 2 === 0) ? change(part) : part,
    )
    .join(':')
}

/** The part of an address that has keys. */
interface Keyed {
  names: string[]
  colon: { count: number }
}

/** The address with names alone: the key of a child is its id as well as its name. */
export function withNames<Address extends Keyed>(
  drive: Drive,
  start: Item | undefined,
  address: Address,
): Address {
  let item = start
  const names = address.names.map((name, index) => {
    const keyed = index < address.colon.count ? undefined : drive.find(name)
    const child = keyed?.parent === item ? keyed : undefined
    item = item && isFolder(item) ? (child ?? drive.child(item, name)) : undefined
    return child?.name ?? name
  })
  return { ...address, names }
}

function unquote(literal: string): string {
  const inner = /^'((?:[^']|'')+)'$/s.exec(literal)?.[1]
  if (inner === undefined) throw refusals.badRequest('The key in the URL is not a quoted string.')
  return inner.replaceAll("''", "'")
}

/** The literal that an alias stands for, or the key itself when the query does not define it. */
function alias(query: string, name: string): string {
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && decode(pair.slice(0, equals)) === name)
      return decode(pair.slice(equals + 1).replaceAll('+', ' '))
  }
  return `'${name}'`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refusals.badRequest('The URL is malformed.')
  }
}
