import { isJsonObject, numberIn, textIn } from '../../text/json.ts'
import { isFolder, itemOf } from '../item.ts'

/** An item as the commands for files see it: the fields that a server sent, each valid or absent. */
export interface FileItem {
  id: string | undefined
  /** Undefined for a name that cannot be one, such as `../x`. */
  name: string | undefined
  /** `package`: a notebook of OneNote. `shortcut`: it stands for an item of another drive. */
  kind: 'file' | 'folder' | 'package' | 'shortcut'
  /** In bytes; of a folder, with everything in it. */
  size: number | undefined
  /** When the content changed last on the owner's machine, in milliseconds since the epoch. */
  modified: number | undefined
  webUrl: string | undefined
  eTag: string | undefined
  /** Lower-case names without `Hash`: `quickxor`, `sha1`, `sha256`. */
  hashes: Hashes
  /** Its bytes, without a token, for a few minutes. */
  downloadUrl: string | undefined
  parentId: string | undefined
  driveId: string | undefined
  /** `personal`, `business` or `documentLibrary`. */
  driveType: string | undefined
  /** What a shortcut stands for. */
  target: Target | undefined
}

export interface Hashes {
  quickxor?: string
  sha1?: string
  sha256?: string
}

interface Target {
  isFolder: boolean
  webUrl: string | undefined
}

const hashFields = [
  ['quickxor', 'quickXorHash'],
  ['sha1', 'sha1Hash'],
  ['sha256', 'sha256Hash'],
] as const

const longest = { eTag: 1_000, url: 8_000, id: 1_000, hash: 100 }

/**
 * Reads a drive item.
 * https://learn.microsoft.com/en-us/graph/api/resources/driveitem
 */
export function fileItemOf(value: unknown): FileItem {
  const json = isJsonObject(value) ? value : {}
  const item = itemOf(json)
  const { parentReference, fileSystemInfo, file } = json
  const parent = isJsonObject(parentReference) ? parentReference : {}
  const own = isJsonObject(fileSystemInfo) ? fileSystemInfo : {}
  const size = numberIn(json.size)
  const modified = Date.parse(textIn(own.lastModifiedDateTime ?? json.lastModifiedDateTime, 40))
  return {
    id: item.id ?? undefined,
    name: item.name ?? undefined,
    kind: kindOf(json),
    size: Number.isSafeInteger(size) && size >= 0 ? size : undefined,
    modified: Number.isNaN(modified) ? undefined : modified,
    webUrl: item.webUrl ?? undefined,
    eTag: headerText(json.eTag),
    hashes: hashesIn(isJsonObject(file) ? file.hashes : undefined),
    downloadUrl: textIn(json['@microsoft.graph.downloadUrl'], longest.url) || undefined,
    parentId: textIn(parent.id, longest.id) || undefined,
    driveId: textIn(parent.driveId, longest.id) || undefined,
    driveType: textIn(parent.driveType, longest.hash) || undefined,
    target: targetIn(json.remoteItem),
  }
}

function kindOf(json: Record<string, unknown>): FileItem['kind'] {
  if (isJsonObject(json.remoteItem)) return 'shortcut'
  if (isJsonObject(json.package)) return 'package'
  return isJsonObject(json.folder) || isJsonObject(json.root) ? 'folder' : 'file'
}

/** What is sent back in a header: printable ASCII only (RFC 9110 section 8.8.3). */
function headerText(value: unknown): string | undefined {
  const text = textIn(value, longest.eTag)
  return /^[!-~]+( [!-~]+)*$/.test(text) ? text : undefined
}

/** Any may be missing, at least until somebody has downloaded the file. https://learn.microsoft.com/en-us/graph/api/resources/hashes */
function hashesIn(value: unknown): Hashes {
  const hashes: Hashes = {}
  if (!isJsonObject(value)) return hashes
  for (const [name, field] of hashFields) {
    const text = textIn(value[field], longest.hash)
    if (text !== '') hashes[name] = text
  }
  return hashes
}

function targetIn(value: unknown): Target | undefined {
  if (!isJsonObject(value)) return undefined
  return { isFolder: isFolder(itemOf({ remoteItem: value })), webUrl: itemOf(value).webUrl ?? undefined }
}
