import type { Arguments } from '../../cli/command.ts'

/** The HTTP method that these options of `od-link api` ask for. */
export function methodOf(options: Arguments['options']): string {
  if (options.upload !== undefined) return 'PUT'
  const hasFields = options['raw-field'] !== undefined || options.field !== undefined
  const hasBody = options.input !== undefined || (hasFields && !options.paginate)
  return typeof options.method === 'string' ? options.method : hasBody ? 'POST' : 'GET'
}

/** Whether a method only reads, so that it has no body (RFC 9110, section 9.3.1). */
export function isBodiless(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
