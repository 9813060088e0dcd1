import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { errorReply } from './graph/replies.ts'
import { purposeOf } from './graph/signed-url.ts'
import { isContent, largestContent } from './graph/upload.ts'
import { largestRange } from './graph/upload-range.ts'
import { type Route, route } from './routes.ts'
import { forOtherSites, preflightReply } from './server/cors.ts'
import { MalformedForm } from './server/forms.ts'
import { type Incoming, json, type Reply, readBody } from './server/messages.ts'
import { compressed, send, sendHalf, sendTruncated } from './server/send.ts'
import { refusals } from './state/graph-error.ts'
import { type LogEntry, shortenSecrets } from './state/log.ts'
import type { Effect } from './state/weather.ts'
import type { World } from './state/world.ts'
import { weatherReply } from './weather/effects.ts'

/**
 * Serves one request: checks it, finds its handler, applies the weather, answers, and records it in log and
 * score.
 */
export async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await readBody(request, largestOf(request))
    const refusal = refuseForeignHost(world, request)
    if (refusal) return send(response, refusal, world.now())
    const { incoming, target } = understand(world, request, body ?? Buffer.alloc(0))
    if (!body) send(response, bodyTooLarge(world, incoming), world.now())
    else if (target.isInternal) send(response, await target.answer(world, incoming), world.now())
    else await serveMicrosoft(world, incoming, target, response)
  } catch (error) {
    if (response.headersSent || response.destroyed) response.destroy()
    else if (error instanceof MalformedForm) send(response, json(400, { error: error.message }), world.now())
    else
      send(
        response,
        json(500, { error: `Internal error in the sandbox: ${(error as Error).stack}` }),
        world.now(),
      )
  }
}

/** Files and ranges of files may be larger than any other body. */
function largestOf({ method, url = '' }: IncomingMessage): number | undefined {
  if (method !== 'PUT') return undefined
  if (purposeOf(url) === 'upload') return largestRange
  return isContent(url) ? largestContent : undefined
}

function refuseForeignHost(world: World, request: IncomingMessage): Reply | undefined {
  // DNS rebinding: a foreign page whose name resolves to this machine is recognized by its Host header.
  if (world.addresses.at(request.headers.host ?? '') === undefined) {
    return json(400, { error: 'The Host header must name this machine and this port.' })
  }
  return undefined
}

function bodyTooLarge(world: World, incoming: Incoming): Reply {
  const { kind } = incoming.entry
  return kind === 'graph' || kind === 'content'
    ? errorReply(refusals.bodyTooLarge(), incoming, world)
    : json(413, { error: 'The body is too large.' })
}

function understand(
  world: World,
  request: IncomingMessage,
  body: Buffer,
): { incoming: Incoming; target: Route } {
  const { method = 'GET', url = '/', headers } = request
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const query = mark < 0 ? '' : url.slice(mark + 1)
  const target = route(path, world.addresses.at(headers.host ?? ''), world.origins)
  const isForm = target.kind !== 'graph' && target.kind !== 'content'
  const sent = sentRequestId(headers['client-request-id'], isForm ? `${query}&${body}` : '')
  const incoming: Incoming = {
    method,
    path,
    query,
    headers,
    body,
    id: randomUUID(),
    clientRequestId: sent ?? randomUUID(),
    entry: {
      time: new Date(world.now()).toISOString(),
      method,
      path: shortenSecrets(path, query),
      status: null,
      kind: target.kind,
      ...(headers['user-agent'] === undefined ? {} : { userAgent: headers['user-agent'] }),
      ...(sent === undefined ? {} : { clientRequestId: sent }),
    },
  }
  return { incoming, target }
}

/** msal-js sends its request id as a field of the form. Source: msal-common, AADServerParamKeys.ts. */
function sentRequestId(header: string | string[] | undefined, fields: string): string | undefined {
  const sent = header ?? /(?:^|&)client-request-id=([^&]*)/.exec(fields)?.[1]
  return typeof sent === 'string' && /^[\w-]{1,64}$/.test(sent) ? sent : undefined
}

/**
 * What Microsoft opens to scripts on other sites: single-page applications redeem their codes, check the keys and call Graph
 * from a browser. Source: entra-docs, identity-platform/v2-oauth2-auth-code-flow.
 */
const openToOtherSites: LogEntry['kind'][] = ['discovery', 'keys', 'token', 'graph', 'content']

async function serveMicrosoft(
  world: World,
  incoming: Incoming,
  target: Route,
  response: ServerResponse,
): Promise<void> {
  const { entry } = incoming
  world.log.add(entry)
  world.score.arrived(incoming, Date.now())
  const effect: Effect = world.weather.take(incoming) ?? {}
  if (Object.keys(effect).length > 0) entry.weather = true
  const delay = world.settings.latencyMs + (effect.delayMs ?? 0)
  if (delay > 0) await wait(delay, undefined, { ref: false })
  if (effect.reset) {
    entry.status = 'reset'
    response.destroy()
    return
  }
  if (effect.hang === 'headers') {
    entry.status = 'hanging'
    return
  }
  const { status } = effect
  const isOpen = openToOtherSites.includes(target.kind)
  const answer = () => (isOpen && preflightReply(incoming)) || target.answer(world, incoming)
  const work = status === undefined || effect.after ? await answer() : undefined
  const reply = status === undefined ? work : weatherReply(world, incoming, { ...effect, status })
  if (!reply || effect.lost) {
    entry.status = 'lost'
    response.destroy()
    return
  }
  entry.status = reply.status
  world.score.answered(incoming, reply, Date.now())
  if (effect.hang === 'body') return sendHalf(response, reply, world.now())
  if (effect.truncate) return sendTruncated(response, reply, world.now())
  const readable = isOpen ? forOtherSites(incoming, reply) : reply
  send(response, target.kind === 'graph' ? compressed(incoming, readable) : readable, world.now())
  if (reply === work) reply.delivered?.()
}
