import type { Entries } from '../entries.ts'
import { type Bus, BusError, onSharedBus } from './dbus.ts'
import type { Value, Variant } from './dbus-values.ts'
import { finishPrompt, newPerson, nothingOpen, type Person, patientCall, unlock } from './prompts.ts'
import {
  interfaces,
  nothing,
  on,
  onService,
  property,
  replyMs,
  servicePath,
} from './secret-service-objects.ts'
import { searchesLocked } from './secret-service-program.ts'

/**
 * The Secret Service of the desktop (gnome-keyring, KWallet, KeePassXC), accessed over D-Bus. A locked one is unlocked with
 * its own prompt, and the wait for the person at that prompt has a limit.
 * https://specifications.freedesktop.org/secret-service/latest/
 */
export interface SecretService extends Entries {
  /** The names of all entries. */
  list: () => Promise<string[]>
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
        const person = newPerson(waitMs)
        // In parallel, to save a round trip.
        const [session, items] = await Promise.all([
          openSession(bus),
          searchItems(bus, person, attributesOf(name)),
        ])
        const item = await newestOf(bus, items.unlocked)
        if (item !== undefined) return secretOf(bus, person, item, session)
        await unlock(bus, person, items.locked)
        const unlocked = await newestOf(bus, items.locked)
        return unlocked === undefined ? undefined : secretOf(bus, person, unlocked, session)
      }),

    set: (name, value) =>
      onBus(async (bus) => {
        const person = newPerson(waitMs)
        const [session, items] = await Promise.all([
          openSession(bus),
          searchItems(bus, person, attributesOf(name), true),
        ])
        await unlock(bus, person, items.locked)
        const known = await newestOf(bus, [...items.unlocked, ...items.locked])
        const secret: Value = [session, Buffer.alloc(0), value, 'text/plain; charset=utf8']
        if (known !== undefined) {
          await patientCall(bus, person, {
            ...on(known, interfaces.item, 'SetSecret', '(oayays)', [secret]),
            asks: 'whether od-link may change it',
          })
          return
        }
        const properties: Value = [
          [`${interfaces.item}.Label`, { type: 's', value: `od-link: ${name}` }],
          [`${interfaces.item}.Attributes`, { type: 'a{ss}', value: Object.entries(attributesOf(name)) }],
        ]
        const collection = await defaultCollection(bus, person)
        const created = await bus.call(
          on(collection, interfaces.collection, 'CreateItem', 'a{sv}(oayays)b', [properties, secret, true]),
        )
        await finishPrompt(bus, person, created[1] as string, 'whether od-link may change it')
      }),

    delete: (name) =>
      onBus(async (bus) => {
        const person = newPerson(waitMs)
        const { unlocked, locked } = await searchItems(bus, person, attributesOf(name))
        await unlock(bus, person, locked)
        // All of them, because another program may have created a second one with the same attributes.
        for (const item of [...unlocked, ...locked]) {
          const [prompt] = await patientCall(bus, person, {
            ...on(item, interfaces.item, 'Delete'),
            asks: 'whether od-link may remove it',
          })
          await finishPrompt(bus, person, prompt as string, 'whether od-link may remove it')
        }
      }),

    list: () =>
      onBus(async (bus) => {
        const person = newPerson(waitMs)
        const { unlocked, locked } = await searchItems(bus, person, { service })
        await unlock(bus, person, locked)
        const all = [...unlocked, ...locked]
        const found = await Promise.all(all.map((item) => property(bus, item, interfaces.item, 'Attributes')))
        const names = found.map((attributes) => {
          return (attributes as [string, string][]).find(([attribute]) => attribute === 'username')?.[1]
        })
        return names.filter((name) => name !== undefined)
      }),
  }

  function onBus<T>(work: (bus: Bus) => Promise<T>): Promise<T> {
    return onSharedBus(socket, replyMs, work)
  }

  /**
   * The items with these attributes. What cannot be searched is not absent: some services do not search locked collections,
   * so when nothing is found, those are unlocked and searched again. A database that KeePassXC has not opened is no collection
   * at all.
   * @param mayCreate whether the absence of collections is fine, since one will be created.
   */
  async function searchItems(
    bus: Bus,
    person: Person,
    attributes: Record<string, string>,
    mayCreate = false,
  ): Promise<Found> {
    const search = async () => {
      const found = await patientCall(bus, person, {
        ...onService('SearchItems', 'a{ss}', [Object.entries(attributes)]),
        asks: 'to be unlocked',
      })
      const [unlocked = [], locked = []] = found as [string[], string[]]
      return { unlocked, locked }
    }
    const found = await search()
    if (found.unlocked.length + found.locked.length > 0 || (await searchesLocked(bus))) return found
    const collections = await allCollections(bus)
    if (collections?.length === 0 && !mayCreate) throw new BusError(nothingOpen, 'there is no collection')
    const locked = await lockedOf(bus, collections ?? [])
    if (locked.length === 0) return found
    await unlock(bus, person, locked)
    return search()
  }

  /** The unlocked collection for new items; if there is none, it is created with the service's own prompt. */
  async function defaultCollection(bus: Bus, person: Person): Promise<string> {
    const [collection] = (await bus.call(onService('ReadAlias', 's', ['default']))) as [string]
    if (collection !== nothing) {
      await unlock(bus, person, [collection])
      return collection
    }
    const label: Value = [[`${interfaces.collection}.Label`, { type: 's', value: 'Default keyring' }]]
    const [made, prompt] = (await bus.call(onService('CreateCollection', 'a{sv}s', [label, 'default']))) as [
      string,
      string,
    ]
    const result = await finishPrompt(bus, person, prompt, 'to open or create a keyring')
    return made === nothing ? String((result as Variant).value) : made
  }
}

/** Items by whether they can be read without unlocking them. */
interface Found {
  unlocked: string[]
  locked: string[]
}

/** The item that was renewed last, if several have the same attributes. */
async function newestOf(bus: Bus, items: readonly string[]): Promise<string | undefined> {
  if (items.length < 2) return items[0]
  const times = await Promise.all(
    items.map((item) => property(bus, item, interfaces.item, 'Modified').catch(() => 0)),
  )
  const newest = times.map(Number).reduce((best, time, at, all) => (time > (all[best] ?? 0) ? at : best), 0)
  return items[newest]
}

async function secretOf(
  bus: Bus,
  person: Person,
  item: string,
  session: string,
): Promise<Buffer | undefined> {
  const [secrets] = await patientCall(bus, person, {
    ...onService('GetSecrets', 'aoo', [[item], session]),
    asks: 'whether od-link may read it',
  })
  const [entry] = secrets as [string, [string, Buffer, Buffer, string]][]
  return entry?.[1][2]
}

/** The service's collections, or undefined if it does not say. */
async function allCollections(bus: Bus): Promise<string[] | undefined> {
  const all = await property(bus, servicePath, interfaces.service, 'Collections').catch(() => undefined)
  return all as string[] | undefined
}

async function lockedOf(bus: Bus, collections: string[]): Promise<string[]> {
  const locked = await Promise.all(
    collections.map((one) => property(bus, one, interfaces.collection, 'Locked').catch(() => false)),
  )
  return collections.filter((_, at) => locked[at] === true)
}

/** "plain" sends the secret unencrypted over the bus, which belongs to this user. */
async function openSession(bus: Bus): Promise<string> {
  const [, session] = await bus.call(onService('OpenSession', 'sv', ['plain', { type: 's', value: '' }]))
  return session as string
}
