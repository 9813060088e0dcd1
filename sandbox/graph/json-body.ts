import { type Incoming, mediaType } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'

/** The JSON object of a request. @throws GraphError for any other body. */
export function readJsonBody(incoming: Incoming): Record<string, unknown> {
  if (mediaType(incoming) !== 'application/json') throw refusals.unsupportedMediaType()
  let body: unknown
  try {
    body = JSON.parse(incoming.body.toString('utf8'))
  } catch {
    throw refusals.badRequest(
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    )
  }
  if (!isObject(body)) throw refusals.badRequest('Empty Payload. JSON content expected.')
  return body
}

/** The JSON object of a request that needs none: empty if there is no body. @throws GraphError */
export function readOptionalBody(incoming: Incoming): Record<string, unknown> {
  return incoming.body.length === 0 ? {} : readJsonBody(incoming)
}

/** Whether a JSON value is an object, and not an array or null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
