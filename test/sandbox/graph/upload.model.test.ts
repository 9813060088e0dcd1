import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
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

/* Files against a plain model: conflict behavior, conditions, upload sessions, copies, versions, the recycle bin, and a restart. */

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
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ do: fc.constant('session' as const), name, text: fc.constantFrom('s', 'se') },
      ...{ conflict: fc.constantFrom('fail', 'rename', 'replace'), deferred: fc.boolean() },
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('recycled' as const), which: fc.nat(9) }) },
)
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never
type Condition = { header: string; tag: string } | undefined

interface File {
  name: string
  content: string
  /** The number of the current version. */
  number: number
  earlier: Map<number, string>
  id: string
  /** Tags as the drive told them; `old` is one that was good before. */
  tags: { eTag: string; cTag: string; old: string }
}

/** A folder of files: a list, and the rules that Microsoft's pages give. */
class Model {
  files: File[] = []
  /** The recycle bin. Nothing is restored from it on a work drive. */
  bin: File[] = []
  readonly #isWork: boolean

  constructor(isWork: boolean) {
    this.#isWork = isWork
  }

  /** What an operation on the bin is about; what is there is never undefined to the caller. */
  recycled(which: number): File | undefined {
    return this.bin[which % Math.max(1, this.bin.length)]
  }

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
    this.files.push({ name, content, number: 1, earlier: new Map(), id: '', tags })
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
    if (one.do === 'recycled') return this.#restore(this.recycled(one.which))
    const file = this.find(one.name)
    if (one.do === 'put' || one.do === 'session') {
      if (one.do === 'put' && !this.holds(file, one.condition)) return '412'
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
      this.bin.push(file)
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

  #restore(file: File | undefined): string {
    if (!file) return 'nothing'
    if (this.#isWork) return '501'
    if (this.find(file.name)) return '409'
    this.bin.splice(this.bin.indexOf(file), 1)
    this.files.push(file)
    return `200 ${file.name}`
  }
}

type Person = Awaited<ReturnType<typeof drive>>

/** The same over HTTP. @returns the status, with the name or the outcome of a copy. */
async function real(person: Person, base: string, model: Model, one: Operation): Promise<string> {
  const { to, accessToken } = person
  if (one.do === 'recycled') {
    const file = model.recycled(one.which)
    return file ? outcome(await person.post(`/me/drive/items/${file.id}/restore`, {})) : 'nothing'
  }
  if (one.do === 'session') return inSession(person, base, one)
  const ask = async (method: string, of: string, body?: unknown, headers = {}) =>
    graph(
      to,
      accessToken,
      method,
      `/me/drive/root:/${base}/${encodeURIComponent(one.name)}:${of}`,
      body,
      headers,
    )
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

const outcome = ({ status, json }: Answer) => (status < 300 && json ? `${status} ${json.name}` : `${status}`)

/** An upload session, whose file is created with the last range or by a request of its own. */
async function inSession(
  { to, accessToken, post }: Person,
  base: string,
  { name, text, conflict, deferred }: Extract<Operation, { do: 'session' }>,
): Promise<string> {
  const address = `/me/drive/root:/${base}/${encodeURIComponent(name)}`
  const item = { '@microsoft.graph.conflictBehavior': conflict }
  const opened = await post(`${address}:/createUploadSession`, { item, deferCommit: deferred })
  if (opened.status !== 200) return outcome(opened)
  const url: string = opened.json.uploadUrl
  const range = `bytes 0-${text.length - 1}/${text.length}`
  const sent = await call(url, { method: 'PUT', headers: { 'content-range': range }, body: text })
  if (!deferred) return outcome(sent)
  expect([sent.status, sent.json.nextExpectedRanges]).toEqual([202, []])
  const onWork = await call(url, { method: 'POST' })
  if (onWork.status !== 501) return outcome(onWork)
  return outcome(await graph(to, accessToken, 'PUT', address, { ...item, '@microsoft.graph.sourceUrl': url }))
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
    file.id = one.id
    file.tags = { eTag: one.eTag, cTag: one.cTag, old }
    before.set(file, state)
  }
}

/** Every version of every file, with its content's length. */
async function compareVersions(person: Person, base: string, model: Model): Promise<void> {
  for (const file of model.files) {
    const { json } = await person.get(`/me/drive/root:/${base}/${encodeURIComponent(file.name)}:/versions`)
    expect(json.value.map(({ id, size }: Json) => [id, size])).toEqual(
      [[file.number, file.content] as const, ...[...file.earlier].toReversed()].map(([number, content]) => [
        `${number}.0`,
        content.length,
      ]),
    )
  }
}

describe('a plain model of files', () => {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-model-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  it.each([
    ['work', ada],
    ['personal', grace],
  ])('does all that a %s drive does, step by step and over a restart', async (kind, username) => {
    const state = join(dir, `${kind}.json`)
    const start = async () => {
      const person = await drive(username, { state })
      await control(person.to, 'POST', 'settings', { copyPolls: 0 })
      return person
    }
    let person = await start()
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25, size: 'max' }), async (operations) => {
        const base = `run${++runs}`
        await person.make('/me/drive/root/children', base)
        const [model, before] = [new Model(kind === 'work'), new Map<File, string>()]
        for (const one of operations) {
          // What comes back from the bin has new tags.
          if (one.do === 'recycled') before.delete(model.recycled(one.which) as File)
          const got = await real(person, base, model, one)
          expect(got, JSON.stringify(one)).toBe(model.step(one))
          await compare(person, base, model, before)
        }
        await compareVersions(person, base, model)
        await person.to.close()
        person = await start()
        await compare(person, base, model, before)
        await compareVersions(person, base, model)
        for (const file of [...model.bin]) {
          const one = { do: 'recycled' as const, which: model.bin.indexOf(file) }
          expect(await real(person, base, model, one)).toBe(model.step(one))
        }
        await person.remove(`/me/drive/root:/${base}`)
      }),
      { numRuns: 40 },
    )
  })
})
