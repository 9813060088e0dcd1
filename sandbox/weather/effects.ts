import { STATUS_CODES } from 'node:http'
import { noteRefusal } from '../graph/bearer.ts'
import { errorReply } from '../graph/replies.ts'
import { errorReply as identityErrorReply } from '../identity/replies.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { errorOfStatus, GraphError } from '../state/graph-error.ts'
import type { Effect } from '../state/weather.ts'
import type { World } from '../state/world.ts'
import { findRefusal, type NamedRefusal } from './named-refusals.ts'

/** The answer that a weather effect sends instead of the real one. */
export function weatherReply(world: World, incoming: Incoming, effect: Effect & { status: number }): Reply {
  const { status, body, contentType, headers = {}, refusal } = effect
  if (status === 401) noteRefusal(world, incoming)
  const reply =
    refusal !== undefined
      ? named(world, incoming, findRefusal(refusal))
      : body === undefined
        ? usual(world, incoming, status)
        : written(status, body)
  if (contentType !== undefined) reply.headers = { ...reply.headers, 'content-type': contentType }
  for (const [name, value] of Object.entries(headers))
    reply.headers = { ...reply.headers, [name.toLowerCase()]: value }
  return reply
}

function named(world: World, incoming: Incoming, { error, claims }: NamedRefusal): Reply {
  if (error instanceof GraphError) return errorReply(error, incoming, world)
  const reply = identityErrorReply(error, incoming, world)
  if (claims === undefined) return reply
  return { ...reply, body: JSON.stringify({ ...JSON.parse(String(reply.body)), claims }) }
}

/** What the real service sends with that status: Graph and its upload hosts an error object, the login host plain text. */
function usual(world: World, incoming: Incoming, status: number): Reply {
  if (['graph', 'content'].includes(incoming.entry.kind) && status >= 400)
    return errorReply(errorOfStatus(status), incoming, world)
  return { status, headers: { 'content-type': 'text/plain' }, body: STATUS_CODES[status] ?? String(status) }
}

function written(status: number, body: unknown): Reply {
  return typeof body === 'string'
    ? { status, headers: { 'content-type': 'text/plain' }, body }
    : { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
