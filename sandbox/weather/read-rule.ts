import { dictionary, flag, number, oneOf, type Reader, record, text } from '../server/shape.ts'
import { GraphError } from '../state/graph-error.ts'
import type { Rule } from '../state/weather.ts'
import { findRefusal } from './named-refusals.ts'

const pattern: Reader<string> = (value, where) => {
  const found = text(value, where)
  const source = /^\/(.+)\/$/s.exec(found)?.[1]
  try {
    if (source !== undefined) new RegExp(source)
  } catch (error) {
    throw new Error(`${where} is not a regular expression: ${(error as Error).message}`)
  }
  return found
}

const whole: Reader<number> = (value, where) => {
  if (!Number.isInteger(number(0)(value, where))) throw new Error(`${where} must be an integer.`)
  return value as number
}

const status: Reader<number> = (value, where) => {
  const found = whole(value, where)
  if (found < 200 || found > 599) throw new Error(`${where} must be between 200 and 599.`)
  return found
}

const jsonText: Reader<string> = (value, where) => {
  const found = text(value, where)
  try {
    JSON.parse(found)
  } catch {
    throw new Error(`${where} must be a string that contains JSON.`)
  }
  return found
}

const headerValue: Reader<string> = (value, where) => {
  if (typeof value !== 'string') throw new Error(`${where} must be a string.`)
  return value
}

const readEffect = record({
  delayMs: number(0),
  status,
  headers: dictionary(headerValue),
  body: (value: unknown) => value,
  contentType: text,
  after: flag,
  lost: flag,
  reset: flag,
  hang: oneOf('headers', 'body'),
  truncate: flag,
  claims: jsonText,
  refusal: text,
})

const readShape = record({ match: pattern, count: whole, skip: whole, effect: readEffect }, ['effect'])

/** Reads a weather rule. @throws an Error with a plain sentence that names the bad field. */
export const readRule: Reader<Rule> = (value, where) => {
  const rule = readShape(value, where)
  const { refusal } = rule.effect
  return refusal === undefined
    ? rule
    : { ...refusalRule(refusal), ...rule, effect: { ...rule.effect, ...refusalRule(refusal).effect } }
}

/** The rule of a named refusal: it comes to all requests that it fits. @throws an Error that lists the names. */
export function refusalRule(name: string): Rule {
  const { match, error } = findRefusal(name)
  const status = error instanceof GraphError ? error.status : error.error === 'invalid_client' ? 401 : 400
  return { match, effect: { refusal: name, status } }
}
