import { type AccountKind, accountOf, type SandboxUser } from './users.ts'

/**
 * Where the sandbox's services are. All of these lead to one server; answers name them, and a request must name one of
 * them in its Host header.
 */
export interface Origins {
  /** Whether they are Microsoft's. */
  isMicrosoft: boolean
  /** The server itself, on loopback: the page with the drives, and the control API. */
  own: string
  /** The identity platform: issuers, discovery, sign-in pages. */
  authority: string
  /** Graph. */
  graph: string
  /** The hosts that may stand in front of a scope: https://graph.microsoft.com/Files.Read. */
  graphHosts: string[]
  /** The issuer of v1.0 tokens, without the tenant. */
  sts: string
  /** Where a person enters a device code, by the kind of accounts that may. */
  deviceLogin: Record<AccountKind | 'either', string>
  /** Content without a token (downloads and uploads) of personal drives. */
  personalContent: string
  /** Personal drives, and their sharing links, in a browser. */
  oneDrive: string
  shortLinks: string
  /** SharePoint, by the name of an organisation: its sites, and its members' drives with `-my`. */
  sharePoint: (organisation: string) => string
  /** Content of work drives, by the same name. */
  workContent: (organisation: string) => string
  /** The cloud as discovery names it. */
  cloud: { instance: string; directory: string; graph: string; roles: string }
  /** The origins of the identity platform, and those of Graph: what is at the one is not at the other. */
  services: { identity: string[]; graph: string[] }
  /** The origins besides loopback under which the sandbox is to be reached, given its users' organisations. */
  served: (organisations: Iterable<string>) => string[]
}

/** The origins that a person may choose. */
export interface ChosenOrigins {
  authority?: string
  graph?: string
}

/** @throws an Error with a plain sentence for what is not an origin, such as `https://login.example`. */
export function checkOrigins(chosen: ChosenOrigins): void {
  for (const [name, origin] of Object.entries(chosen)) {
    const url = URL.canParse(origin) ? new URL(origin) : undefined
    if (!/^https?:$/.test(url?.protocol ?? '') || url?.origin !== origin)
      throw new Error(`The ${name} origin must look like https://login.example, without a path: ${origin}`)
  }
}

/** Graph in each cloud. Source: microsoft-graph-docs-contrib, concepts/deployments. */
const graphOfClouds = [
  ...[
    'graph.microsoft.com',
    'graph.microsoft.us',
    'dod-graph.microsoft.us',
    'microsoftgraph.chinacloudapi.cn',
  ],
  ...['graph.svc.sovcloud.fr', 'graph.svc.sovcloud.de', 'graph.svc.sovcloud.sg'],
]

/** One origin for everything, so that whatever address a person copies can be opened. */
export function ownOrigins(own: string, { authority = own, graph = own }: ChosenOrigins = {}): Origins {
  const { host } = new URL(authority)
  const page = `${authority}/devicelogin`
  return {
    isMicrosoft: false,
    own,
    authority,
    graph,
    graphHosts: [new URL(graph).host, ...graphOfClouds],
    sts: 'https://sts.windows.net',
    deviceLogin: { work: page, personal: page, either: page },
    personalContent: graph,
    oneDrive: own,
    shortLinks: own,
    sharePoint: () => own,
    workContent: () => graph,
    cloud: { instance: host, directory: host, graph: new URL(graph).host, roles: authority },
    services: { identity: [authority], graph: [graph] },
    served: () => [authority, graph],
  }
}

/**
 * Microsoft's own names in the global cloud. Sources: entra-docs, identity-platform/v2-protocols-oidc and
 * v2-oauth2-device-code; msal-common, AuthorityMetadata.ts; microsoft-365-docs, enterprise/urls-and-ip-address-ranges.
 * With another authority or Graph, those names take the place of the global cloud's.
 */
export function microsoftOrigins(own: string, chosen: ChosenOrigins = {}): Origins {
  const { authority = 'https://login.microsoftonline.com', graph = 'https://graph.microsoft.com' } = chosen
  const sharePoint = (organisation: string) => `https://${organisation}.sharepoint.com`
  const [personalContent, oneDrive, shortLinks] = [
    'https://my.microsoftpersonalcontent.com',
    'https://onedrive.live.com',
    'https://1drv.ms',
  ]
  const services = {
    identity: [
      ...[authority, 'https://login.windows.net', 'https://login.microsoft.com', 'https://sts.windows.net'],
      ...['https://login.live.com', 'https://microsoft.com', 'https://www.microsoft.com'],
    ],
    graph: [graph, 'https://api.onedrive.com'],
  }
  return {
    isMicrosoft: true,
    own,
    authority,
    graph,
    graphHosts: [new URL(graph).host],
    sts: 'https://sts.windows.net',
    deviceLogin: {
      work: 'https://microsoft.com/devicelogin',
      personal: 'https://www.microsoft.com/link',
      either: 'https://login.microsoft.com/device',
    },
    ...{ personalContent, oneDrive, shortLinks, sharePoint },
    workContent: (organisation) => sharePoint(`${organisation}-my`),
    cloud: {
      instance: new URL(authority).host.replace(/^login\./, ''),
      directory: 'graph.windows.net',
      graph: new URL(graph).host,
      roles: 'https://pas.windows.net',
    },
    services,
    served: (organisations) => [
      ...[...services.identity, ...services.graph, oneDrive, personalContent, shortLinks],
      ...[...organisations].flatMap((name) => [sharePoint(name), sharePoint(`${name}-my`)]),
    ],
  }
}

/** The name of an organisation in SharePoint's host names: the first label of its domain. */
export function organisationOf(domain: string): string {
  return (domain.split('.')[0] ?? '').toLowerCase().replace(/[^a-z0-9-]/g, '') || 'sandbox'
}

/** Whether an origin is one that people open in a browser: their drives and sites. */
export function isWebSite(origin: string, { oneDrive, shortLinks, sharePoint }: Origins): boolean {
  const { hostname } = new URL(origin)
  if (sharePoint('any') === sharePoint('other')) return false
  const sites = new URL(sharePoint('any')).hostname.replace('any', '')
  return hostname.endsWith(sites) || [oneDrive, shortLinks].some((one) => new URL(one).hostname === hostname)
}

/** What a request may want of an origin. */
export type Service = 'identity' | 'graph' | 'content' | 'web'

/** Whether a service is at an origin. On loopback all of them are; a name of Microsoft's stands for what it does there. */
export function serves(origin: string, service: Service, origins: Origins): boolean {
  const { hostname } = new URL(origin)
  if (loopback.includes(hostname)) return true
  const isOneOf = (all: string[]) => all.some((one) => new URL(one).hostname === hostname)
  if (service === 'web') return !origins.isMicrosoft || isWebSite(origin, origins)
  // SharePoint's names hold the content of work drives as well.
  if (service === 'content')
    return isOneOf([origins.personalContent, origins.workContent('any')]) || isWebSite(origin, origins)
  return isOneOf(origins.services[service])
}

const loopback = ['localhost', '127.0.0.1', '[::1]']

/** The addresses under which a sandbox is reached. */
export class Addresses {
  /** The host names besides loopback, each once: what a client's machine has to map to this one. */
  readonly names: string[]
  readonly #byHost = new Map<string, string>()

  constructor(origins: Origins, users: SandboxUser[]) {
    const { protocol, port } = new URL(origins.own)
    const here = (hostname: string) => `${protocol}//${hostname}${port === '' ? '' : `:${port}`}`
    for (const hostname of loopback) this.#add(here(hostname))
    const members = users.filter(({ kind }) => kind === 'work')
    const served = origins.served(new Set(members.map((user) => organisationOf(accountOf(user).domain))))
    const hostnames = served.map((origin) => new URL(origin).hostname)
    this.names = [...new Set(hostnames.filter((hostname) => !loopback.includes(hostname)))]
    for (const origin of served) this.#add(origin)
    // Where no port is forwarded, the Host header has the sandbox's own.
    for (const hostname of this.names) this.#add(here(hostname))
  }

  /** The origin that a request was sent to, by its Host header; undefined when the sandbox has no such name. */
  at(host: string): string | undefined {
    return this.#byHost.get(host.toLowerCase())
  }

  #add(origin: string): void {
    const { host, hostname, protocol } = new URL(origin)
    if (!this.#byHost.has(host)) this.#byHost.set(host, origin)
    // A client may spell out the default port.
    if (host === hostname) this.#byHost.set(`${host}:${protocol === 'https:' ? 443 : 80}`, origin)
  }
}
