import { readFileSync } from 'node:fs'
import { OdLinkError } from '../../errors.ts'
import { decodeText } from '../../system/decode-text.ts'
import { commandLine } from '../../text/shell-quote.ts'
import { fileTrouble } from '../transfer/file-errors.ts'

/** The fields of a request, `-f key=text` and `-F key=json`, as `gh api` has them. */
export interface Field {
  /** `a[b][]` is read as `['a', 'b', '']`. */
  keys: string[]
  value: unknown
}

/**
 * @param texts the values of `-f`, used as they are.
 * @param typed the values of `-F`: JSON, or `@FILE` for the text of a file, `@-` for standard input.
 * @throws OdLinkError (usage) for one that is not a field.
 */
export function readFields(texts: string[], typed: string[]): Field[] {
  return [
    ...texts.map((text) => readField(text, '-f', (value) => value)),
    ...typed.map((text) => readField(text, '-F', readValue)),
  ]
}

function readField(text: string, flag: string, read: (value: string, key: string) => unknown): Field {
  const [, key, nested = '', value = ''] = /^([^=[\]]+)((?:\[[^=[\]]*\])*)=(.*)/s.exec(text) ?? []
  if (key === undefined) {
    throw new OdLinkError('usage', `${flag} takes key=value, not "${text}".`, {
      reason: 'invalid-value',
      next: [
        `${flag} name=Reports`,
        `(below another key: ${flag} item[name]=Reports; in a list: ${flag} names[]=Reports)`,
      ],
    })
  }
  const below = [...nested.matchAll(/\[(.*?)\]/g)].map(([, one = '']) => one)
  return { keys: [key, ...below], value: read(value, key) }
}

function readValue(value: string, key: string): unknown {
  if (value.startsWith('@')) return textOf(value.slice(1))
  try {
    return JSON.parse(value)
  } catch {
    throw new OdLinkError('usage', `The value of -F ${key} is not valid JSON: ${value}`, {
      reason: 'invalid-value',
      next: [
        `For text: ${commandLine(['-f', `${key}=${value}`]) ?? '-f'}`,
        '(-F takes true, 12, null, {"a": 1} or @FILE)',
      ],
    })
  }
}

function textOf(file: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw fileTrouble(error, file, 'read')
  }
  return decodeText(bytes, file === '-' ? 'Standard input' : `"${file}"`)
}

type Tree = { [key: string]: unknown }

/**
 * The fields as the JSON of a body. A repeated key replaces the first; `a[]` adds to a list.
 * @throws OdLinkError (usage) when a key is both a value and an object.
 */
export function bodyOf(fields: readonly Field[]): object {
  const body = newTree()
  for (const { keys, value } of fields) place(body, keys, value)
  return body
}

function place(body: Tree, keys: string[], value: unknown): void {
  let at: Tree | unknown[] = body
  for (const [index, key] of keys.entries()) {
    const isLast = index === keys.length - 1
    const next = isLast ? value : keys[index + 1] === '' ? [] : newTree()
    if (Array.isArray(at) !== (key === '')) throw contradiction(keys)
    const there: unknown = Array.isArray(at) ? undefined : at[key]
    if (isLast || there === undefined) {
      if (Array.isArray(at)) at.push(next)
      else at[key] = next
    }
    if (isLast) return
    const below = there === undefined ? next : there
    if (typeof below !== 'object' || below === null) throw contradiction(keys)
    at = below as Tree | unknown[]
  }
}

/** Without a prototype, `__proto__` is an ordinary key. */
function newTree(): Tree {
  return Object.create(null)
}

function contradiction([first = '', ...rest]: string[]): OdLinkError {
  const key = `${first}${rest.map((one) => `[${one}]`).join('')}`
  return new OdLinkError('usage', `The field ${key} contradicts an earlier one.`, {
    reason: 'conflicting-options',
    next: ['A key has one value, a list (key[]=…), or more keys (key[name]=…).'],
  })
}

/**
 * The fields as a query. `$` and `@` are not encoded in names, as in Microsoft's examples.
 * @throws OdLinkError (usage) for a nested key, which a query cannot hold.
 */
export function queryOf(fields: readonly Field[]): string {
  return fields
    .map(({ keys, value }) => {
      if (keys.length > 1) {
        throw new OdLinkError('usage', `A query cannot have nested keys such as ${keys[0]}[${keys[1]}].`, {
          reason: 'invalid-value',
          next: ['For a body, choose the method: -X POST or -X PATCH'],
        })
      }
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      const name = encodeURIComponent(keys[0] ?? '').replace(/%(24|40)/g, decodeURIComponent)
      return `${name}=${encodeURIComponent(text)}`
    })
    .join('&')
}
