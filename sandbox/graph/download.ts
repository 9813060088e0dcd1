import { header, type Incoming, type Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import type { Item } from '../state/items.ts'
import type { World } from '../state/world.ts'
import { refuseConversion } from './looks.ts'
import { mimeTypeOf } from './mime-types.ts'
import { graphHeaders } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'
import { downloadUrl, readSignedUrl } from './signed-url.ts'
import { eTag } from './tags.ts'

/**
 * `GET …/content`: redirects to the bytes. Source: microsoft-graph-docs-contrib, api/driveitem-get-content.
 */
export function redirectToContent(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const item = requireItem(request)
  const { drive } = request
  if (!item.content) throw refusals.invalidRequest('A folder has no content.')
  const { format } = request.options
  if (format !== undefined) refuseConversion(item, format)
  const location = downloadUrl(world, drive, item)
  return { status: 302, headers: { ...graphHeaders(incoming, world), location } }
}

/** The bytes of a file, or the requested range, behind a pre-signed URL. */
export function download(world: World, incoming: Incoming): Reply {
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') throw refusals.methodNotAllowed()
  const [id = '', number] = readSignedUrl(world, incoming, 'download').split(' ')
  const [drive, item] = find(world, id)
  const content = contentOf(drive, item, number)
  if (!content) throw refusals.itemNotFound()
  const etag = quoted(eTag(drive, item))
  const headers = {
    etag,
    'content-type': mimeTypeOf(item.name),
    // No browser shows such a file as a page of the sandbox.
    'x-content-type-options': 'nosniff',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(item.name)}`,
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=0',
  }
  const size = content.length
  // A range of another version is useless to the client (RFC 9110, 13.1.5).
  const isOther = (header(incoming, 'if-range') ?? etag) !== etag
  const range = isOther ? undefined : readRange(header(incoming, 'range'), size)
  if (!range) return { status: 200, headers, body: content }
  const [first, last] = range
  if (first >= size || first > last) throw refusals.rangeOutside(size)
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${first}-${last}/${size}` },
    body: content.subarray(first, last + 1),
  }
}

/** The content of a file, or of one of its versions. */
function contentOf(drive: Drive, item: Item, number: string | undefined): Buffer | undefined {
  if (number === undefined || Number(number) === drive.versions.current(item)) return item.content
  return drive.versions.of(item).find((one) => one.number === Number(number))?.content
}

function find(world: World, id: string): [Drive, Item] {
  for (const drive of world.drives.values()) {
    const item = drive.find(id)
    if (item) return [drive, item]
  }
  throw refusals.itemNotFound()
}

/**
 * As a valid HTTP entity tag (RFC 9110, 8.8.3), unlike the eTag of a personal item. Source:
 * onedrive-api-docs#133.
 */
function quoted(tag: string): string {
  return tag.startsWith('"') ? tag : `"${tag}"`
}

/** One range of bytes (RFC 9110, 14.1.2); anything else is ignored. */
function readRange(value: string | undefined, size: number): [number, number] | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(value ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first === '') return [Math.max(size - Number(last), 0), size - 1]
  return [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)]
}
