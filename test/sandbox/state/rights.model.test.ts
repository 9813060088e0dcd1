import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answer, ada, grace, type Json, newRegistration } from '../../helpers/sandbox/client.ts'
import {
  applicationOf,
  charles,
  margaret,
  type Person,
  personOf,
  worldOfPlaces,
} from '../../helpers/sandbox/places.ts'
import { ModelPlaces, other, type Rights } from './places-model.ts'

/** One of two people, or an application. */
const who = fc.nat({ max: 2 })
/** A folder among all that ever were, in whichever drive. */
const which = fc.nat({ max: 14 })
const name = fc.constantFrom('a', 'A', 'b', 'é', 'c d')
const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('create' as const), who, which, name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rename' as const), who, which, name }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), who, which, into: which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), who, which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('look' as const), who, which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('allow' as const),
      who,
      which,
      role: fc.constantFrom<Rights>('read', 'write', 'none'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ do: fc.constant('invite' as const), who, which, role: fc.constantFrom<Rights>('read', 'write') },
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('withdraw' as const), who, which }) },
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

interface Folder {
  driveId: string
  id: string
}

type Allow = (drive: string, path: string, who: number, role: Rights) => Promise<unknown>

/** The same operations over HTTP. */
class RealPlaces {
  readonly #people: Person[]
  readonly #usernames: readonly string[]
  readonly #folders: Folder[]
  readonly #allow: Allow

  constructor(people: Person[], usernames: readonly string[], roots: Folder[], allow: Allow) {
    this.#people = people
    this.#usernames = usernames
    this.#folders = [...roots]
    this.#allow = allow
  }

  async run(one: Operation, model: ModelPlaces): Promise<string> {
    const number = one.which % model.count
    const person = this.#people[one.who] as Person
    const folder = this.#folders[number] as Folder
    const address = `/drives/${folder.driveId}/items/${folder.id}`
    switch (one.do) {
      case 'create': {
        const answer = await person.make(`${address}/children`, one.name)
        if (answer.status === 201) this.#folders.push({ driveId: folder.driveId, id: answer.json.id })
        return String(answer.status)
      }
      case 'rename':
        return String((await person.patch(address, { name: one.name })).status)
      case 'move': {
        const { driveId, id } = this.#folders[one.into % model.count] as Folder
        return String((await person.patch(address, { parentReference: { driveId, id } })).status)
      }
      case 'remove':
        return String((await person.remove(address)).status)
      case 'invite': {
        const recipients = [{ email: this.#usernames[other(one.who)] }]
        return String((await person.post(`${address}/invite`, { recipients, roles: [one.role] })).status)
      }
      case 'withdraw':
        return this.#withdraw(person, address, this.#usernames[other(one.who)] as string)
      case 'allow':
        await this.#allow(folder.driveId, model.path(number), one.who, one.role)
        return 'allowed'
      default:
        return this.#look(person, address)
    }
  }

  /** Takes from the other what was given at this very folder. */
  async #withdraw(person: Person, address: string, username: string): Promise<string> {
    const { status, json }: Answer = await person.get(`${address}/permissions`)
    if (status !== 200) return String(status)
    // Personal drives tell the name of a person, and not the address.
    const name = new RegExp(username.replace(/@.*/, ''), 'i')
    const given = json.value.find(
      (one: Json) =>
        !one.roles.includes('owner') && !one.inheritedFrom && name.test(JSON.stringify(one.grantedToV2)),
    )
    return given ? String((await person.remove(`${address}/permissions/${given.id}`)).status) : 'nothing'
  }

  /** All that a person sees of a folder: its names, and whether its parent shows. */
  async #look(person: Person, address: string): Promise<string> {
    const item: Answer = await person.get(address)
    if (item.status !== 200) return String(item.status)
    const list = await person.get(`${address}/children`)
    const names = list.json.value.map((child: Json) => child.name).sort()
    return `${names.join('|')}, ${item.json.parentReference.id === undefined ? 'no parent' : 'a parent'}`
  }
}

describe('a plain model of drives and rights', () => {
  it.each([
    ['work drives', [ada, charles], 'write'],
    ['work drives with an application that only reads', [ada, charles], 'read'],
    ['personal drives', [grace, margaret], 'none'],
  ] as const)('allows and shows what %s do, step by step', async (_, usernames, application) => {
    const hasSite = application !== 'none'
    const registration = newRegistration({
      ...{ redirectUris: [], secrets: ['abc8Q~secret'] },
      applicationPermissions: [application === 'read' ? 'Files.Read.All' : 'Files.ReadWrite.All'],
    })
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40, size: 'max' }), async (operations) => {
        const { to, site, arrange } = await worldOfPlaces({ registrations: [registration] })
        try {
          const people = await Promise.all(usernames.map((username) => personOf(to, username)))
          const own = await Promise.all(people.map(({ get }) => get('/me/drive/root')))
          const roots = own.map(({ json }) => ({ driveId: json.parentReference.driveId, id: json.id }))
          if (hasSite) {
            const [library] = site.drives
            roots.push({ driveId: library.driveId, id: library.itemId })
          }
          if (hasSite) people.push(await applicationOf(to, registration))
          const model = new ModelPlaces(hasSite ? 3 : 2, application)
          // The first person is a member of the site.
          if (hasSite) model.allow(2, 0, 'write')
          const real = new RealPlaces(people, usernames, roots, (drive, path, number, role) =>
            arrange('rights', { in: drive, path, username: usernames[number], role }),
          )
          for (const one of operations) {
            if (model.isOutOfPlay(one)) continue
            // The real drives go first: they need the paths of the model before they change.
            const got = await real.run(one, model)
            expect(got, JSON.stringify(one)).toBe(model.run(one))
          }
        } finally {
          await to.close()
        }
      }),
      { numRuns: 25 },
    )
  })
})
