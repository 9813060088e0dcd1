import { type GraphError, refusals } from './graph-error.ts'
import type { AccountKind } from './users.ts'

/**
 * The names that OneDrive refuses: "Restrictions and limitations in OneDrive and SharePoint" (Microsoft
 * support), with the error codes of microsoft-graph-docs-contrib, concepts/errors.
 */
const forbidden = /["*:<>?/\\|\u0000-\u001f\u007f]/
/** Lone surrogates: they have no UTF-8 form, so the item could have no URL. */
const loneSurrogate = /\p{Surrogate}/u
const reserved = /^(\.lock|desktop\.ini|(con|prn|aux|nul|com\d|lpt\d)(\..*)?)$/i
const longestName = 255
const longestPath = 400

const refuse = (message: string, inner: string): GraphError => refusals.invalidRequest(message, inner)

export interface Place {
  kind: AccountKind
  /** Whether the item is at the top of the drive. */
  atTop: boolean
  isFolder: boolean
  /** The decoded path of the parent, without a trailing slash. */
  parentPath: string
  /** The library's path, which counts towards the length limit on a work drive. */
  libraryPath: string
}

/** @throws GraphError for a name that is not allowed there. */
export function checkName(name: string, place: Place): void {
  if (name === '') throw refuse('The name in the provided request is missing or empty.', 'invalidPath')
  if (forbidden.test(name) || loneSurrogate.test(name)) {
    throw refuse('The provided name cannot contain a reserved character.', 'nameContainsInvalidCharacters')
  }
  if (name !== name.trim() || name.endsWith('.')) {
    throw refuse(
      'The provided name begins or ends with a character that is not allowed there.',
      'nameContainsInvalidCharacters',
    )
  }
  if (reserved.test(name) || /_vti_/i.test(name) || name.startsWith('~$')) {
    throw refuse('The provided name is reserved.', 'invalidPath')
  }
  if (place.kind === 'work' && place.isFolder && name.startsWith('~')) {
    throw refuse('The name of a folder cannot begin with a tilde.', 'invalidPath')
  }
  // Source: rclone/rclone#7910.
  if (place.kind === 'work' && place.atTop && name.toLowerCase() === 'forms') {
    throw refuse('Name is reserved for list forms folder', 'invalidPath')
  }
  if (
    name.length > longestName ||
    place.libraryPath.length + place.parentPath.length + 1 + name.length > longestPath
  ) {
    throw refuse('The path or the name is too long.', 'pathIsTooLong')
  }
}

/**
 * The key of a name in its folder: case is preserved but ignored, and canonically equivalent spellings are
 * equal. Sources: onedrive-api-docs, concepts/case-sensitivity; onedrive-api-docs#351.
 */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase().normalize('NFC')
}

const letters: Record<string, string> = { æ: 'ae', œ: 'oe', ß: 'ss', ø: 'o' }

/**
 * The key of a name on a drive where similar names conflict: SharePoint and the older personal drives compare by
 * collations that do not see pictographs, and see a ligature as its letters. Sources: onedrive-api-docs#856, #977.
 */
export function foldSimilar(name: string): string {
  return foldName(name.normalize('NFKC'))
    .replace(/[\u{10000}-\u{10ffff}]|\u200d|\ufe0f|\p{Extended_Pictographic}/gu, '')
    .replace(/[æœßø]/g, (letter) => letters[letter] ?? letter)
}
