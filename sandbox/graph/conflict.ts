import type { Incoming } from '../server/messages.ts'
import { behaviors, type ConflictBehavior } from '../state/conflict-behavior.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import type { Folder } from '../state/items.ts'
import type { Place } from '../state/upload-sessions.ts'
import type { World } from '../state/world.ts'

/** The property's name in a body or URL. Source: microsoft-graph-docs-contrib, resources/driveitem. */
export const conflictProperty = '@microsoft.graph.conflictBehavior'

/** Reads a conflictBehavior if one was sent. @throws GraphError for an unknown one. */
export function readConflict(world: World, incoming: Incoming, sent: unknown): ConflictBehavior | undefined {
  if (sent === undefined) return undefined
  const known = behaviors.find((behavior) => behavior === sent)
  if (known) return known
  world.score.report('unknownConflictBehavior', incoming)
  throw refusals.invalidRequest(`The value of '${conflictProperty}' is not valid.`)
}

/**
 * Adds a number after a space, before the extension of a file: "New Folder 1". Source: onedrive-api-docs#391.
 */
export function freeName(drive: Drive, parent: Folder, name: string, isFolder: boolean): string {
  const dot = isFolder ? -1 : name.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  for (let number = 1; ; number++) {
    const candidate = `${stem} ${number}${extension}`
    if (!drive.child(parent, candidate)) return candidate
  }
}

/** @throws GraphError 409 for a new name that only looks different from an existing one; see `Moods`. */
export function refuseSimilarName(drive: Drive, parent: Folder, name: string): void {
  if (drive.similar(parent, name)) throw refusals.similarName(drive.owner.kind)
}

/**
 * On a work drive an unfinished upload session has the name of its file, whatever the conflictBehavior, until it is
 * finished, cancelled or over. Sources: onedrive-api-docs#747, #772; microsoft-graph-docs#17631.
 * @throws GraphError 409
 */
export function refuseWhileUploaded(world: World, place: Place): void {
  const { kind } = place.drive.owner
  if (kind === 'work' && world.uploads.holdsName(place, world.now())) throw refusals.beingUploaded()
}

/** A drive over its quota accepts no new folders either. Source: onedrive-api-docs, resources/quota. */
export function refuseWhenFull(world: World, drive: Drive, more = 0): void {
  if (world.settings.quotaFull || drive.used >= drive.total || drive.used + more > drive.total) {
    throw refusals.quotaLimitReached()
  }
}
