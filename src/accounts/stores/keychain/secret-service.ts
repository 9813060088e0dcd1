import { notices } from '../../../notices.ts'
import { longDuration } from '../../../text/format.ts'
import type { Entries } from '../entries.ts'
import { mayAsk } from '../limits.ts'
import { type Bus, BusError, type MethodCall, onSharedBus } from './dbus.ts'
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
/** After this, a call that may show a dialog says so; and a prompt that the service wants to show. */
const noticeAfterMs = 1_000
const promptNoticeMs = 150

/** What the service returns if there is no object, or if no prompt is needed. */
const nothing = '/'

/** What a dialog of the service asks, as the end of a sentence. */
type Question =
  | 'to be unlocked'
  | 'whether od-link may read it'
  | 'whether od-link may change it'
  | 'whether od-link may remove it'
  | 'to open or create a keyring'

/**
 * The keychain needs a person: nobody answered its dialog in time, or the dialog was `dismissed` by the person or for want of
 * a display. Most often it asks to be unlocked; some keychains also ask for permission, each time.
 */
export class Locked extends Error {
  override readonly name: string

  constructor(
    readonly dismissed: boolean,
    asked: Question = 'to be unlocked',
  ) {
    super(`the dialog that asks ${asked} was ${dismissed ? 'dismissed' : 'not answered in time'}`)
    if (asked === 'to be unlocked') this.name = dismissed ? 'dismissed' : 'locked'
    else if (asked === 'to open or create a keyring') this.name = nothingOpen
    else this.name = dismissed ? 'denied' : 'unanswered'
  }
}

/** The name of errors where the service has no collection, so that nobody can say what would be in it. */
const nothingOpen = 'nothing-open'

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

  async function unlock(bus: Bus, person: Person, objects: string[]): Promise<void> {
    if (objects.length === 0) return
    const [, prompt] = await patientCall(bus, person, {
      ...onService('Unlock', 'ao', [objects]),
      asks: 'to be unlocked',
    })
    if (prompt === nothing) return
    // A service that confirms each access shows items as locked although their collection is not.
    const isOpen = (await Promise.all(objects.map((object) => isInOpenCollection(bus, object)))).every(
      Boolean,
    )
    await finishPrompt(bus, person, prompt as string, isOpen ? 'whether od-link may read it' : undefined)
  }

  /** Shows a prompt of the service, if it needs one, and waits for the person up to a limit. */
  async function finishPrompt(
    bus: Bus,
    person: Person,
    path: string,
    asks: Question = 'to be unlocked',
  ): Promise<Value | undefined> {
    if (path === nothing) return undefined
    if (!mayAsk()) throw new Locked(true, asks)
    const completed = await bus.signal(path, interfaces.prompt, 'Completed')
    // Some services return a prompt that needs nobody, and completes at once.
    const notice = setTimeout(() => person.notify(asks), promptNoticeMs)
    let timer: NodeJS.Timeout | undefined
    const outOfTime = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), person.left())
    })
    const outcome = await Promise.race([completed.arguments, outOfTime, refusal(bus, path)]).finally(() => {
      clearTimeout(timer)
      clearTimeout(notice)
    })
    if (outcome === undefined) {
      // Removes the prompt from the screen; the reply does not matter.
      bus.call(on(path, interfaces.prompt, 'Dismiss')).catch(() => {})
      throw new Locked(false, asks)
    }
    if (outcome[0] === true) throw new Locked(true, asks)
    return outcome[1]
  }
}

/** Items by whether they can be read without unlocking them. */
interface Found {
  unlocked: string[]
  locked: string[]
}

/** The person at the dialogs of the service: one limit for all of them, from the first that may be shown. */
interface Person {
  /** Milliseconds left. */
  left: () => number
  /** Says once what the service asks. */
  notify: (asks: Question) => void
}

function newPerson(waitMs: number): Person {
  let began: number | undefined
  let notified = ''
  return {
    left() {
      began ??= performance.now()
      return Math.max(0, waitMs - (performance.now() - began))
    },
    notify(asks) {
      if (notified === asks) return
      notified = asks
      notices.waiting(`The keychain is asking ${asks}; waiting up to ${longDuration(waitMs / 1000)}…`)
    },
  }
}

/**
 * A call that may show a dialog before it replies, as KeePassXC does. While it does, the service still replies to a ping; a
 * service that hangs does not.
 */
async function patientCall(
  bus: Bus,
  person: Person,
  { asks, ...call }: MethodCall & { asks: Question },
): Promise<Value[]> {
  const limitMs = Math.max(replyMs, person.left())
  const reply = bus.call({ ...call, limitMs })
  const slow = Symbol()
  let timer: NodeJS.Timeout | undefined
  const noticeMs = new Promise<typeof slow>((resolve) => {
    timer = setTimeout(() => resolve(slow), noticeAfterMs)
  })
  let isAsking = false
  try {
    const first = await Promise.race([reply, noticeMs])
    if (first !== slow) return first
    await bus.call(on(servicePath, 'org.freedesktop.DBus.Peer', 'Ping'))
    if (!mayAsk()) throw new Locked(true, asks)
    isAsking = true
    person.notify(asks)
    return await reply
  } catch (error) {
    reply.catch(() => {})
    const isLate = error instanceof BusError && error.name === 'timeout'
    throw isLate && isAsking ? new Locked(false, asks) : error
  } finally {
    clearTimeout(timer)
  }
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

/** gnome-keyring finds items of locked collections. */
async function searchesLocked(bus: Bus): Promise<boolean> {
  const [own, gnome] = await Promise.all([ownerOf(bus, destination), ownerOf(bus, 'org.gnome.keyring')])
  return own !== undefined && own === gnome
}

/** The programs that are the Secret Service, by the other names that they have on the bus. */
const programs: [name: RegExp, program: string][] = [
  [/^org\.gnome\.keyring$/, 'gnome-keyring'],
  [/^org\.keepassxc\.KeePassXC\./, 'KeePassXC'],
  [/^org\.kde\.(kwalletd\d*|ksecretd)$/, 'KWallet'],
]

/** Which program is the Secret Service, or undefined if it is unknown. @throws BusError when there is no bus. */
export async function secretServiceProgram(socket: string): Promise<string | undefined> {
  return onSharedBus(socket, replyMs, async (bus) => {
    const [[names], own] = await Promise.all([
      bus.call({ ...busItself, member: 'ListNames' }),
      ownerOf(bus, destination),
    ])
    for (const name of names as string[]) {
      const program = programs.find(([pattern]) => pattern.test(name))?.[1]
      if (program && own !== undefined && (await ownerOf(bus, name)) === own) return program
    }
    return undefined
  })
}

/** The connection that has a name on the bus. */
async function ownerOf(bus: Bus, name: string): Promise<string | undefined> {
  const call = { ...busItself, member: 'GetNameOwner', signature: 's', body: [name] }
  const [owner] = await bus.call(call).catch(() => [])
  return owner as string | undefined
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

/** Whether an object is an item whose collection is not locked. */
async function isInOpenCollection(bus: Bus, object: string): Promise<boolean> {
  const collection = object.slice(0, object.lastIndexOf('/'))
  if (!collection.startsWith(`${servicePath}/collection/`)) return false
  return (await property(bus, collection, interfaces.collection, 'Locked').catch(() => true)) === false
}

/** Shows the prompt. Some services reply only when it is closed, so this waits only for a refusal to show it. */
async function refusal(bus: Bus, path: string): Promise<never> {
  try {
    await bus.call(on(path, interfaces.prompt, 'Prompt', 's', ['']))
  } catch (error) {
    if ((error as Error).name !== 'timeout') throw error
  }
  return new Promise<never>(() => {})
}

/** "plain" sends the secret unencrypted over the bus, which belongs to this user. */
async function openSession(bus: Bus): Promise<string> {
  const [, session] = await bus.call(onService('OpenSession', 'sv', ['plain', { type: 's', value: '' }]))
  return session as string
}

const busItself = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
}

async function property(bus: Bus, path: string, interfaceName: string, name: string): Promise<Value> {
  const [variant] = await bus.call(
    on(path, 'org.freedesktop.DBus.Properties', 'Get', 'ss', [interfaceName, name]),
  )
  return (variant as Variant).value
}

function onService(member: string, signature: string, body: readonly Value[]): MethodCall {
  return on(servicePath, interfaces.service, member, signature, body)
}

function on(
  path: string,
  interfaceName: string,
  member: string,
  signature?: string,
  body?: readonly Value[],
): MethodCall {
  return {
    destination,
    path,
    interface: interfaceName,
    member,
    ...(signature ? { signature } : {}),
    ...(body ? { body } : {}),
  }
}
