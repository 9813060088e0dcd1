import { OdLinkError } from '../../errors.ts'
import { means } from '../error-codes.ts'
import { graphFailure } from '../errors.ts'
import { sameName } from '../path.ts'
import { isWebAddress, type Place, parentOf, placeBelow, showPlace } from '../place.ts'
import type { UploadConflict } from '../transfer/upload.ts'
import type { At } from './access.ts'
import type { Destination } from './destination.ts'
import { type FileItem, fileItemOf } from './file-item.ts'
import { type Found, findItem, lookUp } from './find.ts'

/** An item, and where it is. */
export interface Movable {
  at: At
  item: FileItem
}

/** Reads the item that is to be moved. @throws OdLinkError (usage) for the root of a drive. */
export async function findMovable({ access, place }: At): Promise<Movable> {
  refuseStart(place, 'move')
  const found = await findItem(access.graph(), place)
  refuseTarget(found, place, 'move')
  return { at: { access, place: found.place }, item: found.item }
}

/**
 * Refuses to change what a path starts from: the root of a drive, or the folder of a saved one. The address of an item names
 * that item, so it may be changed.
 * @param what would be done to it, as in `move`.
 */
export function refuseStart(place: Place, what: string): void {
  const isNamed = place.path.length > 0 || (isWebAddress(place.prefix) && !place.isTarget)
  if (!isNamed) throw rootRefused(place, what)
}

/** The same once it was read. What a shortcut stands for is not changed by the shortcut's name. */
export function refuseTarget({ place: there, answer }: Found, place: Place, what: string): void {
  const isStart = there.path.length === 0 && (there !== place || answer.json?.root !== undefined)
  if (isStart) throw rootRefused(place, what)
}

function rootRefused(place: Place, what: string): OdLinkError {
  const shown = place.prefix === '' ? 'The root of the drive' : `"${place.prefix}"`
  return new OdLinkError('usage', `${shown} cannot be ${what}d.`, {
    reason: 'invalid-path',
    next: ['Name something in it.'],
  })
}

/**
 * Moves or renames an item within its drive. Its modification time, which a move would reset, is sent along.
 * https://learn.microsoft.com/en-us/graph/api/driveitem-move
 * @returns the item, and where it is now.
 * @throws OdLinkError (usage) into itself or another drive, (taken) when the name is taken.
 */
export async function moveItem(
  { at, item }: Movable,
  destination: Destination,
  onConflict: UploadConflict,
): Promise<{ place: Place; item: FileItem }> {
  const { access, place } = at
  const name = place.path.at(-1) ?? item.name ?? ''
  const isRename = 'file' in destination
  // The address of a file has that name, and says nothing of the folder that it is in.
  if (isRename && destination.file.path.length === 0) throw taken(destination.file, item)
  // `mv /report /Report` finds the item itself.
  const isItself = 'folder' in destination && isSamePlace(destination.folder, place)
  const folder = isRename
    ? parentOf(destination.file)
    : isItself
      ? parentOf(destination.folder)
      : destination.folder
  const newName = isRename
    ? destination.file.path.at(-1)
    : isItself
      ? destination.folder.path.at(-1)
      : (item.name ?? name)
  if (isInside(folder, place)) throw intoItself(place)
  // As with `mv`, nothing but a file takes the place of something: what a folder would replace, nobody says.
  const behavior = onConflict === 'replace' && item.kind !== 'file' ? 'fail' : onConflict
  const graph = access.graph()
  const isStay = isSamePlace(folder, parentOf(place))
  const parent = isStay ? undefined : await parentFor(graph, folder, item, place)
  const time = item.modified === undefined ? undefined : new Date(item.modified).toISOString()
  const answer = await graph.send(
    {
      method: 'PATCH',
      path: `${place.drive}/items/${encodeURIComponent(item.id ?? '')}?@microsoft.graph.conflictBehavior=${behavior}`,
      body: {
        name: newName,
        ...(parent === undefined ? {} : { parentReference: { id: parent } }),
        ...(time && item.kind === 'file' ? { fileSystemInfo: { lastModifiedDateTime: time } } : {}),
      },
      // Under `rename`, a second move would give it another number.
      mayRepeat: (outcome) => onConflict !== 'rename' || !(outcome instanceof Error),
    },
    async () => {
      // After a lost answer: it may have moved.
      const { item: found, answer } = await lookUp(graph, placeBelow(folder, [newName ?? name]))
      return found?.id === item.id ? answer : undefined
    },
  )
  const to = placeBelow(folder, [newName ?? name])
  if (means(answer, 'taken') && answer.status >= 400) throw taken(to, item)
  if (answer.status >= 300) throw graphFailure(answer, `Moving "${showPlace(place)}"`)
  const moved = fileItemOf(answer.json)
  return { place: moved.name === undefined ? to : placeBelow(folder, [moved.name]), item: moved }
}

/** The ID of the new parent: `root` is not accepted in its place. @throws OdLinkError (usage) for one in another drive. */
async function parentFor(
  graph: ReturnType<At['access']['graph']>,
  folder: Place,
  item: FileItem,
  place: Place,
): Promise<string> {
  const { item: found } = await findItem(graph, folder)
  const drives = [found.driveId, item.driveId].map((id) => id?.toLowerCase().replace(/^0+/, ''))
  const isOther =
    drives[0] !== undefined && drives[1] !== undefined
      ? drives[0] !== drives[1]
      : folder.drive !== place.drive
  if (isOther || found.id === undefined) throw otherDrive(place, folder)
  return found.id
}

function isSamePlace(one: Place, other: Place): boolean {
  return one.path.length === other.path.length && isInside(one, other)
}

/** Whether a place is at or below another one, as far as their paths say. */
function isInside(one: Place, other: Place): boolean {
  if (one.drive !== other.drive || one.item !== other.item) return false
  return other.path.every((name, index) => sameName(name, one.path[index] ?? ''))
}

function intoItself(place: Place): OdLinkError {
  return new OdLinkError('usage', `"${showPlace(place)}" cannot be moved into itself.`, {
    reason: 'invalid-path',
    next: ['Name another folder.'],
  })
}

/** Graph moves within a drive only; between drives it copies, and not between all kinds. */
function otherDrive(place: Place, folder: Place): OdLinkError {
  const name = place.path.at(-1) ?? 'FILE'
  return new OdLinkError(
    'usage',
    `"${showPlace(place)}" is in another drive, and Microsoft Graph does not move items between drives.`,
    {
      reason: 'refused-request',
      next: [
        {
          intro: 'To copy a file by way of this computer, and remove it afterwards with od-link rm:',
          verb: 'download',
          args: [showPlace(place), name],
          and: { verb: 'upload', args: [name, showPlace(folder).replace(/\/?$/, '/')] },
        },
        'Within SharePoint, Graph copies by itself: POST …/copy with od-link api.',
      ],
    },
  )
}

function taken(place: Place, { kind }: FileItem): OdLinkError {
  return new OdLinkError('taken', `The name is taken: "${showPlace(place)}" already exists.`, {
    reason: 'name-taken',
    next: [
      ...(kind === 'file'
        ? [{ intro: 'To replace the existing file:', flags: { 'on-conflict': 'replace' } }]
        : []),
      { intro: 'To keep both:', flags: { 'on-conflict': 'rename' } },
    ],
  })
}
