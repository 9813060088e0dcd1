import { clientSecretFor } from '../accounts/client-secret.ts'
import type { Registration } from '../accounts/record.ts'
import { checkStoreName } from '../accounts/stores.ts'
import { OdLinkError } from '../errors.ts'
import { findCloud } from '../identity/clouds.ts'
import { type SettingName, setting } from '../settings.ts'

/** What a person brings to a sign-in: the app registration, and where it is used. */
export interface Brought {
  registration: Registration
  loginOrigin: string
  graphOrigin: string
  redirect: Redirect
  /** Scopes, separated by spaces. */
  scope: string
}

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

export interface RegistrationFlags {
  clientId?: string | undefined
  tenant?: string | undefined
  redirectUri?: string | undefined
  listen?: string | undefined
  scope?: string | undefined
  cloud?: string | undefined
}

/** Always asked for: who signed in, and a refresh token. */
const baseScopes = ['openid', 'profile', 'offline_access']
/** Asked for unless the person says otherwise. */
export const defaultScopes = 'User.Read Files.ReadWrite.All'

/**
 * Reads the registration: flags win over the environment, the environment over settings. The secret comes from
 * `OD_LINK_CLIENT_SECRET` or the store; the variable is taken out of the environment, so that no child process
 * (a browser!) inherits it.
 * @throws OdLinkError (usage) with the way to a registration when there is no client id.
 */
export async function readRegistration(flags: RegistrationFlags): Promise<Brought> {
  const secretVariable = process.env.OD_LINK_CLIENT_SECRET
  delete process.env.OD_LINK_CLIENT_SECRET
  const clientId = flags.clientId ?? setting('client-id')
  if (!clientId) throw noClientId()
  checkClientId(clientId)
  const cloud = findCloud(flags.cloud ?? setting('cloud') ?? 'global')
  const tenant = flags.tenant ?? setting('tenant') ?? cloud.tenant
  checkTenant(tenant)
  const redirect = readRedirect(
    flags.redirectUri ?? setting('redirect-uri') ?? 'http://localhost',
    flags.listen ?? setting('listen'),
  )
  const scope = completeScope(flags.scope ?? setting('scope') ?? defaultScopes)
  const clientSecret = secretVariable || (await clientSecretFor(clientId))
  return {
    registration: { clientId, tenant, ...(clientSecret ? { clientSecret } : {}) },
    loginOrigin: cloud.login,
    graphOrigin: cloud.graph,
    redirect,
    scope,
  }
}

/** Checks a value before `config set` keeps it. */
export function checkSetting(name: SettingName, value: string): void {
  if (name === 'client-id') checkClientId(value)
  else if (name === 'tenant') checkTenant(value)
  else if (name === 'cloud') findCloud(value)
  else if (name === 'redirect-uri') readRedirect(value, '127.0.0.1:1')
  else if (name === 'listen') parseListen(value)
  else if (name === 'store') checkStoreName(value)
}

function checkClientId(clientId: string): void {
  if (/^[\w.-]{1,128}$/.test(clientId)) return
  throw new OdLinkError('usage', `"${clientId}" is not a client id.`, {
    hint: 'It is the Application (client) ID of the Overview page, such as 11111111-2222-3333-4444-555555555555.',
  })
}

function checkTenant(tenant: string): void {
  if (/^[\w.-]{1,253}$/.test(tenant)) return
  throw new OdLinkError('usage', `"${tenant}" is not a tenant.`, {
    hint: 'It is common, organizations, consumers, a domain such as contoso.com, or the directory id.',
  })
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
function parseListen(text: string): ListenAddress {
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

function completeScope(scope: string): string {
  const scopes = scope.split(/[\s,]+/).filter(Boolean)
  return [...new Set([...baseScopes, ...scopes])].join(' ')
}

function noClientId(): OdLinkError {
  return new OdLinkError(
    'usage',
    'No app registration is known yet: od-link needs a client id of your own.',
    {
      hint: 'od-link setup\n(it leads you to one, for free and in five minutes)\nTo see it all without an account: od-link demo',
    },
  )
}
