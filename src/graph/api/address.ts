import { OdLinkError } from '../../errors.ts'
import type { NextStep } from '../../text/next-step.ts'
import { fromOutside } from '../../text/sanitize.ts'
import { refuseRewrittenPath } from '../path.ts'

/** Where a request to Graph goes, without the host, which is always the link's. */
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

/** Whether what was typed is a URL rather than a path; `readAddress` then needs the link's own origin. */
export function isWhole(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text)
}

/**
 * Reads what was typed: a path below Graph's `v1.0`, one that begins with a version, or a URL at the link's own origin. What
 * no URL may contain is encoded, and so is `#`, which can only be part of a name here.
 * @param graphOrigin needed only for a URL.
 * @throws OdLinkError (usage) for anything that could lead elsewhere, or is not what it seems.
 */
export function readAddress(text: string, graphOrigin?: string): Address {
  refuseRewrittenPath(text)
  if (/[\0-\x1f\x7f]/.test(text) || !text.isWellFormed())
    throw refused(text, 'it contains a control character')
  // What a URL parser would read as a slash (WHATWG URL, "special authority slashes").
  if (text.includes('\\')) throw refused(text, 'it contains a backslash', slashed(text))
  const written = isWhole(text) ? belowOrigin(text, graphOrigin) : text.replace(/^(?!\/)/, '/')
  if (written.startsWith('//')) throw refused(text, 'it would name another host')
  const [prefix = '', version] = versionPrefix.exec(written) ?? []
  const rest = written.slice(prefix.length)
  const mark = rest.indexOf('?')
  const path = mark < 0 ? rest : rest.slice(0, mark)
  if (path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment)))
    throw refused(text, 'a segment of dots would lead elsewhere')
  if (/%(?![0-9a-f]{2})/i.test(rest))
    throw new OdLinkError('usage', `The path "${text}" contains a % that encodes nothing.`, {
      reason: 'invalid-path',
      next: ['Write a % in a name as %25.'],
    })
  return {
    version: version === 'beta' ? '/beta' : '/v1.0',
    path: encode(path),
    query: mark < 0 ? '' : encode(rest.slice(mark + 1)),
  }
}

/** The same address with more query parameters. */
export function withQuery(address: Address, query: string): Address {
  return { ...address, query: [address.query, query].filter(Boolean).join('&') }
}

/**
 * The address in a link of a response, such as the link to the next page.
 * @throws OdLinkError (service) when it is at another origin than the link's; nothing is sent there.
 */
export function followLink(link: string, graphOrigin: string): Address {
  try {
    return readAddress(link, graphOrigin)
  } catch (error) {
    throw new OdLinkError('service', 'The link to the next page leads to another host.', {
      reason: 'foreign-address',
      next: [`Nothing was sent there: ${placeOf(link)}`],
      cause: error,
    })
  }
}

/** The part of a server's URL that is shown: its origin, and nothing that could be read as a sentence. */
export function placeOf(text: unknown, base?: string): string {
  if (typeof text !== 'string' || !URL.canParse(text, base)) return 'it is not a URL'
  const { protocol, host } = new URL(text, base)
  return fromOutside(`${protocol}//${host}`, 200)
}

function belowOrigin(text: string, graphOrigin: string | undefined): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.origin !== graphOrigin || url.username || url.password) {
    throw new OdLinkError('usage', `"${text}" is not a URL of this link's Microsoft Graph.`, {
      reason: 'foreign-address',
      next: [
        `The token is only sent to ${graphOrigin ?? 'its own host'}. Use the path:`,
        { verb: 'api', args: ['/me/drive/root'] },
      ],
    })
  }
  // As it was written, because a parser would tidy up what has to be checked.
  const below = text.replace(/^[^/]*\/\/[^/?#]*/, '')
  if (versionPrefix.test(below)) return below
  throw refused(text, 'a URL of Graph begins with /v1.0 or /beta')
}

const example: NextStep = {
  intro: 'Use a path of Microsoft Graph:',
  verb: 'api',
  args: ['/me/drive/root/children'],
}

function refused(text: string, why: string, next = example): OdLinkError {
  return new OdLinkError('usage', `The path "${text}" cannot be used: ${why}.`, {
    reason: 'invalid-path',
    next: [next],
  })
}

/** As people on Windows write a path. */
function slashed(text: string): NextStep {
  const path = text.replace(/[\\/]+/g, '/')
  if (isWhole(text) || /(^|\/)\.{1,2}(\/|$)/.test(path)) return example
  return { intro: 'Paths of Microsoft Graph have slashes:', replacing: [text, path] }
}

/** Keeps what RFC 3986 allows in a path or a query (and square brackets, as in Microsoft's examples). */
function encode(text: string): string {
  return text.replace(/[^\w!$%&'()*+,./:;=?@[\]~-]/gu, encodeURIComponent)
}
