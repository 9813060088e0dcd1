import { OdLinkError } from '../errors.ts'

/**
 * A redirect URI, and where od-link listens for requests to it: on loopback at the URI's own port (without one, at any free
 * port), or behind a web server that forwards requests to an https URI.
 */
export interface Redirect {
  scheme: 'http' | 'https'
  host: string
  port: number | undefined
  /** As written in the URI: empty, or with its leading slash. */
  path: string
  listen: ListenAddress
}

export interface ListenAddress {
  host: 'localhost' | '127.0.0.1' | '::1'
  port: number | undefined
}

/** Whether there is a web server between the browser and od-link. */
export function isForwarded({ scheme }: Redirect): boolean {
  return scheme === 'https'
}

/** The redirect URI as registered, with a port only if the person named one. */
export function registeredUri({ scheme, host, port, path }: Redirect): string {
  return `${scheme}://${host}${port === undefined ? '' : `:${port}`}${path}`
}

/**
 * Parses a redirect URI. It is sent exactly as written, so no URL parser rebuilds it, which would add a slash.
 * @param listen where to listen behind a web server; ignored for a URI on loopback, which says it itself.
 * @throws OdLinkError (usage) when it is neither http on this machine, nor https with an address to listen on.
 */
export function readRedirect(uri: string, listen: string | undefined): Redirect {
  const match = /^(https?):\/\/([a-z\d.-]+)(?::(\d{1,5}))?(\/[\w.~!$&'()*+,;=:@%/-]*)?$/i.exec(uri)
  const [, scheme, host = '', portText, path = ''] = match ?? []
  const port = portText === undefined ? undefined : Number(portText)
  if (match && (port === undefined || isPort(port))) {
    const name = host.toLowerCase()
    if (scheme === 'http' && (name === 'localhost' || name === '127.0.0.1')) {
      return { scheme, host: name, port, path, listen: { host: name, port } }
    }
    if (scheme === 'https') {
      if (listen === undefined) throw noPlaceToListen(uri)
      return { scheme, host: name, port, path, listen: parseListen(listen) }
    }
  }
  throw new OdLinkError('usage', `"${uri}" is not a redirect URI that od-link can listen on.`, {
    reason: 'invalid-value',
    next: [
      'Use http://localhost, with the port and path of the registration, if any:',
      '--redirect-uri http://localhost:5000/post_onedrive',
      'or an https URI whose web server forwards its requests:',
      '--redirect-uri https://example-app.com/post_onedrive --listen 127.0.0.1:5000',
    ],
  })
}

/** @throws OdLinkError (usage) when it is not a loopback address with a port. */
export function parseListen(text: string): ListenAddress {
  const [, host = '', portText] = /^(localhost|127\.0\.0\.1|\[::1\]):(\d{1,5})$/.exec(text) ?? []
  const port = Number(portText)
  if (host && isPort(port)) return { host: host.replace(/[[\]]/g, '') as ListenAddress['host'], port }
  throw new OdLinkError('usage', `"${text}" is not an address of this machine that od-link can listen on.`, {
    reason: 'invalid-value',
    next: [
      '--listen 127.0.0.1:5000',
      '(only loopback: the web server that forwards requests runs on this machine)',
    ],
  })
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535
}

function noPlaceToListen(uri: string): OdLinkError {
  return new OdLinkError('usage', `The redirect URI ${uri} leads to a web server, not to od-link.`, {
    reason: 'missing-setting',
    next: [
      'Say where the web server forwards its requests: --listen 127.0.0.1:5000',
      'Or register http://localhost, which needs no web server.',
    ],
  })
}
