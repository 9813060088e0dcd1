import type { Incoming, Reply } from '../server/messages.ts'
import type { ConflictBehavior } from '../state/conflict-behavior.ts'
import type { Drive } from '../state/drive.ts'
import { GraphError, refusals } from '../state/graph-error.ts'
import { type Folder, type Item, isFolder, withDescendants } from '../state/items.ts'
import type { World } from '../state/world.ts'
import { conflictProperty, freeName, readConflict, refuseSimilarName, refuseWhenFull } from './conflict.ts'
import { isObject, readOptionalBody } from './json-body.ts'
import { graphHeaders, graphJson } from './replies.ts'
import { type DriveRequest, requireItem, requireWithin, requireWrite } from './request.ts'
import { readSignedUrl, signedUrl } from './signed-url.ts'
import { newName, newParent } from './update.ts'

/** Source: microsoft-graph-docs-contrib, api/driveitem-copy. */
const mostItems = 30_000

const day = 86_400_000

interface Wanted {
  from: Item
  of: Drive
  to: { drive: Drive; folder: Folder }
  name: string
  conflict: ConflictBehavior
  childrenOnly: boolean
}

/**
 * `POST …/copy`: 202, and a monitor to ask for the outcome; a name conflict is told there. The conflict behavior is read
 * from the address, and personal drives know none. Dates, versions and permissions are not copied. Source:
 * microsoft-graph-docs-contrib, api/driveitem-copy.
 */
export function copyItem(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, options } = request
  const from = requireItem(request)
  const body = readOptionalBody(incoming)
  const sent = readConflict(world, incoming, options.conflict ?? body[conflictProperty])
  const to = targetOf(world, request, body.parentReference)
  const wanted: Wanted = {
    from,
    of: drive,
    to,
    name: newName(body.name) ?? from.name,
    conflict: to.drive.owner.kind === 'personal' ? 'fail' : (sent ?? 'fail'),
    childrenOnly: body.childrenOnly === true,
  }
  if (wanted.childrenOnly && !isFolder(from)) throw refusals.invalidRequest('A file has no children to copy.')
  const { id } = world.copies.add(outcomeOf(world, wanted))
  const location = signedUrl(world, drive, { purpose: 'monitor', id, until: world.now() + day })
  return { status: 202, headers: { ...graphHeaders(incoming, world), location } }
}

/** The folder to copy to, in the same drive or in another one. @throws GraphError */
function targetOf(world: World, request: DriveRequest, sent: unknown): Wanted['to'] {
  const { drive, confinedTo } = request
  const driveId = isObject(sent) && typeof sent.driveId === 'string' ? sent.driveId.toLowerCase() : undefined
  const other = driveId === undefined ? drive : world.drives.get(driveId)
  if (!other) throw refusals.itemNotFound()
  const folder = newParent(other, sent) ?? requireItem(request).parent
  if (!folder) throw refusals.invalidRequest('The root of a drive can only be copied into another folder.')
  requireWithin(confinedTo, folder)
  requireWrite(world.acting && world.rights.roleAt(world.acting, other, folder))
  return { drive: other, folder }
}

function outcomeOf(world: World, wanted: Wanted) {
  try {
    return { resourceId: carryOut(world, wanted).id }
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    return { error: { code: error.inner ?? error.code, message: error.message } }
  }
}

function carryOut(world: World, { from, of, to, name, conflict, childrenOnly }: Wanted): Item {
  const { drive, folder } = to
  // Nothing goes between work and personal drives, and only the monitor says so. Source: rclone, backend/onedrive.
  if (drive.owner.kind !== of.owner.kind) throw refusals.accessDenied()
  if ([...withDescendants(from)].length > mostItems)
    throw refusals.invalidRequest(
      `A copy may have at most ${mostItems} items.`,
      'totalAffectedItemCountExceeded',
    )
  refuseWhenFull(world, drive, from.size)
  if (!childrenOnly) return place(drive, folder, { from: snapshotOf(from), name, conflict })
  for (const child of snapshotOf(from).children ?? [])
    place(drive, folder, { from: child, name: child.name, conflict })
  return folder
}

/** What is copied, as it was before the copy changed anything: the target may be inside of it. */
interface Snapshot {
  name: string
  content?: Buffer
  children?: Snapshot[]
}

function snapshotOf({ name, content, children }: Item): Snapshot {
  return {
    name,
    ...(content ? { content } : {}),
    ...(children ? { children: [...children.values()].map(snapshotOf) } : {}),
  }
}

function place(
  drive: Drive,
  folder: Folder,
  { from, name, conflict }: { from: Snapshot; name: string; conflict: ConflictBehavior },
): Item {
  const other = drive.child(folder, name)
  if (!other) refuseSimilarName(drive, folder, name)
  else if (conflict === 'fail') throw refusals.nameAlreadyExists()
  else if (conflict === 'replace') {
    // For files alone. Source: the same page.
    if (isFolder(other) || !from.content) throw refusals.nameAlreadyExists()
    drive.overwrite(other, from.content)
    return other
  }
  const made = drive.add(folder, other ? freeName(drive, folder, name, !from.content) : name, from.content)
  if (isFolder(made))
    for (const child of from.children ?? [])
      place(drive, made, { from: child, name: child.name, conflict: 'fail' })
  return made
}

/**
 * `GET` of a monitor: no token, and not on Graph's host. The status tells, not the code. Source:
 * microsoft-graph-docs-contrib, concepts/long-running-actions-overview.
 */
export function answerMonitor(world: World, incoming: Incoming): Reply {
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') throw refusals.methodNotAllowed()
  const copy = world.copies.find(readSignedUrl(world, incoming, 'monitor'))
  if (!copy) throw refusals.itemNotFound()
  const { copyPolls } = world.settings
  if (copy.asked++ < copyPolls) {
    const percentageComplete = Math.round((1000 * copy.asked) / (copyPolls + 1)) / 10
    return graphJson(incoming, world, 202, {
      operation: 'itemCopy',
      percentageComplete,
      status: 'inProgress',
    })
  }
  const { error, resourceId } = copy
  if (error) return graphJson(incoming, world, 202, { error, status: 'failed' })
  return graphJson(incoming, world, 202, { percentageComplete: 100, resourceId, status: 'completed' })
}
