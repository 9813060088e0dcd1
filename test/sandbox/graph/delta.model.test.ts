import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ada, call, download, drive, grace, graph, type Json } from '../../helpers/sandbox/client.ts'

/*
 * A plain model of what files do: a map from paths to their contents, the newest last. A drive that is written, renamed,
 * copied, restored and deleted has to hold the same, and so does a client that only follows its deltas.
 */

const folders = ['p', 'q']
const place = fc.record({ folder: fc.constantFrom(...folders), name: fc.constantFrom('a.txt', 'b', 'C c') })
const operation = fc.oneof(
  fc.record({ do: fc.constant('put' as const), at: place, text: fc.string({ maxLength: 9 }) }),
  fc.record({ do: fc.constantFrom('move' as const, 'copy' as const), at: place, to: place }),
  fc.record({ do: fc.constantFrom('remove' as const, 'restore' as const, 'revert' as const), at: place }),
)
type Place = { folder: string; name: string }
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

const pathOf = ({ folder, name }: Place) => `${folder}/${name}`
const encoded = (at: Place) => pathOf(at).split('/').map(encodeURIComponent).join('/')

class Model {
  readonly files = new Map<string, string[]>()
  #removed = new Map<string, string[]>()
  #restores: boolean

  constructor(restores: boolean) {
    this.#restores = restores
  }

  /** @returns the status that the drive has to answer; of a copy, that of its outcome. */
  apply(one: Operation): number {
    const [key, contents] = [pathOf(one.at), this.files.get(pathOf(one.at))]
    if (one.do === 'put') {
      this.files.set(key, [...(contents ?? []), one.text])
      return contents ? 200 : 201
    }
    if (one.do === 'restore') return this.#restore(key)
    if (!contents) return 404
    if (one.do === 'remove') {
      this.files.delete(key)
      this.#removed.set(key, contents)
      return 204
    }
    if (!('to' in one)) {
      if (contents.length > 1) contents.push(contents[0] ?? '')
      return 204
    }
    const target = pathOf(one.to)
    if (one.do === 'move' && target === key) return 200
    if (this.files.has(target)) return 409
    if (one.do === 'move') this.files.delete(key)
    this.files.set(target, one.do === 'move' ? contents : [contents.at(-1) ?? ''])
    return one.do === 'move' ? 200 : 202
  }

  #restore(key: string): number {
    const contents = this.#removed.get(key)
    if (!contents) return 404
    if (!this.#restores) return 501
    if (this.files.has(key)) return 409
    this.#removed.delete(key)
    this.files.set(key, contents)
    return 200
  }
}

/** The drive itself, asked over HTTP. */
async function realDrive(username: string) {
  const person = await drive(username)
  const { to, accessToken, make, get, remove } = person
  const ids = new Map<string, string>()
  for (const name of folders) ids.set(name, (await make('/me/drive/root/children', name)).json.id)
  const removed = new Map<string, string>()
  const send = async (method: string, path: string, body?: unknown) =>
    graph(to, accessToken, method, `/me/drive/${path}`, body)

  const outcomeOf = async (at: string, body: object) => {
    const answer = await send('POST', `${at}/copy`, body)
    for (let monitor = answer.headers.get('location'); monitor; ) {
      const { json } = await call(monitor)
      if (json.status !== 'inProgress') return json.status === 'failed' ? 409 : 202
    }
    return answer.status
  }

  const apply = async (one: Operation): Promise<number> => {
    const at = `root:/${encoded(one.at)}:`
    if (one.do === 'put')
      return (
        await graph(to, accessToken, 'PUT', `/me/drive/${at}/content`, one.text, {
          'content-type': 'text/plain',
        })
      ).status
    if (one.do === 'restore') {
      const id = removed.get(pathOf(one.at))
      if (id === undefined) return 404
      const { status } = await send('POST', `items/${id}/restore`)
      if (status === 200) removed.delete(pathOf(one.at))
      return status
    }
    if (one.do === 'remove') {
      const { json } = await get(`/me/drive/${at}`)
      const { status } = await remove(`/me/drive/${at}`)
      if (status === 204) removed.set(pathOf(one.at), json.id)
      return status
    }
    if (!('to' in one)) {
      const { status, json } = await get(`/me/drive/${at}/versions`)
      if (status !== 200) return status
      return (await send('POST', `${at}/versions/${json.value.at(-1).id}/restoreVersion`)).status
    }
    const body = { name: one.to.name, parentReference: { id: ids.get(one.to.folder) } }
    if (one.do === 'move') return (await send('PATCH', at, body)).status
    return outcomeOf(at, body)
  }

  const contents = async (at: string): Promise<string[]> => {
    const { json } = await get(`/me/drive/root:/${at.split('/').map(encodeURIComponent).join('/')}:/versions`)
    const texts = json.value.map(async (one: Json) =>
      (await download(one['@microsoft.graph.downloadUrl'])).bytes.toString(),
    )
    return (await Promise.all<string>(texts)).reverse()
  }
  return { ...person, apply, contents }
}

/** A client that knows the drive from its deltas alone, by ids. */
class Replica {
  #items = new Map<string, Json>()
  #link = '/me/drive/root/delta?$top=2'

  async follow(get: (path: string) => Promise<{ json: Json }>): Promise<void> {
    for (let next: string | undefined = this.#link; next; ) {
      const { json } = await get(next)
      for (const one of json.value) {
        if (one.deleted) this.#items.delete(one.id)
        else this.#items.set(one.id, one)
      }
      this.#link = json['@odata.deltaLink'] ?? this.#link
      next = json['@odata.nextLink']
    }
  }

  /** The size of each file, by its path. */
  files(): Record<string, number> {
    const files = [...this.#items.values()].filter(({ file }) => file)
    const named = files.map((one) => [
      `${this.#items.get(one.parentReference.id)?.name}/${one.name}`,
      one.size as number,
    ])
    return Object.fromEntries(named)
  }
}

describe('a plain model of files', () => {
  it.each([
    ['work', ada],
    ['personal', grace],
  ])(
    'does all that a %s drive does, and so does one who follows its deltas',
    async (kind, username) => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 25, size: 'max' }), async (operations) => {
          const real = await realDrive(username)
          const model = new Model(kind === 'personal')
          const replica = new Replica()
          for (const [index, one] of operations.entries()) {
            expect([one.do, await real.apply(one)]).toEqual([one.do, model.apply(one)])
            if (index % 5 === 0) await replica.follow(real.get)
          }
          await replica.follow(real.get)
          const sizes = [...model.files].map(
            ([path, texts]) => [path, Buffer.byteLength(texts.at(-1) ?? '')] as const,
          )
          expect(replica.files()).toEqual(Object.fromEntries(sizes))
          const { used } = (await real.get('/me/drive')).json.quota
          expect(used).toBe(sizes.reduce((sum, [, size]) => sum + size, 0))
          for (const [path, texts] of model.files) expect(await real.contents(path), path).toEqual(texts)
          await real.to.close()
        }),
        { numRuns: 12 },
      )
    },
    240_000,
  )
})
