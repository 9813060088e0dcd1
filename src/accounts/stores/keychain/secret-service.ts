import { notices } from '../../../notices.ts'
import { longDuration } from '../../../text/format.ts'
import type { Entries } from '../entries.ts'
import { mayAsk } from '../limits.ts'
import { type Bus, openBus } from './dbus.ts'
import type { Value, Variant } from './dbus-values.ts'

/**
 * The Secret Service of the desktop (gnome-keyring, KWallet, KeePassXC), accessed over D-Bus. A locked one is unlocked with
 * its own prompt, and the wait for the person at that prompt has a limit.
 * https://specifications.freedesktop.org/secret-service/latest/
 */
export interface SecretService extends Entries {
  /** The names of all entries. */
  list: () => Promise<string[]>
}

const destination = 'org.freedesktop.secrets'
const servicePath = '/org/freedesktop/secrets'
const interfaces = {
  service: 'org.freedesktop.Secret.Service',
  collection: 'org.freedesktop.Secret.Collection',
  item: 'org.freedesktop.Secret.Item',
  prompt: 'org.freedesktop.Secret.Prompt',
} as const
/** How long the service may take for one reply that no person is involved in. */
const replyMs = 3_000

/** What the service returns if there is no object, or if no prompt is needed. */
const nothing = '/'

/**
 * The keychain is locked: nobody unlocked it in time, or the prompt was `dismissed` by the person or for want of a display.
 */
export class Locked extends Error {
  override readonly name: 'locked' | 'dismissed'

  constructor(readonly dismissed: boolean) {
    super(dismissed ? 'the unlock prompt was dismissed' : 'it was not unlocked in time')
    this.name = dismissed ? 'dismissed' : 'locked'
  }
}

/**
 * The entries of `service`, with the attributes that keyring libraries use (service and username), so that the desktop's
 * own program shows them by that name.
 * @param socket the Unix socket of the session bus.
 * @param waitMs how long a person may take at an unlock prompt.
 * @returns calls that throw Locked, or BusError when there is no service, it refuses, or it does not reply.
 */
export function secretService(socket: string, service: string, waitMs: number): SecretService {
  const attributesOf = (name: string) => ({ service, username: name })

  return {
    get: (name) =>
      onBus(async (bus) => {
        // In parallel, to save a round trip.
        const [session, item] = await Promise.all([openSession(bus), findItem(bus, attributesOf(name))])
        if (item === undefined) return undefined
        const [secrets] = await onService(bus, 'GetSecrets', 'aoo', [[item], session])
        const [entry] = secrets as [string, [string, Buffer, Buffer, string]][]
        return entry?.[1][2]
      }),

    set: (name, value) =>
      onBus(async (bus) => {
        const [session, known] = await Promise.all([openSession(bus), findItem(bus, attributesOf(name))])
        const secret: Value = [session, Buffer.alloc(0), value, 'text/plain; charset=utf8']
        if (known !== undefined) {
          await call(bus, known, interfaces.item, 'SetSecret', '(oayays)', [secret])
          return
        }
        const properties: Value = [
          [`${interfaces.item}.Label`, { type: 's', value: `od-link: ${name}` }],
          [`${interfaces.item}.Attributes`, { type: 'a{ss}', value: Object.entries(attributesOf(name)) }],
        ]
        const collection = await defaultCollection(bus)
        const created = await call(bus, collection, interfaces.collection, 'CreateItem', 'a{sv}(oayays)b', [
          properties,
          secret,
          true,
        ])
        await finishPrompt(bus, created[1] as string)
      }),

    delete: (name) =>
      onBus(async (bus) => {
        // All of them, since another program may have created a second one with the same attributes.
        for (const item of await searchItems(bus, attributesOf(name))) {
          const [prompt] = await call(bus, item, interfaces.item, 'Delete')
          await finishPrompt(bus, prompt as string)
        }
      }),

    list: () =>
      onBus(async (bus) => {
        const items = await searchItems(bus, { service })
        const properties = 'org.freedesktop.DBus.Properties'
        const answers = await Promise.all(
          items.map((item) => call(bus, item, properties, 'Get', 'ss', [interfaces.item, 'Attributes'])),
        )
        const names = answers.map(([variant]) => {
          const attributes = (variant as Variant).value as [string, string][]
          return attributes.find(([attribute]) => attribute === 'username')?.[1]
        })
        return names.filter((name) => name !== undefined)
      }),
  }

  function onBus<T>(work: (bus: Bus) => Promise<T>): Promise<T> {
    return openBus(socket, replyMs, work)
  }

  async function findItem(bus: Bus, attributes: Record<string, string>): Promise<string | undefined> {
    return (await searchItems(bus, attributes))[0]
  }

  /** The items with these attributes, after unlocking the locked ones. */
  async function searchItems(bus: Bus, attributes: Record<string, string>): Promise<string[]> {
    const found = await onService(bus, 'SearchItems', 'a{ss}', [Object.entries(attributes)])
    const [unlocked = [], locked = []] = found as [string[], string[]]
    if (locked.length > 0) await unlock(bus, locked)
    return [...unlocked, ...locked]
  }

  /** The unlocked collection for new items; if there is none, it is created with the service's own prompt. */
  async function defaultCollection(bus: Bus): Promise<string> {
    const [collection] = (await onService(bus, 'ReadAlias', 's', ['default'])) as [string]
    if (collection !== nothing) {
      await unlock(bus, [collection])
      return collection
    }
    const label: Value = [[`${interfaces.collection}.Label`, { type: 's', value: 'Default keyring' }]]
    const [made, prompt] = (await onService(bus, 'CreateCollection', 'a{sv}s', [label, 'default'])) as [
      string,
      string,
    ]
    const result = await finishPrompt(bus, prompt)
    return made === nothing ? String((result as Variant).value) : made
  }

  async function unlock(bus: Bus, objects: string[]): Promise<void> {
    const [, prompt] = await onService(bus, 'Unlock', 'ao', [objects])
    await finishPrompt(bus, prompt as string)
  }

  /** Shows a prompt of the service, if it needs one, and waits for the person up to a limit. */
  async function finishPrompt(bus: Bus, path: string): Promise<Value | undefined> {
    if (path === nothing) return undefined
    if (!mayAsk()) throw new Locked(true)
    const completed = await bus.signal(path, interfaces.prompt, 'Completed')
    notices.waiting(
      `The keychain is locked; waiting up to ${longDuration(waitMs / 1000)} for you to unlock it…`,
    )
    let timer: NodeJS.Timeout | undefined
    const outOfTime = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), waitMs)
    })
    const outcome = await Promise.race([completed.arguments, outOfTime, refusal(bus, path)])
    clearTimeout(timer)
    if (outcome === undefined) {
      // Removes the prompt from the screen; the reply does not matter.
      call(bus, path, interfaces.prompt, 'Dismiss').catch(() => {})
      throw new Locked(false)
    }
    if (outcome[0] === true) throw new Locked(true)
    return outcome[1]
  }
}

/** Shows the prompt. Some services reply only when it is closed, so this waits only for a refusal to show it. */
async function refusal(bus: Bus, path: string): Promise<never> {
  try {
    await call(bus, path, interfaces.prompt, 'Prompt', 's', [''])
  } catch (error) {
    if ((error as Error).name !== 'timeout') throw error
  }
  return new Promise<never>(() => {})
}

/** "plain" sends the secret unencrypted over the bus, which belongs to this user. */
async function openSession(bus: Bus): Promise<string> {
  const [, session] = await onService(bus, 'OpenSession', 'sv', ['plain', { type: 's', value: '' }])
  return session as string
}

function onService(bus: Bus, member: string, signature: string, body: readonly Value[]): Promise<Value[]> {
  return call(bus, servicePath, interfaces.service, member, signature, body)
}

function call(
  bus: Bus,
  path: string,
  interfaceName: string,
  member: string,
  signature?: string,
  body?: readonly Value[],
): Promise<Value[]> {
  return bus.call({
    destination,
    path,
    interface: interfaceName,
    member,
    ...(signature ? { signature } : {}),
    ...(body ? { body } : {}),
  })
}
