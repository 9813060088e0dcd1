import { equal } from '../server/equal.ts'
import { header, type Incoming, json, mediaType, type Reply } from '../server/messages.ts'
import type { World } from '../state/world.ts'
import { controls } from './controls.ts'

/** Answers `/control/…`: JSON in and out; the control token is required. */
export function answerControl(world: World, incoming: Incoming): Reply {
  const token = /^Bearer (\S+)$/i.exec(header(incoming, 'authorization') ?? '')?.[1] ?? ''
  if (!equal(token, world.controlToken)) return json(401, { error: 'The control token is missing or wrong.' })
  const name = incoming.path.slice('/control/'.length)
  const methods = Object.hasOwn(controls, name) ? controls[name] : undefined
  if (!methods)
    return json(404, {
      error: `Unknown control '${name}'. Choose one of: ${Object.keys(controls).join(', ')}.`,
    })
  const control = methods[incoming.method]
  if (!control) return json(405, { error: `'${name}' accepts ${Object.keys(methods).join(', ')} only.` })
  // What the control API changes, nobody did.
  world.acting = undefined
  try {
    return json(200, control(world, readBody(incoming), new URLSearchParams(incoming.query)))
  } catch (error) {
    return json(400, { error: (error as Error).message })
  }
}

function readBody(incoming: Incoming): unknown {
  if (incoming.body.length === 0) return {}
  if (mediaType(incoming) !== 'application/json') throw new Error('The body must be application/json.')
  try {
    return JSON.parse(incoming.body.toString('utf8'))
  } catch (error) {
    throw new Error(`The body is not valid JSON: ${(error as Error).message}`)
  }
}
