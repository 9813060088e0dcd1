import { header, type Incoming, type Reply } from '../server/messages.ts'
import type { World } from '../world.ts'
import { graphHeaders, refusals } from './errors.ts'
import { type DriveRequest, existing } from './request.ts'
import { downloadUrl, readSignedUrl } from './signed-url.ts'

/** `GET …/content`: where the bytes are. Source: microsoft-graph-docs-contrib, api/driveitem-get-content. */
export function redirectToContent(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const item = existing(request)
  if (!item.content) throw refusals.invalidRequest('A folder has no content.')
  return { status: 302, headers: { ...graphHeaders(incoming, world), location: downloadUrl(world, item) } }
}

/** The bytes of a file, or the range asked for, behind a URL that is its own permission. */
export function download(world: World, incoming: Incoming): Reply {
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') throw refusals.methodNotAllowed()
  const id = readSignedUrl(world, incoming, 'download')
  const item = [...world.drives.values()].map((drive) => drive.find(id)).find((found) => found !== undefined)
  if (!item?.content) throw refusals.itemNotFound()
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(item.name)}`,
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=0',
  }
  const size = item.content.length
  const range = readRange(header(incoming, 'range'), size)
  if (!range) return { status: 200, headers, body: item.content }
  const [first, last] = range
  if (first >= size || first > last) throw refusals.invalidRange('The range is outside of the file.')
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${first}-${last}/${size}` },
    body: item.content.subarray(first, last + 1),
  }
}

/** One range of bytes (RFC 9110, 14.1.2); anything else is as if it were not there. */
function readRange(value: string | undefined, size: number): [number, number] | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(value ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first === '') return [Math.max(size - Number(last), 0), size - 1]
  return [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)]
}
