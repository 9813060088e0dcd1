import { refusals } from '../state/graph-error.ts'

/** Whether a resource, as it would be sent, is wanted. */
export type Filter = (resource: Record<string, unknown>) => boolean

type Value = (resource: Record<string, unknown>) => unknown

/** The properties of a driveItem that a filter can name. Source: msgraph-metadata, schemas/v1.0. */
export const properties = new Set(
  `createdBy createdDateTime cTag deleted description eTag file fileSystemInfo folder id image lastModifiedBy
  lastModifiedDateTime name package parentReference photo publication remoteItem root shared size specialFolder video
  webUrl`.split(/\s+/),
)

const token =
  /\s*(?:(?<text>'(?:[^']|'')*')|(?<date>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?)|(?<number>-?\d+(?:\.\d+)?)|(?<word>[A-Za-z_@][\w.@/]*)|(?<mark>[(),]))/y

const comparisons: Record<string, (one: number | string, other: number | string) => boolean> = {
  eq: (one, other) => one === other,
  ne: (one, other) => one !== other,
  gt: (one, other) => one > other,
  ge: (one, other) => one >= other,
  lt: (one, other) => one < other,
  le: (one, other) => one <= other,
}

const functions: Record<string, (one: string, other: string) => boolean> = {
  contains: (one, other) => one.includes(other),
  endswith: (one, other) => one.endsWith(other),
  startswith: (one, other) => one.startsWith(other),
}

/**
 * Reads a `$filter`: comparisons, `contains`, `endswith` and `startswith`, with `and`, `or`, `not` and parentheses (OData
 * 4.01, URL conventions 5.1.1). Text is compared without case, as OneDrive compares names.
 * @throws GraphError 400 for anything else.
 */
export function readFilter(text: string): Filter {
  const parser = new Parser(split(text))
  const filter = parser.any()
  parser.end()
  return filter
}

function split(text: string): string[] {
  const found: string[] = []
  token.lastIndex = 0
  while (token.lastIndex < text.trimEnd().length) {
    const at = token.lastIndex
    const match = token.exec(text)
    if (!match) throw invalid(`Syntax error at position ${at} in '${text}'.`)
    found.push(match[0].trim())
  }
  return found
}

function invalid(why: string) {
  return refusals.badRequest(`Invalid filter clause: ${why}`)
}

class Parser {
  #tokens: string[]

  constructor(tokens: string[]) {
    this.#tokens = tokens
  }

  any(): Filter {
    const parts = [this.#all()]
    while (this.#take('or')) parts.push(this.#all())
    return (resource) => parts.some((part) => part(resource))
  }

  end(): void {
    if (this.#tokens.length > 0) throw invalid(`'${this.#tokens[0]}' is not expected here.`)
  }

  #all(): Filter {
    const parts = [this.#one()]
    while (this.#take('and')) parts.push(this.#one())
    return (resource) => parts.every((part) => part(resource))
  }

  #one(): Filter {
    if (this.#take('not')) {
      const part = this.#one()
      return (resource) => !part(resource)
    }
    if (this.#take('(')) {
      const inner = this.any()
      this.#require(')')
      return inner
    }
    const name = this.#tokens[0]?.toLowerCase() ?? ''
    return Object.hasOwn(functions, name) && this.#tokens[1] === '(' ? this.#call(name) : this.#comparison()
  }

  #call(name: string): Filter {
    this.#tokens.splice(0, 2)
    const one = this.#value()
    this.#require(',')
    const other = this.#value()
    this.#require(')')
    const test = functions[name] as (typeof functions)[string]
    const call: Filter = (resource) => test(String(one(resource) ?? ''), String(other(resource)))
    if (!this.#take('eq')) return call
    const wanted = this.#value()
    return (resource) => call(resource) === wanted(resource)
  }

  #comparison(): Filter {
    const one = this.#value()
    const operator = this.#tokens.shift() ?? ''
    const compare = comparisons[operator.toLowerCase()]
    if (!compare) throw invalid(`'${operator}' is not an operator.`)
    const other = this.#value()
    return (resource) => {
      const [left, right] = [comparable(one(resource)), comparable(other(resource))]
      if (left === null || right === null)
        return compare(left === right ? 0 : 1, 0) && /^(eq|ne)$/i.test(operator)
      return compare(left, right)
    }
  }

  #value(): Value {
    const next = this.#tokens.shift()
    if (next === undefined) throw invalid('It ends too early.')
    if (next.startsWith("'")) {
      const text = next.slice(1, -1).replaceAll("''", "'").toLowerCase()
      return () => text
    }
    if (/^(true|false|null)$/.test(next)) return () => JSON.parse(next)
    if (/^-?\d+(\.\d+)?$/.test(next)) return () => Number(next)
    if (/^\d/.test(next)) return () => next
    const path = next.split('/')
    if (!properties.has(path[0] ?? ''))
      throw invalid(`Could not find a property named '${next}' on type 'microsoft.graph.driveItem'.`)
    return (resource) => {
      let value: unknown = resource
      for (const name of path) value = (value as Record<string, unknown> | undefined)?.[name]
      return typeof value === 'string' ? value.toLowerCase() : value
    }
  }

  #take(word: string): boolean {
    if (this.#tokens[0]?.toLowerCase() !== word) return false
    this.#tokens.shift()
    return true
  }

  #require(mark: string): void {
    if (!this.#take(mark)) throw invalid(`'${mark}' is expected.`)
  }
}

/** Dates as numbers, so that fractions of a second and zones do not matter; a facet is only there or not. */
function comparable(value: unknown): string | number | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'number') return value
  if (typeof value === 'string')
    return /^\d{4}-\d\d-\d\d(t|$)/i.test(value) ? Date.parse(value.toUpperCase()) : value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
