import type { DriveItem } from '@microsoft/microsoft-graph-types'
import type { GraphAnswer } from './answer.ts'
import { means } from './error-codes.ts'
import { type Place, showPlace } from './place.ts'

/*
 * A shortcut ("Add to my files") is an item that stands for a folder of another drive. The folder can only be reached
 * there: through the shortcut's own path, work drives answer 404 and personal ones 400.
 * https://learn.microsoft.com/en-us/onedrive/developer/rest-api/resources/remoteitem
 */

/** Lists leave shortcuts out unless this is asked for. OneDrive/onedrive-api-docs#1427 */
export const withShortcuts = { prefer: 'Include-Feature=AddToOneDrive' } as const

/** A path may lead through a shortcut to a folder with another one; more than these are a circle. */
export const mostShortcuts = 5

/**
 * The folder that a shortcut stands for, shown by the shortcut's own path.
 * @param place of the shortcut.
 * @returns undefined for an item that is no shortcut, or one without the IDs of its target.
 */
export function targetOf(place: Place, { remoteItem }: DriveItem): Place | undefined {
  const { id, parentReference } = remoteItem ?? {}
  if (!id || !parentReference?.driveId) return undefined
  const drive = `/drives/${encodeURIComponent(parentReference.driveId)}`
  return { drive, item: id, path: [], prefix: showPlace(place) }
}

/** Whether a shortcut's target is gone, as far as the shortcut itself says: nothing tells what it was. */
export function isDangling({ remoteItem }: DriveItem): boolean {
  return remoteItem != null && !remoteItem.folder && !remoteItem.file && !remoteItem.package
}

/** Whether a refusal may come from a shortcut on the way. */
export function mayBeShortcut(answer: GraphAnswer): boolean {
  return means(answer, 'notFound', 'shortcut')
}
