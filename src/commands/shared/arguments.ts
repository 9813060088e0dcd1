import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'

type Options = Arguments['options']

/** The value of an option that takes one. */
export function textOf(options: Options, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

/** The values of an option that may be given several times. */
export function textsOf(options: Options, name: string): string[] {
  const value = options[name]
  return Array.isArray(value) ? value : []
}

/** @throws OdLinkError (usage) when the value is not a number of seconds. */
export function secondsOf(options: Options, name: string): number | undefined {
  return numberOf(options, name, 'a number of seconds')
}

/** @throws OdLinkError (usage) when the value is not a number, zero or more. */
export function numberOf(options: Options, name: string, what = 'a number'): number | undefined {
  const text = textOf(options, name)
  if (text === undefined) return undefined
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text)
  throw new OdLinkError('usage', `--${name} takes ${what}, not "${text}".`, {
    reason: 'invalid-value',
    next: [{ flags: { [name]: '60' } }],
  })
}
