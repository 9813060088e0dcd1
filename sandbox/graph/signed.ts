import type { Incoming, Reply } from '../server/messages.ts'
import { GraphError } from '../state/graph-error.ts'
import type { World } from '../state/world.ts'
import { answerMonitor } from './copy.ts'
import { download } from './download.ts'
import { errorReply } from './replies.ts'
import { purposeOf } from './signed-url.ts'
import { answerUpload } from './upload-range.ts'

/** Answers a request to a pre-signed URL. */
export function answerSigned(world: World, incoming: Incoming): Reply {
  try {
    const purpose = purposeOf(incoming.path)
    if (purpose === 'upload') return answerUpload(world, incoming)
    return purpose === 'monitor' ? answerMonitor(world, incoming) : download(world, incoming)
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    return errorReply(error, incoming, world)
  }
}
