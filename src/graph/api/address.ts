import { OdLinkError } from '../../errors.ts'
import { fromOutside } from '../../text/sanitize.ts'
import { refuseRewrittenPath } from '../path.ts'

/** Where a request to Graph goes; the host is not among it, since it is always that of the link. */
export interface Address {
  version: '/v1.0' | '/beta'
  /** Below the version, encoded, without the query: `/me/drive/root`. */
  path: string
  /** Encoded, without the question mark. */
  query: string
}

const versionPrefix = /^\/(v1\.0|beta)(?=[/?]|$)/

/** The path and the query of a request, as they follow the version. */
export function pathOf({ path, query }: Address): string {
  return query ? `${path}?${query}` : path
}

/** Whether what was typed is a whole address, and no path: `readAddress` then needs the link's own origin. */
export function isWhole(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text)
}

/**
 * Reads what was typed: a path below Graph's `v1.0`, one that begins with a version, or a whole address at the link's
 * own origin. What no URL can hold is encoded, and so is `#`, which can only be part of a name here.
 * @param graphOrigin needed for a whole address alone.
 * @throws OdLinkError (usage) for anything that could lead elsewhere, or means something else than it seems to.
 */
export function readAddress(text: string, graphOrigin?: string): Address {
  refuseRewrittenPath(text)
  if (/[\0-\x1f\x7f\\]/.test(text) || !text.isWellFormed())
    throw refused(text, 'it holds a backslash or a control character')
  const written = isWhole(text) ? belowOrigin(text, graphOrigin) : text.replace(/^(?!\/)/, '/')
  if (written.startsWith('//')) throw refused(text, 'it would name another host')
  const [prefix = '', version] = versionPrefix.exec(written) ?? []
  const rest = written.slice(prefix.length)
  const mark = rest.indexOf('?')
  const path = mark < 0 ? rest : rest.slice(0, mark)
  if (path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment)))
    throw refused(text, 'a segment of dots would lead elsewhere')
  if (/%(?![0-9a-f]{2})/i.test(rest))
    throw new OdLinkError('usage', `The path "${text}" has a % that encodes nothing.`, {
      hint: 'A % in a name is written %25.',
    })
  return {
    version: version === 'beta' ? '/beta' : '/v1.0',
    path: encode(path),
    query: mark < 0 ? '' : encode(rest.slice(mark + 1)),
  }
}

/** The same address with more of a query. */
export function withQuery(address: Address, query: string): Address {
  return { ...address, query: [address.query, query].filter(Boolean).join('&') }
}

/**
 * The address that a link in an answer of Graph names, such as the one to the next page.
 * @throws OdLinkError (service) when it leads to another origin than the link's; nothing is sent there.
 */
export function followLink(link: string, graphOrigin: string): Address {
  try {
    return readAddress(link, graphOrigin)
  } catch (error) {
    throw new OdLinkError('service', 'Microsoft Graph names a next page that is not its own.', {
      hint: `Nothing was sent there: ${placeOf(link)}`,
      cause: error,
    })
  }
}

/** What is shown of an address that a server names: where it leads, and nothing that could be read as a sentence. */
export function placeOf(text: unknown, base?: string): string {
  if (typeof text !== 'string' || !URL.canParse(text, base)) return 'it is no address'
  const { protocol, host } = new URL(text, base)
  return fromOutside(`${protocol}//${host}`, 200)
}

function belowOrigin(text: string, graphOrigin: string | undefined): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.origin !== graphOrigin || url.username || url.password) {
    throw new OdLinkError('usage', `"${text}" is not an address of this link's Microsoft Graph.`, {
      hint: `The token goes to ${graphOrigin ?? 'its own host'} alone. Give the path: od-link api /me/drive/root`,
    })
  }
  // As it was written: what a parser tidies up must be seen by the checks.
  const below = text.replace(/^[^/]*\/\/[^/?#]*/, '')
  if (versionPrefix.test(below)) return below
  throw refused(text, 'an address of Graph begins with /v1.0 or /beta')
}

function refused(text: string, why: string): OdLinkError {
  return new OdLinkError('usage', `The path "${text}" cannot be used: ${why}.`, {
    hint: 'Give a path of Microsoft Graph: od-link api /me/drive/root/children',
  })
}

/** Leaves what RFC 3986 allows in a path or a query (and the square brackets, as Microsoft's examples have them). */
function encode(text: string): string {
  return text.replace(/[^\w!$%&'()*+,./:;=?@[\]~-]/gu, encodeURIComponent)
}
