import type { Incoming, Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import { type Item, isFolder } from '../state/items.ts'
import type { World } from '../state/world.ts'
import { driveItem } from './item.ts'
import { graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'

/** `GET …/thumbnails`: an item without any has an empty list. Source: microsoft-graph-docs-contrib, api/driveitem-list-thumbnails. */
export function listThumbnails(world: World, incoming: Incoming, request: DriveRequest): Reply {
  requireItem(request)
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#Collection(thumbnailSet)`,
    value: [],
  })
}

/** `GET …/thumbnails/{id}` and what is below it. */
export function getThumbnail(_: World, __: Incoming, request: DriveRequest): Reply {
  requireItem(request)
  throw refusals.itemNotFound()
}

/** `POST …/preview`: a URL that shows the file for a short time. Source: microsoft-graph-docs-contrib, api/driveitem-preview. */
export function preview(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const item = requireItem(request)
  if (isFolder(item)) throw refusals.invalidRequest('A folder has no preview.')
  const { webUrl } = driveItem(world, request.drive, item)
  const url = new URL(String(webUrl))
  url.searchParams.set('action', 'embedview')
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#microsoft.graph.itemPreviewInfo`,
    getUrl: url.href,
    postParameters: null,
    postUrl: null,
  })
}

/** By extension, what Microsoft converts. Source: microsoft-graph-docs-contrib, api/driveitem-get-content-format. */
const convertible: Record<string, RegExp> = {
  glb: /\.(cool|fbx|obj|ply|stl|3mf)$/i,
  html: /\.(eml|md|msg)$/i,
  jpg: /\.(3g2|3gp|bmp|cr2|dng|doc|docx|eps|gif|heic|jpg|jpeg|mov|mp4|pdf|png|ppt|pptx|psd|svg|tif|tiff|xls|xlsx)$/i,
  pdf: /\.(csv|docx?|epub|html?|md|msg|odp|ods|odt|potm|potx|pps|ppsx|ppsxm|pptx?|pptm|rtf|xlsx?)$/i,
}

/** @throws GraphError: nothing is converted here, and of some files nowhere. */
export function refuseConversion(item: Item, format: string): void {
  const names = Object.hasOwn(convertible, format) ? convertible[format] : undefined
  if (!names?.test(item.name)) throw refusals.conversionUnsupported()
  throw refusals.notInSandbox(`conversion of files (?format=${format})`)
}
