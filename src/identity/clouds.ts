import { OdLinkError } from '../errors.ts'
import { isLoopback } from '../http/index.ts'
import { globalPortal } from './portal.ts'

export interface Cloud {
  /** Origin of the login host. */
  login: string
  /** Origin of Graph. */
  graph: string
  /** Used when the person names no tenant. Personal accounts exist in the global cloud alone. */
  tenant: 'common' | 'organizations'
  /** Where its portal is, in which an app is registered. */
  portal: string
  /** What the Azure CLI calls it: `az cloud set --name`. */
  az: string
}

/**
 * Microsoft's clouds. Tokens of one are worth nothing in another, and apps are registered in each anew. Scopes need
 * no column: a short name, such as Files.ReadWrite, means the Graph of the cloud that is asked.
 * https://learn.microsoft.com/en-us/graph/deployments
 * https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud
 */
const clouds = {
  global: {
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    tenant: 'common',
    portal: globalPortal,
    az: 'AzureCloud',
  },
  usgov: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    tenant: 'organizations',
    portal: 'https://entra.microsoft.us',
    az: 'AzureUSGovernment',
  },
  dod: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
    tenant: 'organizations',
    portal: 'https://entra.microsoft.us',
    az: 'AzureUSGovernment',
  },
  china: {
    login: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    tenant: 'organizations',
    portal: 'https://entra.microsoftonline.cn',
    az: 'AzureChinaCloud',
  },
} as const satisfies Record<string, Cloud>

export type CloudName = keyof typeof clouds

const cloudNames = Object.keys(clouds)

/** Names of earlier versions, and what they are called now. */
const oldNames: Record<string, string> = { usgovdod: 'dod' }

/** The portal of the cloud whose login host this is; the global one for a login host of another's. */
export function portalOf(loginOrigin: string): string {
  return (Object.values<Cloud>(clouds).find(({ login }) => login === loginOrigin) ?? clouds.global).portal
}

/**
 * The cloud of that name, with the origins that `OD_LINK_AUTHORITY_HOST` and `OD_LINK_GRAPH_HOST` put in its place.
 * @throws OdLinkError (usage) for an unknown cloud, or an origin that is neither https nor http on loopback.
 */
export function findCloud(name: string): Cloud {
  const known = oldNames[name] ?? name
  if (!Object.hasOwn(clouds, known)) {
    throw new OdLinkError('usage', `There is no cloud "${name}".`, {
      hint: `It is one of: ${cloudNames.join(', ')}`,
    })
  }
  const cloud = clouds[known as keyof typeof clouds]
  return {
    ...cloud,
    login: originFrom('OD_LINK_AUTHORITY_HOST') ?? cloud.login,
    graph: originFrom('OD_LINK_GRAPH_HOST') ?? cloud.graph,
  }
}

function originFrom(variable: string): string | undefined {
  const value = process.env[variable]
  if (!value) return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (!url || !safe || url.username || url.pathname !== '/' || url.search || url.hash) {
    throw new OdLinkError('usage', `${variable} must be an https origin, or http on loopback.`, {
      hint: `For example: ${variable}=https://login.microsoftonline.com`,
    })
  }
  return url.origin
}
