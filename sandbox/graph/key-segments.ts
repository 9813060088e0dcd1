import { refusals } from '../state/graph-error.ts'

/**
 * Reads names in key segments: `children('a')/children('b')/content`, with quotes in a name doubled. A key
 * may also be an alias for a value in the query: `children('@a1')` and `@a1='a'`, which rclone sends to
 * China's cloud. Sources: OData 4.01, URL conventions 4.3 and 5.3; rclone, backend/onedrive/onedrive.go.
 * @throws GraphError
 */
export function readKeys(of: string, query: string): { names: string[]; of: string } {
  const segments = of.split('/')
  const names: string[] = []
  for (let segment = segments[0]; segment !== undefined; segment = segments[0]) {
    const key = /^children\((.*)\)$/s.exec(decode(segment))?.[1]
    if (key === undefined) break
    names.push(unquote(key.startsWith("'@") ? alias(query, key.slice(1, -1)) : key))
    segments.shift()
  }
  return { names, of: segments.join('/') }
}

function unquote(literal: string): string {
  const inner = /^'((?:[^']|'')+)'$/s.exec(literal)?.[1]
  if (inner === undefined) throw refusals.badRequest('The key in the URL is not a quoted string.')
  return inner.replaceAll("''", "'")
}

/** The literal that an alias stands for, or the key itself when the query does not define it. */
function alias(query: string, name: string): string {
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && decode(pair.slice(0, equals)) === name)
      return decode(pair.slice(equals + 1).replaceAll('+', ' '))
  }
  return `'${name}'`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refusals.badRequest('The URL is malformed.')
  }
}
