import { type Incoming, mediaType } from './messages.ts'

/** A form or query that is not valid `application/x-www-form-urlencoded`. */
export class MalformedForm extends Error {}

/** Spaces as well: MSAL Node before version 3 sends `retry-after, h429` as it is. */
const allowedBytes = /^[\x20-\x7e]*$/

/**
 * Reads `name=value&…`: percent-encoded UTF-8, `+` for a space, each name once. Values are not
 * trimmed: Microsoft stopped trimming spaces and quotes in 2019. Source: MicrosoftDocs/entra-docs,
 * identity-platform/reference-breaking-changes.
 * @throws MalformedForm
 */
export function readForm(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  if (!allowedBytes.test(text)) throw new MalformedForm('a character that must be percent-encoded')
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    if (fields.has(name)) throw new MalformedForm(`the parameter '${name}' more than once`)
    fields.set(name, equals < 0 ? '' : decode(pair.slice(equals + 1)))
  }
  return fields
}

/**
 * The parameters of an OAuth request, in its query and its posted form: one without a value is as good as omitted. The
 * form goes first. Source: RFC 6749, sections 3.1 and 3.2.
 */
export function readParameters(incoming: Incoming): Map<string, string> {
  return new Map([...withValues(readForm(incoming.query)), ...withValues(readPostedForm(incoming))])
}

function withValues(form: Map<string, string>): [string, string][] {
  return [...form].filter(([, value]) => value !== '')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new MalformedForm('a broken percent-encoding')
  }
}

/** Reads the form of a POST; a body of another type is read as an empty form. */
export function readPostedForm(incoming: Incoming): Map<string, string> {
  if (mediaType(incoming) !== 'application/x-www-form-urlencoded') return new Map()
  return readForm(incoming.body.toString('utf8'))
}

/**
 * Whether a form may have come from one of the sandbox's own pages. Browsers send an Origin header with
 * every POST (Fetch standard, "append a request Origin header"); a plain HTTP client sends none and cannot be
 * tricked by a page.
 * @param ownOrigin the origin that the request was sent to, by its Host header.
 */
export function mayBeFromOwnPage(incoming: Incoming, ownOrigin: string | undefined): boolean {
  const { origin } = incoming.headers
  const site = incoming.headers['sec-fetch-site']
  return (origin === undefined || origin === ownOrigin) && (site === undefined || site === 'same-origin')
}
