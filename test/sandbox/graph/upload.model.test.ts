import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  ada,
  call,
  control,
  drive,
  grace,
  graph,
  type Json,
} from '../../helpers/sandbox/client.ts'

/* Files against a plain model: conflict behavior, conditions, copies, versions and orders of a list. */

const name = fc.constantFrom('a.txt', 'A.txt', 'b.txt', 'a 1.txt', 'c')
const text = fc.constantFrom('', 'x', 'yy', 'zzz')
/** Which tag a condition names: one of now, one of before, any, or that of nothing. */
const tag = fc.constantFrom('eTag', 'cTag', 'old', '*', 'none')
const condition = fc.option(fc.record({ header: fc.constantFrom('if-match', 'if-none-match'), tag }), {
  nil: undefined,
  freq: 2,
})
const operation = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ do: fc.constant('put' as const), name, text, condition },
      conflict: fc.constantFrom('fail', 'rename', 'replace', undefined),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), name, condition }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rename' as const), name, to: name, condition }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('copy' as const), name, to: name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restore' as const), name, number: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), name, number: fc.nat(4) }) },
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never
type Condition = { header: string; tag: string } | undefined

interface File {
  name: string
  content: string
  /** The number of the current version. */
  number: number
  earlier: Map<number, string>
  /** Tags as the drive told them; `old` is one that was good before. */
  tags: { eTag: string; cTag: string; old: string }
}

/** A folder of files: a list, and the rules that Microsoft's pages give. */
class Model {
  files: File[] = []

  find(name: string): File | undefined {
    return this.files.find((file) => file.name.toLowerCase() === name.toLowerCase())
  }

  /** Whether a condition holds (RFC 9110, 13.1). */
  holds(file: File | undefined, condition: Condition): boolean {
    if (!condition) return true
    const matches = file !== undefined && ['eTag', 'cTag', '*'].includes(condition.tag)
    return condition.header === 'if-match' ? matches : !matches
  }

  write(file: File, content: string): void {
    file.earlier.set(file.number++, file.content)
    file.content = content
  }

  add(name: string, content: string): string {
    const tags = { eTag: '', cTag: '', old: '' }
    this.files.push({ name, content, number: 1, earlier: new Map(), tags })
    return `201 ${name}`
  }

  free(name: string): string {
    const [, stem = '', extension = ''] = /^(.*?)(\.[^.]*)?$/.exec(name) ?? []
    let number = 1
    while (this.find(`${stem} ${number}${extension}`)) number++
    return `${stem} ${number}${extension}`
  }

  /** What an operation answers. */
  step(one: Operation): string {
    const file = this.find(one.name)
    if (one.do === 'put') {
      if (!this.holds(file, one.condition)) return '412'
      if (!file) return this.add(one.name, one.text)
      if (one.conflict === 'fail') return '409'
      if (one.conflict === 'rename') return this.add(this.free(one.name), one.text)
      this.write(file, one.text)
      return `200 ${file.name}`
    }
    if (!file) return '404'
    if ('condition' in one && !this.holds(file, one.condition)) return '412'
    if (one.do === 'remove') {
      this.files.splice(this.files.indexOf(file), 1)
      return '204'
    }
    if (one.do === 'rename' || one.do === 'copy') {
      const other = this.find(one.to)
      if (one.do === 'copy')
        return other ? 'failed nameAlreadyExists' : `completed ${this.add(one.to, file.content)}`
      if (other && other !== file) return '409'
      file.name = one.to
      return `200 ${one.to}`
    }
    const earlier = file.earlier.get(one.number)
    if (one.number !== file.number && earlier === undefined) return '404'
    if (one.do === 'restore') {
      if (earlier !== undefined) this.write(file, earlier)
      return '204'
    }
    if (one.number === file.number) return '400'
    file.earlier.delete(one.number)
    return '204'
  }
}

type Person = Awaited<ReturnType<typeof drive>>

/** The same over HTTP. @returns the status, with the name or the outcome of a copy. */
async function real(person: Person, base: string, model: Model, one: Operation): Promise<string> {
  const { to, accessToken } = person
  const ask = async (method: string, of: string, body?: unknown, headers = {}) =>
    graph(
      to,
      accessToken,
      method,
      `/me/drive/root:/${base}/${encodeURIComponent(one.name)}:${of}`,
      body,
      headers,
    )
  const outcome = ({ status, json }: Answer) =>
    status < 300 && json ? `${status} ${json.name}` : `${status}`
  const headers = 'condition' in one ? headerOf(model.find(one.name), one.condition) : {}
  switch (one.do) {
    case 'put': {
      const query = one.conflict ? `?@microsoft.graph.conflictBehavior=${one.conflict}` : ''
      const plain = { ...headers, 'content-type': 'text/plain' }
      return outcome(await ask('PUT', `/content${query}`, one.text, plain))
    }
    case 'remove':
      return outcome(await ask('DELETE', '', undefined, headers))
    case 'rename':
      return outcome(await ask('PATCH', '', { name: one.to }, headers))
    case 'copy': {
      const copied = await ask('POST', '/copy', { name: one.to })
      if (copied.status !== 202) return `${copied.status}`
      const { json } = await call(copied.headers.get('location') ?? '')
      return json.error ? `failed ${json.error.code}` : `completed 201 ${one.to}`
    }
    case 'restore':
      return outcome(await ask('POST', `/versions/${one.number}.0/restoreVersion`))
    default:
      return outcome(await ask('DELETE', `/versions/${one.number}.0`))
  }
}

function headerOf(file: File | undefined, condition: Condition): Record<string, string> {
  if (!condition) return {}
  const tags: Record<string, string> = { ...file?.tags, '*': '*', none: '"nobodys"' }
  return { [condition.header]: tags[condition.tag] || '"before"' }
}

/** The files, their versions, and every order of a list; and takes note of the tags. */
async function compare(person: Person, base: string, model: Model, before: Map<File, string>): Promise<void> {
  const { json } = await person.get(`/me/drive/root:/${base}:/children?$orderby=size%20desc,name`)
  const expected = model.files.toSorted(
    (one, other) =>
      other.content.length - one.content.length ||
      (one.name.toLowerCase() < other.name.toLowerCase() ? -1 : 1),
  )
  expect(json.value.map((one: Json) => [one.name, one.size])).toEqual(
    expected.map((file) => [file.name, file.content.length]),
  )
  for (const one of json.value) {
    const file = model.find(one.name) as File
    const state = JSON.stringify([file.name, file.content, file.number])
    const was = before.get(file)
    if (was !== undefined) {
      // The eTag changes with everything, the cTag with the content alone.
      expect(one.eTag === file.tags.eTag, `eTag of ${state}`).toBe(was === state)
      const [, , number] = JSON.parse(was)
      expect(one.cTag === file.tags.cTag, `cTag of ${state}`).toBe(number === file.number)
    }
    const old = file.tags.eTag && file.tags.eTag !== one.eTag ? file.tags.eTag : file.tags.old
    file.tags = { eTag: one.eTag, cTag: one.cTag, old }
    before.set(file, state)
  }
}

describe('a plain model of files', () => {
  it.each([
    ['work', ada],
    ['personal', grace],
  ])('does all that a %s drive does, step by step', async (_, username) => {
    const person = await drive(username)
    await control(person.to, 'POST', 'settings', { copyPolls: 0 })
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25, size: 'max' }), async (operations) => {
        const base = `run${++runs}`
        await person.make('/me/drive/root/children', base)
        const [model, before] = [new Model(), new Map<File, string>()]
        for (const one of operations) {
          const got = await real(person, base, model, one)
          expect(got, JSON.stringify(one)).toBe(model.step(one))
          await compare(person, base, model, before)
        }
        for (const file of model.files) {
          const path = `/me/drive/root:/${base}/${encodeURIComponent(file.name)}:/versions`
          const { json } = await person.get(path)
          expect(json.value.map(({ id, size }: Json) => [id, size])).toEqual(
            [[file.number, file.content] as const, ...[...file.earlier].toReversed()].map(
              ([number, content]) => [`${number}.0`, content.length],
            ),
          )
        }
      }),
      { numRuns: 25 },
    )
  })
})
