import { OdLinkError } from '../errors.ts'

/**
 * A redirect URI, and where od-link listens for what is sent to it: on loopback at the URI's own port (without one,
 * any free port is taken), or behind a web server that passes on what comes to an https URI.
 */
export interface Redirect {
  scheme: 'http' | 'https'
  host: string
  port: number | undefined
  /** As it stands in the URI: empty, or with its leading slash. */
  path: string
  listen: ListenAddress
}

export interface ListenAddress {
  host: 'localhost' | '127.0.0.1' | '::1'
  port: number | undefined
}

/** Whether a web server stands between the browser and od-link. */
export function isForwarded({ scheme }: Redirect): boolean {
  return scheme === 'https'
}

/** The redirect URI as it is registered, which names a port only where the person did. */
export function registeredUri({ scheme, host, port, path }: Redirect): string {
  return `${scheme}://${host}${port === undefined ? '' : `:${port}`}${path}`
}

/**
 * Reads a redirect URI. It is sent to the letter, so it is not rebuilt by a URL parser, which would add a slash.
 * @param listen where to listen behind a web server; of no use for a URI on loopback, which says it itself.
 * @throws OdLinkError (usage) when it is neither http on this machine, nor https with a place to listen at.
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
    hint: [
      'It is http://localhost, with a port and a path if the registration names them: http://localhost:5000/post_onedrive',
      'or an https URI whose web server passes its requests on: --redirect-uri https://example-app.com/post_onedrive --listen 127.0.0.1:5000',
    ].join('\n'),
  })
}

/** @throws OdLinkError (usage) when it is not a loopback address with a port. */
export function parseListen(text: string): ListenAddress {
  const [, host = '', portText] = /^(localhost|127\.0\.0\.1|\[::1\]):(\d{1,5})$/.exec(text) ?? []
  const port = Number(portText)
  if (host && isPort(port)) return { host: host.replace(/[[\]]/g, '') as ListenAddress['host'], port }
  throw new OdLinkError('usage', `"${text}" is not an address of this machine that od-link can listen on.`, {
    hint: '--listen 127.0.0.1:5000\n(loopback alone: the web server that passes requests on runs on this machine)',
  })
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535
}

function noPlaceToListen(uri: string): OdLinkError {
  return new OdLinkError('usage', `The redirect URI ${uri} leads to a web server, not to od-link.`, {
    hint: [
      'Say where the web server passes its requests on to: --listen 127.0.0.1:5000',
      'Or register http://localhost, which needs no web server.',
    ].join('\n'),
  })
}
