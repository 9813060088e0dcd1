import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answer, ada, control, drive, grace, graph, type Json } from '../../helpers/sandbox/client.ts'
import { ModelDrive } from './drive-model.ts'

/** Names that collide by case, that get a number, and that are not allowed. */
const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'A', 'b', 'é', 'É', 'a 1', 'A 2', '#%&', "it's", '+ +') },
  { weight: 1, arbitrary: fc.constantFrom('', 'x:y', 'con', ' a', 'a.', '*') },
)
const conflict = fc.constantFrom('fail', 'rename', 'replace', undefined)
/** A folder among those ever created. */
const which = fc.nat({ max: 12 })
/** How an address names a folder. */
const by = fc.constantFrom('path', 'id', 'key')
type By = 'path' | 'id' | 'key'

const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('create' as const), which, name, conflict, by }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rename' as const), which, name, conflict, by }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      which,
      into: which,
      name: fc.option(name, { nil: undefined }),
      conflict,
      by,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), which, by }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('list' as const), which, by }) },
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

const conflictProperty = '@microsoft.graph.conflictBehavior'
const outcome = ({ status, json }: Answer) =>
  status < 300 && json ? `${status} ${json.name}` : String(status)

type Person = Awaited<ReturnType<typeof drive>>

/** The sandbox: the same operations over HTTP, in its own folder. */
class RealDrive {
  #person: Person
  #model: ModelDrive
  #base: string
  #ids: string[]

  constructor(person: Person, model: ModelDrive, base: { id: string; name: string }) {
    this.#person = person
    this.#model = model
    this.#base = base.name
    this.#ids = [base.id]
  }

  /** By path, or by the keys of its names, if it has them; otherwise by id. */
  #address(number: number, by: By): string {
    if (by === 'id' || this.#model.isGone(number)) return `items/${this.#ids[number]}`
    const names = this.#model.path(number)
    if (by === 'path') return `root:/${[this.#base, ...names].map(encodeURIComponent).join('/')}:`
    // Some as keys, some as segments.
    const children = names.map((name, index) =>
      index % 2 === 0
        ? `/children('${encodeURIComponent(name.replaceAll("'", "''"))}')`
        : `/children/${encodeURIComponent(name)}`,
    )
    return `items/${this.#ids[0]}${children.join('')}`
  }

  async create(parent: number, by: By, name: string, conflict: string | undefined): Promise<string> {
    const body = { name, folder: {}, [conflictProperty]: conflict }
    const answer = await this.#person.post(`/me/drive/${this.#address(parent, by)}/children`, body)
    if (answer.status === 201) this.#ids.push(answer.json.id)
    return outcome(answer)
  }

  async update(
    number: number,
    by: By,
    change: { name?: string; parent?: number },
    conflict: string | undefined,
  ): Promise<string> {
    const { to, accessToken } = this.#person
    const { name, parent } = change
    const gone = parent !== undefined && this.#model.isGone(parent)
    const reference =
      by === 'path' && parent !== undefined && !gone
        ? { path: `/drive/root:/${[this.#base, ...this.#model.path(parent)].join('/')}` }
        : { id: this.#ids[parent ?? 0] }
    const body = {
      ...(name === undefined ? {} : { name }),
      ...(parent === undefined ? {} : { parentReference: reference }),
      [conflictProperty]: conflict,
    }
    return outcome(await graph(to, accessToken, 'PATCH', `/me/drive/${this.#address(number, by)}`, body))
  }

  async remove(number: number, by: By): Promise<string> {
    return outcome(await this.#person.remove(`/me/drive/${this.#address(number, by)}`))
  }

  /** Page by page, so that paging is tested as well. */
  async list(number: number, by: By): Promise<string> {
    const names: string[] = []
    let next: string | undefined = `/me/drive/${this.#address(number, by)}/children?$top=2&$select=name`
    while (next) {
      const { status, json }: Answer = await this.#person.get(next)
      if (status !== 200) return String(status)
      names.push(...json.value.map((one: Json) => one.name))
      next = json['@odata.nextLink']
    }
    const { json } = await this.#person.get(`/me/drive/${this.#address(number, by)}`)
    expect(json.folder.childCount).toBe(names.length)
    return `200 ${names.sort().join('|')}`
  }
}

async function step(
  model: ModelDrive,
  real: RealDrive,
  one: Operation,
): Promise<[expected: string, got: string]> {
  const number = one.which % model.count
  // The real drive goes first: it needs the paths of the model before they change.
  switch (one.do) {
    case 'create': {
      const got = await real.create(number, one.by, one.name, one.conflict)
      return [model.create(number, one.name, one.conflict), got]
    }
    case 'list': {
      const got = await real.list(number, one.by)
      return [model.list(number), got]
    }
    case 'remove': {
      if (number === 0) return ['', '']
      const got = await real.remove(number, one.by)
      return [model.remove(number), got]
    }
    default: {
      if (number === 0) return ['', '']
      const change: { name?: string; parent?: number } = one.name === undefined ? {} : { name: one.name }
      if (one.do === 'move') change.parent = one.into % model.count
      const got = await real.update(number, one.by, change, one.conflict)
      return [model.update(number, change, one.conflict), got]
    }
  }
}

describe('a plain model of a drive', () => {
  it.each([
    ['work', ada, 'conflict', {}],
    ['personal', grace, 'sometimes', {}],
    ['moody personal', grace, 'existing', { existing: 200, driveIds: 'changing' }],
  ] as const)('does all that a %s drive does, step by step', async (_, username, taken, moods) => {
    const person = await drive(username)
    await control(person.to, 'POST', 'settings', { moods: { [username]: moods } })
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40, size: 'max' }), async (operations) => {
        const base = (await person.make('/me/drive/root/children', `run ${++runs}`)).json
        const model = new ModelDrive(taken)
        const real = new RealDrive(person, model, base)
        for (const one of operations) {
          const [expected, got] = await step(model, real, one)
          expect(got).toBe(expected)
        }
        for (let number = 0; number < model.count; number++) {
          expect(await real.list(number, (['path', 'id', 'key'] as const)[number % 3] ?? 'id')).toBe(
            model.list(number),
          )
        }
        await person.remove(`/me/drive/items/${base.id}`)
      }),
      { numRuns: 40 },
    )
    expect((await person.get('/me/drive/root')).json.folder.childCount).toBe(0)
  })
})
