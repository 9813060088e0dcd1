import { randomBytes } from 'node:crypto'
import { OdLinkError } from '../../errors.ts'
import { addressOf } from '../drive.ts'
import { graphFailure } from '../errors.ts'
import { type Place, placeBelow } from '../place.ts'
import type { Graph } from '../request.ts'
import { askSigned, readSigned } from '../transfer/signed-url.ts'

/**
 * Whether the person may write in a folder, without writing anything: an upload session is opened for a name that nobody
 * has, and cancelled. Nothing exists before its last byte, and no other request says it: lists of permissions show only
 * what their owner may see. https://learn.microsoft.com/en-us/graph/api/driveitem-createuploadsession
 * @returns undefined when that is not known, with the reason in words.
 */
export async function mayWrite(
  graph: Graph,
  folder: Place,
  graphOrigin: string,
): Promise<{ mayWrite: boolean } | { unknown: string }> {
  const place = placeBelow(folder, [`od-link-${randomBytes(6).toString('hex')}.tmp`])
  const asked = graph.send({
    method: 'POST',
    path: `${await addressOf(graph, place)}/createUploadSession`,
    body: { item: { '@microsoft.graph.conflictBehavior': 'fail' } },
  })
  const answer = await asked.catch((error: unknown) => {
    // The place is found, whether this is known or not.
    if (error instanceof OdLinkError && ['service', 'network'].includes(error.kind)) return error
    throw error
  })
  if (answer instanceof OdLinkError) return { unknown: answer.message }
  if (answer.status === 403) return { mayWrite: false }
  if (answer.status !== 200)
    return { unknown: graphFailure(answer, 'Asking whether it can be written to').message }
  try {
    await askSigned('DELETE', readSigned(answer.json?.uploadUrl, graphOrigin), { timeoutMs: 5_000 })
  } catch {
    // It expires by itself.
  }
  return { mayWrite: true }
}
