import { OdLinkError } from '../../errors.ts'
import { means } from '../error-codes.ts'
import { graphFailure } from '../errors.ts'
import { showPlace } from '../place.ts'
import type { At } from './access.ts'
import type { FileItem } from './file-item.ts'
import { findItem } from './find.ts'
import { refuseStart, refuseTarget } from './move.ts'

/**
 * Puts an item into the recycle bin of its drive. A shortcut goes alone: what it stands for stays.
 * https://learn.microsoft.com/en-us/graph/api/driveitem-delete
 * @param recursive whether it may be a folder.
 * @throws OdLinkError (usage) for a folder that it may not be, and for the root.
 */
export async function removeItem({ access, place }: At, recursive: boolean): Promise<FileItem> {
  refuseStart(place, 'remove')
  const graph = access.graph()
  const found = await findItem(graph, place)
  const { item, place: there } = found
  refuseTarget(found, place, 'remove')
  if ((item.kind === 'folder' || item.kind === 'package') && !recursive) {
    throw new OdLinkError('usage', `"${showPlace(place)}" is a folder.`, {
      reason: 'not-a-file',
      next: [{ intro: 'To remove it with everything in it:', flags: { recursive: true } }],
    })
  }
  const path = `${there.drive}/items/${encodeURIComponent(item.id ?? '')}`
  // What is removed is what was looked at. A folder's tag says nothing of what is in it.
  const headers: Record<string, string> = item.kind === 'file' && item.eTag ? { 'if-match': item.eTag } : {}
  const answer = await graph.send({ method: 'DELETE', path, headers }, async () => {
    const found = await graph.send({ method: 'GET', path: `${path}?$select=id` })
    return means(found, 'notFound') ? found : undefined
  })
  // Gone after an attempt whose answer was lost: that one has removed it.
  const isGone = answer.status < 300 || (answer.repeated && means(answer, 'notFound'))
  if (isGone) return item
  throw graphFailure(answer, `Removing "${showPlace(place)}"`)
}
