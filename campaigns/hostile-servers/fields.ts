/* Every field of an answer, so that none is forgotten, and its replacements. */

import type { Json } from './id-token.ts'
import { headerPoisons, poisons } from './poisons.ts'
import type { Answer, Tamper } from './tamperer.ts'

type Place = readonly (string | number)[]

/**
 * The paths of everything in a value, including objects and arrays themselves; of an array only the first
 * element.
 */
function placesIn(value: Json, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const entries: [string | number, Json][] = Array.isArray(value)
    ? value.slice(0, 1).map((one): [number, Json] => [0, one])
    : Object.entries(value)
  return entries.flatMap(([name, one]) => {
    // The characters of a base64 string are not fields.
    const place = [...at, name]
    return [place, ...placesIn(one, place)]
  })
}

function valueAt(value: Json, place: Place): Json {
  return place.reduce((one, name) => one?.[name], value)
}

/** Sets a value at a path; in an array, in every element. Does nothing if the path does not exist. */
function put(value: Json, [name, ...rest]: Place, poison: Json): void {
  if (typeof value !== 'object' || value === null || name === undefined) return
  if (rest.length > 0) {
    for (const one of typeof name === 'number' ? value : [value[name]]) put(one, rest, poison)
  } else if (name in value) value[name] = poison
}

/** The headers that od-link reads, whether the genuine answer has them or not. */
const readHeaders = ['content-encoding', 'content-type', 'date', 'location', 'request-id', 'retry-after']

/**
 * The replacements for the fields of these answers: for each field those that `poisons.ts` marks as
 * `always`, one for its type and one of a wrong type, in rotation.
 * @param all try every replacement on every field.
 */
export function everyField(answers: readonly Answer[], all: boolean): { name: string; tamper: Tamper }[] {
  let turn = 0
  const choose = <T extends { always?: boolean; fits?: unknown }>(fitting: readonly T[]): readonly T[] => {
    if (all) return fitting
    turn += 1
    const oneOf = (some: readonly T[]) => some.slice(turn % some.length).slice(0, 1)
    const others = fitting.filter(({ always }) => !always)
    return [
      ...fitting.filter(({ always }) => always),
      ...oneOf(others.filter(({ fits }) => fits)),
      ...oneOf(others.filter(({ fits }) => !fits)),
    ]
  }
  const inJson = (part: 'json' | 'claims', before: string) =>
    fieldsOf(answers, part).flatMap(({ name, place, value }) =>
      choose(poisons.filter(({ fits }) => fits?.(value) ?? true)).map((poison) => ({
        name: `${before}${name}: ${poison.name}`,
        tamper: (answer: Answer) => {
          put(answer[part], place, poison.value(value))
          return undefined
        },
      })),
    )
  const headers = headersOf(answers).flatMap((header) =>
    choose(headerPoisons).map(({ name, value }) => ({
      name: `the header ${header}: ${name}`,
      tamper: ({ headers }: Answer) => {
        headers[header] = value
        return undefined
      },
    })),
  )
  return [...inJson('json', ''), ...inJson('claims', 'id_token: '), ...headers]
}

/** The distinct fields of these answers. */
function fieldsOf(answers: readonly Answer[], part: 'json' | 'claims') {
  const found = new Map<string, { name: string; place: Place; value: Json }>()
  for (const answer of answers) {
    for (const place of placesIn(answer[part])) {
      const name = place.map((one) => (typeof one === 'number' ? '[]' : one)).join('.')
      if (!found.has(name)) found.set(name, { name, place, value: valueAt(answer[part], place) })
    }
  }
  return [...found.values()]
}

function headersOf(answers: readonly Answer[]): string[] {
  return [...new Set([...readHeaders, ...answers.flatMap(({ headers }) => Object.keys(headers))])].sort()
}
