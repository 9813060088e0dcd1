/* `runs.ts` explains how to run a failing example again. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readFilter } from '../../../sandbox/graph/filter.ts'
import { GraphError } from '../../../sandbox/state/graph-error.ts'
import { settings } from '../../fuzz/runs.ts'

interface Resource extends Record<string, unknown> {
  name: string
  size: number
  createdDateTime: string
  folder?: { childCount: number }
}

const word = fc.constantFrom('', 'a', 'B', "it's", 'a b', 'ab', 'Ä', '(x)', 'null', 'eq', '2026-01-01')
const day = fc.constantFrom('2025-12-31T23:59:59Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.5Z')
const resource: fc.Arbitrary<Resource> = fc.record(
  { name: word, size: fc.nat(3), createdDateTime: day, folder: fc.record({ childCount: fc.nat(2) }) },
  { requiredKeys: ['name', 'size', 'createdDateTime'] },
)

/** A clause as text, and what it means. */
interface Clause {
  text: string
  is: (one: Resource) => boolean
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
const by = {
  eq: (order: number) => order === 0,
  ne: (order: number) => order !== 0,
  gt: (order: number) => order > 0,
  ge: (order: number) => order >= 0,
  lt: (order: number) => order < 0,
  le: (order: number) => order <= 0,
}
const operator = fc.constantFrom(...(Object.keys(by) as (keyof typeof by)[]))
const order = (one: string | number, other: string | number) => (one < other ? -1 : one > other ? 1 : 0)
const lower = (text: string) => text.toLowerCase()

const comparison: fc.Arbitrary<Clause> = fc.oneof(
  fc.tuple(operator, fc.nat(3)).map(([how, size]) => ({
    text: `size ${how} ${size}`,
    is: (one: Resource) => by[how](order(one.size, size)),
  })),
  fc.tuple(operator, day).map(([how, date]) => ({
    text: `createdDateTime ${how} ${date}`,
    is: (one: Resource) => by[how](order(Date.parse(one.createdDateTime), Date.parse(date))),
  })),
  fc.tuple(fc.constantFrom('eq' as const, 'ne' as const), word).map(([how, name]) => ({
    text: `name ${how} ${quoted(name)}`,
    is: (one: Resource) => (lower(one.name) === lower(name)) === (how === 'eq'),
  })),
  fc.constantFrom('eq' as const, 'ne' as const).map((how) => ({
    text: `folder ${how} null`,
    is: (one: Resource) => (one.folder === undefined) === (how === 'eq'),
  })),
  fc.tuple(operator, fc.nat(2)).map(([how, count]) => ({
    text: `folder/childCount ${how} ${count}`,
    // Nothing compares with what is not there, save that it differs.
    is: ({ folder }: Resource) => (folder ? by[how](order(folder.childCount, count)) : how === 'ne'),
  })),
  fc.tuple(fc.constantFrom('contains', 'startswith', 'endswith'), word).map(([name, part]) => ({
    text: `${name}(name,${quoted(part)})`,
    is: (one: Resource) => {
      const [whole, sought] = [lower(one.name), lower(part)]
      if (name === 'contains') return whole.includes(sought)
      return name === 'startswith' ? whole.startsWith(sought) : whole.endsWith(sought)
    },
  })),
)

const { clause } = fc.letrec<{ clause: Clause }>((tie) => ({
  clause: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    comparison,
    fc.tuple(fc.constantFrom('and', 'or'), tie('clause'), tie('clause')).map(([word, one, other]) => ({
      text: `(${one.text}) ${word} (${other.text})`,
      is: (item: Resource) =>
        word === 'and' ? one.is(item) && other.is(item) : one.is(item) || other.is(item),
    })),
    tie('clause').map(({ text, is }) => ({ text: `not (${text})`, is: (item: Resource) => !is(item) })),
    // `and` binds tighter than `or` (OData 4.01, URL conventions 5.1.1.14).
    fc.tuple(comparison, comparison, comparison).map(([a, b, c]) => ({
      text: `${a.text} or ${b.text} and ${c.text}`,
      is: (item: Resource) => a.is(item) || (b.is(item) && c.is(item)),
    })),
  ),
}))

it('a filter means what a plain reading of it means', () => {
  fc.assert(
    fc.property(clause, fc.array(resource, { maxLength: 8 }), ({ text, is }, items) => {
      const filter = readFilter(text)
      expect(items.filter(filter), text).toEqual(items.filter(is))
    }),
    settings(),
  )
})

it('what is no filter is refused as Graph refuses it, and never with a fault', () => {
  const piece = fc.oneof(
    fc.constantFrom('and', 'or', 'not', '(', ')', 'eq', ',', 'name', "'a'", '1', 'null'),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      try {
        readFilter(pieces.join(' '))({ name: 'a' })
      } catch (error) {
        expect(error).toBeInstanceOf(GraphError)
        expect((error as GraphError).status).toBe(400)
      }
    }),
    settings(),
  )
})
