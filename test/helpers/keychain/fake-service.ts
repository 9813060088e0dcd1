import { setTimeout as sleep } from 'node:timers/promises'
import type { Value } from '../../../src/accounts/stores/keychain/dbus-values.ts'
import type { FakeBus, Reply } from './fake-bus.ts'

const folder = '/org/freedesktop/secrets/collection'

export interface FakeItem {
  /** Its collection. */
  in: string
  text: string
  modified: number
}

/** A small Secret Service on a fake bus, with what the services of desktops do differently. */
export interface FakeService {
  items: Map<string, FakeItem>
  /** The names of the collections that are locked; a prompt opens them. */
  locked: Set<string>
  /** Whether a search finds items of locked collections, as that of gnome-keyring does. */
  findsLocked: boolean
  /** The person at the prompt: opens it, dismisses it, or is not there. */
  person: 'unlocks' | 'dismisses' | 'is away'
  /** Before which calls a dialog is shown that the person answers after so many milliseconds. */
  late: Partial<Record<string, number>>
}

/** The path of an item. */
export const itemPath = (collection: string, number: number) => `${folder}/${collection}/${number}`

export function fakeService(bus: FakeBus, collections: string[]): FakeService {
  const service: FakeService = {
    items: new Map(),
    locked: new Set(),
    findsLocked: false,
    person: 'unlocks',
    late: {},
  }
  const paths = (isLocked: boolean) =>
    [...service.items].flatMap(([path, item]) => (service.locked.has(item.in) === isLocked ? [path] : []))
  const nameOf = (path: string) => path.slice(folder.length + 1).split('/')[0] ?? ''
  let asked: string[] = []

  const answers: Record<string, (body: Value[], path: string) => Reply> = {
    Ping: () => ['', []],
    GetNameOwner: ([name]) =>
      name === 'org.freedesktop.secrets' || service.findsLocked
        ? ['s', [':1.7']]
        : { error: 'org.freedesktop.DBus.Error.NameHasNoOwner' },
    OpenSession: () => ['vo', [{ type: 's', value: '' }, '/session']],
    SearchItems: () => ['aoao', [paths(false), service.findsLocked ? paths(true) : []]],
    Unlock: ([objects]) => {
      asked = (objects as string[]).map(nameOf)
      return asked.some((name) => service.locked.has(name))
        ? ['aoo', [[], '/prompt']]
        : ['aoo', [objects ?? [], '/']]
    },
    Prompt: () => {
      if (service.person === 'is away') return ['', []]
      const dismissed = service.person === 'dismisses'
      if (!dismissed) for (const name of asked) service.locked.delete(name)
      const outcome: Value[] = [dismissed, { type: 's', value: '' }]
      bus.signal('/prompt', 'org.freedesktop.Secret.Prompt', 'Completed', 'bv', outcome)
      return ['', []]
    },
    Dismiss: () => ['', []],
    ReadAlias: () => ['o', [`${folder}/${collections[0]}`]],
    GetSecrets: ([wanted]) => {
      const secrets = (wanted as string[]).map((path): [string, Value] => {
        const text = Buffer.from(service.items.get(path)?.text ?? '')
        return [path, ['/session', Buffer.alloc(0), text, 'text/plain']]
      })
      return ['a{o(oayays)}', [secrets]]
    },
    SetSecret: ([secret], path) => {
      const item = service.items.get(path)
      if (item) item.text = String((secret as Value[])[2])
      return ['', []]
    },
    CreateItem: ([, secret], path) => {
      const made = itemPath(nameOf(path), service.items.size + 1)
      service.items.set(made, { in: nameOf(path), text: String((secret as Value[])[2]), modified: 1 })
      return ['oo', [made, '/']]
    },
    Delete: (_, path) => {
      service.items.delete(path)
      return ['o', ['/']]
    },
    Get: ([, name], path) => {
      const value = {
        Collections: { type: 'ao', value: collections.map((one) => `${folder}/${one}`) },
        Locked: { type: 'b', value: service.locked.has(nameOf(path)) },
        Modified: { type: 't', value: service.items.get(path)?.modified ?? 0 },
        Attributes: { type: 'a{ss}', value: [['username', 'a link']] },
      }[String(name)]
      return value ? ['v', [value as Value]] : { error: 'org.example.NoSuchProperty' }
    },
  }
  for (const [member, answer] of Object.entries(answers)) {
    bus.answers[member] = (body, path) => {
      const ms = service.late[member]
      return ms === undefined ? answer(body, path) : sleep(ms).then(() => answer(body, path))
    }
  }
  return service
}
