import type { Incoming, Reply } from '../server/messages.ts'
import { type IdentityError, timestamp } from '../state/identity-error.ts'
import type { World } from '../state/world.ts'

/** `AADSTSn: text Trace ID: … Correlation ID: … Timestamp: …`, separated by spaces since 2024. */
export function describe(error: IdentityError, incoming: Incoming, now: number): string {
  const prefix = error.code === undefined ? '' : `AADSTS${error.code}: `
  return `${prefix}${error.text} Trace ID: ${incoming.id} Correlation ID: ${incoming.clientRequestId} Timestamp: ${timestamp(now)}`
}

/** The status of an error, where it is not 400. */
const statuses: Record<string, number> = { invalid_client: 401, not_in_sandbox: 501 }

/** The JSON body of an error, and its status. */
export function errorReply(error: IdentityError, incoming: Incoming, world: World): Reply {
  const now = world.now()
  return identityJson(incoming, statuses[error.error] ?? 400, {
    error: error.error,
    error_description: describe(error, incoming, now),
    ...(error.code === undefined ? {} : { error_codes: [error.code] }),
    timestamp: timestamp(now),
    trace_id: incoming.id,
    correlation_id: incoming.clientRequestId,
    ...(error.code === undefined ? {} : { error_uri: `${world.origins.authority}/error?code=${error.code}` }),
    ...(error.suberror === undefined ? {} : { suberror: error.suberror }),
  })
}

/** An answer of the identity platform with the headers it always carries. */
export function identityJson(incoming: Incoming, status: number, body: unknown): Reply {
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store, no-cache',
      pragma: 'no-cache',
      expires: '-1',
      'x-content-type-options': 'nosniff',
      'x-ms-request-id': incoming.id,
      'x-ms-ests-server': '2.1.0 - SANDBOX ProdSlices',
      'client-request-id': incoming.clientRequestId,
    },
    body: JSON.stringify(body),
  }
}
