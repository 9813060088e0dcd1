/** Checks a value of unknown shape; `where` names it in the error message. */
export type Reader<T> = (value: unknown, where: string) => T

type Shape = Record<string, Reader<unknown>>
type Read<S extends Shape> = { [K in keyof S]: ReturnType<S[K]> }

export const text: Reader<string> = (value, where) => {
  if (typeof value !== 'string' || value === '') throw new Error(`${where} must be a non-empty string.`)
  return value
}

export const flag: Reader<boolean> = (value, where) => {
  if (typeof value !== 'boolean') throw new Error(`${where} must be true or false.`)
  return value
}

/** A finite number, optionally with a minimum. */
export function number(least = Number.NEGATIVE_INFINITY): Reader<number> {
  return (value, where) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || value < least) {
      throw new Error(
        `${where} must be a number${least > Number.NEGATIVE_INFINITY ? ` of at least ${least}` : ''}.`,
      )
    }
    return value
  }
}

/** One of a few constants. */
export function oneOf<const T extends readonly (string | number | boolean)[]>(
  ...allowed: T
): Reader<T[number]> {
  return (value, where) => {
    const found = allowed.find((one) => one === value)
    if (found === undefined) {
      throw new Error(`${where} must be ${allowed.map((one) => JSON.stringify(one)).join(' or ')}.`)
    }
    return found
  }
}

/** An array whose elements are all of one shape. */
export function list<T>(reader: Reader<T>): Reader<T[]> {
  return (value, where) => {
    if (!Array.isArray(value)) throw new Error(`${where} must be a list.`)
    return value.map((one, index) => reader(one, `${where}[${index}]`))
  }
}

/** An object with any keys, whose values are all of one shape. */
export function dictionary<T>(reader: Reader<T>): Reader<Record<string, T>> {
  return (value, where) =>
    Object.fromEntries(
      Object.entries(plainObject(value, where)).map(([key, one]) => [key, reader(one, `${where}["${key}"]`)]),
    )
}

/** An object with these fields and no others; those not named as required may be missing. */
export function record<S extends Shape, R extends keyof S & string = never>(
  shape: S,
  required: R[] = [],
): Reader<Partial<Read<S>> & Pick<Read<S>, R>> {
  return (value, where) => {
    const given = plainObject(value, where)
    const prefix = where === 'The body' ? '' : `${where}.`
    for (const field of required) {
      if (given[field] === undefined) throw new Error(`${prefix}${field} is missing.`)
    }
    const read: Record<string, unknown> = {}
    for (const [field, one] of Object.entries(given)) {
      const reader = Object.hasOwn(shape, field) ? shape[field] : undefined
      if (!reader)
        throw new Error(
          `${prefix}${field} is not a known field; these are: ${Object.keys(shape).join(', ')}.`,
        )
      if (one !== undefined) read[field] = reader(one, prefix + field)
    }
    return read as Partial<Read<S>> & Pick<Read<S>, R>
  }
}

function plainObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${where} must be an object.`)
  return value as Record<string, unknown>
}
