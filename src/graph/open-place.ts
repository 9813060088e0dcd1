import type { Account } from '../accounts/account.ts'
import { accountFlag, findAccount } from '../accounts/index.ts'
import { OdLinkError } from '../errors.ts'
import type { Place, Start, TypedPlace } from './place.ts'
import { type Graph, openGraph } from './request.ts'

/** A place, and the link that reaches it. */
export interface OpenPlace {
  account: Account
  graph: Graph
  place: Place
  /** The sharing link that it was typed with. */
  sharingLink?: string | undefined
}

export interface OpenOptions {
  /** The value of `--account`; the drive's own account, else `OD_LINK_ACCOUNT` or the default, where it is absent. */
  account?: string | undefined
  /** How long all waiting of this command may take, in milliseconds. */
  maxWaitMs: number
}

/**
 * Opens the place that was typed. A path of the own drive and one of a saved drive need no request, an address does.
 * @throws OdLinkError (usage) for an unknown drive, or one that was added with another account than `--account`;
 *   (sign-in) without an account.
 */
export async function openPlace(typed: TypedPlace, options: OpenOptions): Promise<OpenPlace> {
  return openPlaces(options)(typed)
}

/** The same for several places of one command: they share the limit on waiting, and each account its token. */
export function openPlaces({ account, maxWaitMs }: OpenOptions): (typed: TypedPlace) => Promise<OpenPlace> {
  const graphs = new Map<string, Graph>()
  const graphOf = (owner: Account): Graph => {
    const graph = graphs.get(owner.id) ?? openGraph(owner, maxWaitMs)
    graphs.set(owner.id, graph)
    return graph
  }
  return async ({ saved, address, prefix, path }) => {
    if (saved !== undefined) {
      const { owner, place } = await findSaved(saved, account)
      return { account: owner, graph: graphOf(owner), place: { ...place, prefix, path } }
    }
    const owner = findAccount(account)
    if (address === undefined)
      return { account: owner, graph: graphOf(owner), place: { drive: '/me/drive', prefix, path } }
    const { readAddressFor, resolveAddress } = await import('./places/resolve.ts')
    const read = await readAddressFor(owner, address)
    // What is refused behind a sharing link may be open once the link is redeemed, and refusals say so.
    const { link: sharingLink } = read
    const graph = sharingLink ? openGraph(owner, maxWaitMs, undefined, sharingLink) : graphOf(owner)
    const found = await resolveAddress(graph, address, read)
    const { needsKeys } = await import('./places/keys.ts')
    const place = { ...found, byKeys: await needsKeys(graph, found, read.graphOrigin) }
    return { account: owner, graph, place, sharingLink }
  }
}

async function findSaved(
  name: string,
  account: string | undefined,
): Promise<{ owner: Account; place: Start }> {
  const { findDrive } = await import('../accounts/drives.ts')
  const { account: owner, drive } = await findDrive(name)
  if (account !== undefined && findAccount(account).id !== owner.id) throw belongsTo(owner, drive.name)
  const { id, item, byKeys } = drive
  return { owner, place: { drive: `/drives/${encodeURIComponent(id)}`, item, byKeys } }
}

function belongsTo(owner: Account, name: string): OdLinkError {
  const message = `The drive "${name}:" was added with ${owner.username}, and can only be used with that account.`
  return new OdLinkError('usage', message, {
    reason: 'conflicting-options',
    next: [{ flags: { account: accountFlag(owner) } }],
  })
}
