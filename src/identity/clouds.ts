import { OdLinkError } from '../errors.ts'
import { globalPortal } from './portal.ts'

export interface Cloud {
  /** Origin of the login host. */
  login: string
  /** Origin of Graph. */
  graph: string
  /** Used when the person names no tenant. Personal accounts exist only in the global cloud. */
  tenant: 'common' | 'organizations'
  /** The portal in which apps are registered. */
  portal: string
  /** What the Azure CLI calls it: `az cloud set --name`. */
  az: string
  /** The domain of SharePoint: each organization has a host below it, `contoso.sharepoint.com`. */
  sharePoint: string
  /** The hosts of personal drives. */
  personalDrives: readonly string[]
}

/**
 * Microsoft's clouds. A token of one is not valid in another, and an app is registered in each cloud separately. Scopes
 * need no column: a short name, such as Files.ReadWrite, means Graph in the cloud that is asked. To add a cloud: a row
 * here and a word in `commands/shared/options.ts`.
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
    sharePoint: 'sharepoint.com',
    personalDrives: ['onedrive.live.com', '1drv.ms'],
  },
  usgov: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    tenant: 'organizations',
    portal: 'https://entra.microsoft.us',
    az: 'AzureUSGovernment',
    sharePoint: 'sharepoint.us',
    personalDrives: [],
  },
  dod: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
    tenant: 'organizations',
    portal: 'https://entra.microsoft.us',
    az: 'AzureUSGovernment',
    sharePoint: 'sharepoint-mil.us',
    personalDrives: [],
  },
  china: {
    login: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    tenant: 'organizations',
    portal: 'https://entra.microsoftonline.cn',
    az: 'AzureChinaCloud',
    sharePoint: 'sharepoint.cn',
    personalDrives: [],
  },
} as const satisfies Record<string, Cloud>

export type CloudName = keyof typeof clouds

export const cloudNames = Object.keys(clouds) as CloudName[]

/** Names of earlier versions, and what they are called now. */
const oldNames: Record<string, string> = { usgovdod: 'dod' }

/** The portal of the cloud with this login host; the global one when no cloud has it. */
export function portalOf(loginOrigin: string): string {
  return (Object.values<Cloud>(clouds).find(({ login }) => login === loginOrigin) ?? clouds.global).portal
}

/** The clouds with another login host than this one, whose own cloud counts as global when no cloud has it. */
export function otherClouds(loginOrigin: string): CloudName[] {
  const portal = portalOf(loginOrigin)
  return cloudNames.filter((name) => clouds[name].portal !== portal)
}

/** The name of the cloud with this Graph; undefined for a Graph that OD_LINK_GRAPH_HOST named. */
export function cloudOfGraph(graphOrigin: string): CloudName | undefined {
  return cloudNames.find((name) => clouds[name].graph === graphOrigin)
}

/** The cloud that has a host for files: an organization's SharePoint, or personal drives. */
export function cloudOfHost(host: string): CloudName | undefined {
  return cloudNames.find((name) => {
    const { sharePoint, personalDrives }: Cloud = clouds[name]
    const [label, ...domain] = host.split('.')
    return personalDrives.includes(host) || (label !== '' && domain.join('.') === sharePoint)
  })
}

/** @throws OdLinkError (usage) for an unknown cloud. */
export function findCloud(name: string): Cloud {
  const known = oldNames[name] ?? name
  if (Object.hasOwn(clouds, known)) return clouds[known as CloudName]
  throw new OdLinkError('usage', `Unknown cloud: "${name}".`, {
    reason: 'invalid-value',
    next: [`Choose one of: ${cloudNames.join(', ')}`],
  })
}
