import { notices } from '../notices.ts'
import { type Bus, openBus } from './dbus.ts'
import type { Value } from './dbus-values.ts'

/**
 * The Secret Service of the desktop, asked over D-Bus: is it there, is it locked, what does it keep? A locked one
 * is unlocked with its own prompt, and the wait for the person at that prompt is bounded.
 * https://specifications.freedesktop.org/secret-service/latest/
 */

const destination = 'org.freedesktop.secrets'
const servicePath = '/org/freedesktop/secrets'
const service = 'org.freedesktop.Secret.Service'
const prompt = 'org.freedesktop.Secret.Prompt'
const noObject = '/'

/** The keychain is locked, and was not unlocked in time; `dismissed` when the person (or no display) refused. */
export class Locked extends Error {
  constructor(readonly dismissed: boolean) {
    super(dismissed ? 'the unlock prompt was dismissed' : 'nobody unlocked it in time')
  }
}

/**
 * Reads a secret by its attributes.
 * @param waitMs how long a person may take at the unlock prompt.
 * @throws Locked, or BusError when there is no service or it does not answer in its own terms.
 */
export async function readSecret(
  socket: string,
  attributes: Record<string, string>,
  waitMs: number,
): Promise<Buffer | undefined> {
  return withBus(socket, async (bus) => {
    // Both at once, to save a round trip. "plain" leaves the secret as it is on the bus, which is this user's own.
    const session = onService(bus, 'OpenSession', 'sv', ['plain', { type: 's', value: '' }])
    const found = onService(bus, 'SearchItems', 'a{ss}', [Object.entries(attributes)])
    const [[, sessionPath], [unlocked, locked]] = await Promise.all([session, found])
    let [item] = unlocked as string[]
    if (item === undefined) {
      const [lockedItem] = locked as string[]
      if (lockedItem === undefined) return undefined
      await unlock(bus, [lockedItem], waitMs)
      item = lockedItem
    }
    const [secrets] = await onService(bus, 'GetSecrets', 'aoo', [[item], sessionPath as string])
    const [entry] = secrets as [string, [string, Buffer, Buffer, string]][]
    return entry?.[1][2]
  })
}

/**
 * Makes sure that the default collection can be written to.
 * @throws Locked, or BusError when there is no service.
 */
export async function unlockDefaultCollection(socket: string, waitMs: number): Promise<void> {
  await withBus(socket, async (bus) => {
    const [collection] = await onService(bus, 'ReadAlias', 's', ['default'])
    // No collection yet: the first write makes one.
    if (collection !== noObject) await unlock(bus, [collection as string], waitMs)
  })
}

async function withBus<T>(socket: string, work: (bus: Bus) => Promise<T>): Promise<T> {
  const bus = await openBus(socket)
  try {
    return await work(bus)
  } finally {
    bus.close()
  }
}

function onService(bus: Bus, member: string, signature: string, body: readonly Value[]): Promise<Value[]> {
  return bus.call({ destination, path: servicePath, interface: service, member, signature, body })
}

/** Unlocks without a word where that needs nobody, and else with the service's own prompt. */
async function unlock(bus: Bus, objects: string[], waitMs: number): Promise<void> {
  const [, path] = (await onService(bus, 'Unlock', 'ao', [objects])) as [string[], string]
  if (path === noObject) return
  const onBus = {
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
  }
  const rule = `type='signal',interface='${prompt}',member='Completed',path='${path}'`
  await bus.call({ ...onBus, member: 'AddMatch', signature: 's', body: [rule] })
  const completed = bus.signal(path, 'Completed')
  notices.waiting(`The keychain is locked; waiting ${waitMs / 1000} s for it to be unlocked …`)
  await bus.call({ destination, path, interface: prompt, member: 'Prompt', signature: 's', body: [''] })
  let timer: NodeJS.Timeout | undefined
  const outOfTime = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), waitMs)
  })
  const outcome = await Promise.race([completed, outOfTime])
  clearTimeout(timer)
  if (outcome === undefined) {
    // Takes the prompt off the screen; nobody waits for the answer.
    bus.call({ destination, path, interface: prompt, member: 'Dismiss' }).catch(() => {})
    throw new Locked(false)
  }
  if (outcome[0] === true) throw new Locked(true)
}
