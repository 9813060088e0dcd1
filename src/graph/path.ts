import { OdLinkError } from '../errors.ts'
import { homeDirectory } from '../system/home.ts'
import type { NextStep } from '../text/next-step.ts'
import { commandLine } from '../text/shell-quote.ts'

/** A folder's place in a drive: the names from the root down; empty for the root itself. */
export type DrivePath = readonly string[]

type ShowPath = (path: DrivePath) => string

const maxNameLength = 255
const maxPathLength = 400

/**
 * Reads a path as a person types it: with a leading slash or without, doubled and trailing slashes ignored.
 * Names that OneDrive never accepts are refused here, before anything is sent.
 * @throws OdLinkError (usage) that says why.
 */
export function parsePath(text: string): DrivePath {
  refuseRewrittenPath(text)
  const names = text.split('/').filter((name) => name !== '')
  for (const name of names) checkName(name, text)
  return checkLength(names)
}

/**
 * The path of a folder in its parent.
 * @param show how a path is shown in what an error says.
 * @throws OdLinkError (usage) when the name is not one name, or not one that OneDrive accepts.
 */
export function childPath(parent: DrivePath, name: string, show: ShowPath = showPath): DrivePath {
  if (name.includes('/')) {
    throw new OdLinkError('usage', `Expected a name, not a path: "${name}"`, {
      reason: 'invalid-name',
      next: name.startsWith('/') ? separately(parent, name, show) : [withParents([...parent, name], show)],
    })
  }
  checkName(name, show([...parent, name]))
  return checkLength([...parent, name])
}

/** `mkdir /A /B` was meant as two folders, side by side or apart. */
function separately(path: DrivePath, other: string, show: ShowPath): NextStep[] {
  if (path.length === 0)
    return [{ intro: 'For a folder in the root, use one path:', verb: 'mkdir', args: [other] }]
  const names = other.split('/').filter((name) => name !== '')
  const above = show(path.slice(0, -1))
  const areSiblings = above === showPath(names.slice(0, -1))
  const both = areSiblings
    ? { verb: 'mkdir', args: [above, path.at(-1) ?? '', names.at(-1) ?? ''] }
    : { verb: 'mkdir', args: [show(path)], and: { verb: 'mkdir', args: [other] } }
  return [{ intro: 'Names after the first are created inside it. For two folders:', ...both }]
}

function withParents(path: DrivePath, show: ShowPath): NextStep {
  const intro = 'To create its parents as well, use one path:'
  return { intro, verb: 'mkdir', flags: { p: true }, args: [show(path)] }
}

/**
 * A path below a parent, as `find` and lists of paths write it: `a/b`, `./a/b`, `/a/b`, and `.` for the parent itself. Below
 * a folder of the drive, a path of this computer is a copy of its tree, such as a backup of the home directory.
 * @throws OdLinkError (usage) that says why.
 */
export function pathBelow(parent: DrivePath, text: string): DrivePath {
  if (parent.length === 0) refuseHomePath(text)
  return checkLength([...parent, ...parsePath(text.replace(/^(\.\/+)*(\.$)?/, ''))])
}

/** `/a/b`, as od-link prints it. */
export function showPath(path: DrivePath): string {
  return `/${path.join('/')}`
}

/** Whether a name from a server can be one name in a path; nothing else is checked. */
export function isName(text: string): boolean {
  return text.length <= maxPathLength && !/^\.{0,2}$|[/\0-\x1f\x7f]/.test(text)
}

/**
 * The path for a URL, each name encoded by itself.
 * https://learn.microsoft.com/en-us/graph/onedrive-addressing-driveitems
 */
export function encodePath(path: DrivePath): string {
  return path.map(encodeURIComponent).join('/')
}

/** Whether two spellings are one name: OneDrive preserves case and ignores it, and people cannot see Unicode's forms. */
export function sameName(a: string, b: string): boolean {
  return a === b || foldName(a) === foldName(b)
}

/** What all spellings of one name have in common. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase().normalize('NFC')
}

/**
 * Refuses what OneDrive and SharePoint refuse everywhere. The server decides about what only some drives refuse. https://support.microsoft.com/office/64883a5d-228e-48f5-b3d2-eb39e07630fa
 */
function checkName(name: string, path: string): void {
  const reason = refusal(name)
  if (reason === undefined) return
  const meant = withSlashes(path)
  throw new OdLinkError('usage', `OneDrive does not accept the name "${name}": ${reason}.`, {
    reason: 'invalid-name',
    next: [meant ? `OneDrive separates folders with forward slashes: "${meant}"` : 'Choose another name.'],
  })
}

/** What a path with the backslashes of Windows means in OneDrive, if OneDrive accepts that. */
function withSlashes(path: string): string | undefined {
  const meant = path.replace(/^(\.\\)+/, '').replaceAll('\\', '/')
  const names = meant.split('/').filter((name) => name !== '')
  return path.includes('\\') && names.every((name) => refusal(name) === undefined) ? meant : undefined
}

function refusal(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name === '.' || name === '..') return '"." and ".." are not folder names'
  const forbidden = /["*:<>?\\|]/.exec(name)
  if (forbidden) return `it contains "${forbidden[0]}"`
  if (/[\0-\x1f\x7f]/.test(name)) return 'it contains a control character'
  if (!name.isWellFormed()) return 'it is not valid Unicode'
  if (name !== name.trim()) return 'it begins or ends with a space'
  if (name.endsWith('.')) return 'it ends with a dot'
  if (name.startsWith('~$')) return 'it begins with ~$'
  if (/_vti_/i.test(name)) return 'it contains _vti_'
  if (/^(\.lock|desktop\.ini)$/i.test(name)) return 'it is reserved'
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i.test(name)) return 'it is reserved for a device'
  if (name.length > maxNameLength) return `it is longer than ${maxNameLength} characters`
  return undefined
}

function checkLength(path: DrivePath): DrivePath {
  const length = path.join('/').length
  if (length <= maxPathLength) return path
  throw new OdLinkError(
    'usage',
    `The path is ${length} characters long; OneDrive accepts ${maxPathLength}.`,
    { reason: 'invalid-path', next: ['Use shorter names, or fewer levels.'] },
  )
}

/**
 * Git Bash turns /Reports into C:/Program Files/Git/Reports before a program sees it.
 * @throws OdLinkError (usage) for such a path.
 */
export function refuseRewrittenPath(text: string): void {
  if (!/^[A-Za-z]:[\\/]/.test(text)) return
  // Git Bash itself writes forward slashes.
  const hint =
    text[2] === '/'
      ? 'If you typed /…, Git Bash has rewritten it: leave out the leading slash, or set MSYS_NO_PATHCONV=1.'
      : 'Name the folder by its path in OneDrive, such as /Reports/2026.'
  throw new OdLinkError('usage', `"${text}" is a path of this computer, not of the drive.`, {
    reason: 'local-path',
    next: [hint],
  })
}

/**
 * A shell replaces `~/Reports` with /home/ada/Reports before a program sees it.
 * @throws OdLinkError (usage) for a path in the home directory.
 */
export function refuseHomePath(text: string): void {
  if (!text.startsWith('/')) return
  const home = homeDirectory()?.replace(/\/+$/, '')
  if (!home || (text !== home && !text.startsWith(`${home}/`))) return
  const inDrive = text.slice(home.length).replace(/\/+$/, '')
  throw new OdLinkError('usage', `"${text}" is a path of this computer, not of the drive.`, {
    reason: 'local-path',
    next: [
      ...(inDrive ? [{ replacing: [text, inDrive] as const }] : []),
      'If you typed ~, your shell has replaced it with your home directory.',
      `If the drive has this folder, leave out the first slash: ${commandLine([text.slice(1)]) ?? text.slice(1)}`,
    ],
  })
}
