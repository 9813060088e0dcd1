import { randomBytes } from 'node:crypto'
import { cloudOfGraph } from '../../identity/clouds.ts'
import { itemOf } from '../item.ts'
import { isPathIgnored, type Place, placeAddress, placeBelow } from '../place.ts'
import type { Graph } from '../request.ts'

/**
 * Whether what lies in a folder has to be addressed by keys, since the cloud ignores a path after an ID. China's cloud does;
 * a Graph that OD_LINK_GRAPH_HOST named is asked, with a name that nothing has. rclone/rclone#3973
 */
export async function needsKeys(graph: Graph, folder: Place, graphOrigin: string): Promise<boolean> {
  if (folder.item === undefined) return false
  const cloud = cloudOfGraph(graphOrigin)
  if (cloud !== undefined) return cloud === 'china'
  const nothing = placeBelow({ ...folder, path: [] }, [`od-link-${randomBytes(6).toString('hex')}`])
  const { status, json } = await graph.send({ method: 'GET', path: `${placeAddress(nothing)}?$select=id` })
  return status === 200 && isPathIgnored(nothing, itemOf(json))
}
