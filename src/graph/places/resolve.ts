import type { Account } from '../../accounts/account.ts'
import { readLink } from '../../accounts/index.ts'
import type { GraphAnswer } from '../answer.ts'
import { means } from '../error-codes.ts'
import { itemOf } from '../item.ts'
import { type DrivePath, encodePath } from '../path.ts'
import type { Place } from '../place.ts'
import type { Graph } from '../request.ts'
import { includesScope, sitesScope } from '../scopes.ts'
import { cannotOpen, isPersonal } from './errors.ts'
import { checkHost } from './host.ts'
import { findInSite } from './sites.ts'
import { readWebAddress, type WebAddress } from './web-address.ts'

/*
 * From a web address to a place. First by /shares, which needs no more than the link has and answers for whatever the person
 * may open; then by the site and its libraries, where the link's scope allows.
 * https://learn.microsoft.com/en-us/graph/api/shares-get
 */

/** How a sharing link is opened: for this request, or for good, so that the person keeps the access that it gives. */
export type Redemption = 'redeemSharingLinkIfNecessary' | 'redeemSharingLink'

/** An address that was checked for a link, and where that link's Graph is. */
export interface CheckedAddress extends WebAddress {
  graphOrigin: string
}

/**
 * Checks an address against the link's cloud; nothing is sent.
 * @throws OdLinkError (usage) for an address that is not Microsoft's, is of another cloud, or says nothing about a folder.
 */
export async function readAddressFor(account: Account, text: string): Promise<CheckedAddress> {
  const { graphOrigin } = await readLink(account)
  const address = readWebAddress(checkHost(text, graphOrigin))
  if (address.isPersonal && account.kind === 'work') throw isPersonal(text)
  return { ...address, graphOrigin }
}

/**
 * Finds what an address stands for. Names at its end that do not exist yet stay as the path of the place, so that a folder
 * can be created there.
 * @throws OdLinkError (not-found) or (not-allowed) for an address that this link cannot open; the hint says which address to
 *   copy, or which scope is needed.
 */
export async function resolveAddress(
  graph: Graph,
  text: string,
  address: WebAddress,
  redemption: Redemption = 'redeemSharingLinkIfNecessary',
): Promise<Place> {
  const { origin, link, ids, names = [], below } = address
  if (ids) {
    const prefix = `${origin}/?cid=${ids.drive}&id=${encodeURIComponent(ids.item ?? 'root')}`
    return { drive: `/drives/${ids.drive}`, item: ids.item, path: below, prefix }
  }
  if (link === undefined) return resolvePath(graph, text, origin, names)
  const answer = await askShares(graph, link, redemption)
  const found = foundIn(answer)
  if (!found) throw cannotOpen(text, answer, true)
  const prefix = link.includes('authkey') ? link : link.replace(/\?.*$/s, '')
  return { ...found, path: below, prefix }
}

/** The folder at a path of the host, or the nearest one above it that can be opened. */
async function resolvePath(graph: Graph, text: string, origin: string, names: DrivePath): Promise<Place> {
  const siteLength = /^(sites|teams|personal)$/i.test(names[0] ?? '') ? 2 : 0
  const site = { origin, names: names.slice(0, siteLength) }
  const library = names.slice(siteLength)
  const at = (count: number) => `${origin}/${encodePath(names.slice(0, count))}`
  // SharePoint gives the default library of a site this address, and that of a person the other.
  const usual = /^personal$/i.test(names[0] ?? '') ? 'Documents' : 'Shared Documents'
  const first = await askShares(
    graph,
    library.length > 0 ? at(names.length) : `${at(siteLength)}/${encodePath([usual])}`,
  )
  const found = foundIn(first)
  if (found) return { ...found, path: [], prefix: at(names.length) }
  let refusal = first
  if (includesScope(first.asked.caller?.grantedScope ?? '', sitesScope)) {
    const inSite = await findInSite(graph, site, library)
    if ('drive' in inSite) return { ...inSite, prefix: at(names.length - inSite.path.length) }
    // It knows the site, so it says more than /shares.
    if (inSite.refused && !means(inSite.refused, 'notFound')) refusal = inSite.refused
  }
  for (let count = names.length - 1; count > siteLength; count -= 1) {
    const above = foundIn(await askShares(graph, at(count)))
    if (above) return { ...above, path: names.slice(count), prefix: at(count) }
  }
  throw cannotOpen(text, refusal, false)
}

const fields = '$select=id,name,webUrl,folder,file,package,remoteItem,parentReference'

/** Asks what an address stands for. @param redemption for a sharing link. */
function askShares(graph: Graph, address: string, redemption?: Redemption): Promise<GraphAnswer> {
  const token = `u!${Buffer.from(address).toString('base64url')}`
  return graph.send({
    method: 'GET',
    path: `/shares/${token}/driveItem?${fields}`,
    ...(redemption ? { headers: { prefer: redemption } } : {}),
  })
}

/** The item in an answer of /shares, by its IDs. A shortcut stands for what it points to. */
function foundIn(answer: GraphAnswer): Pick<Place, 'drive' | 'item' | 'isTarget'> | undefined {
  if (answer.status !== 200) return undefined
  const { id, parentReference, remoteItem } = itemOf(answer.json)
  const [item, driveId] = remoteItem
    ? [remoteItem.id, remoteItem.parentReference?.driveId]
    : [id, parentReference?.driveId]
  if (!item || !driveId) return undefined
  return { drive: `/drives/${encodeURIComponent(driveId)}`, item, ...(remoteItem ? { isTarget: true } : {}) }
}
