import type { Incoming, Reply } from '../server/messages.ts'
import type { GraphError } from '../state/graph-error.ts'
import type { World } from '../state/world.ts'

/** The answer for an error. */
export function errorReply(error: GraphError, incoming: Incoming, world: World): Reply {
  const reply = graphJson(incoming, world, error.status, {
    error: {
      code: error.code,
      message: error.message,
      innerError: {
        ...(error.inner === undefined ? {} : { code: error.inner }),
        date: new Date(world.now()).toISOString().replace(/\.\d+Z$/, ''),
        'request-id': incoming.id,
        'client-request-id': incoming.clientRequestId,
      },
    },
  })
  return { ...reply, headers: { ...reply.headers, ...error.headers } }
}

/** A JSON answer of Graph, chunked and with the headers it always carries. Source: onedrive-api-docs#1455. */
export function graphJson(incoming: Incoming, world: World, status: number, body: unknown): Reply {
  return {
    status,
    headers: {
      'content-type':
        'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
      'transfer-encoding': 'chunked',
      vary: 'Accept-Encoding',
      'odata-version': '4.0',
      ...graphHeaders(incoming, world),
    },
    body: JSON.stringify(body),
  }
}

/** The headers that Microsoft's support asks for. */
export function graphHeaders(incoming: Incoming, world: World): Record<string, string> {
  return {
    'cache-control': 'private',
    'request-id': incoming.id,
    'client-request-id': incoming.clientRequestId,
    'x-ms-ags-diagnostic': JSON.stringify({
      ServerInfo: { DataCenter: 'Sandbox', ScaleUnit: new URL(world.origins.own).port },
    }),
  }
}
