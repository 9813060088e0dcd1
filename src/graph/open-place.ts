import type { Account } from '../accounts/account.ts'
import { accountFlag, findAccount } from '../accounts/index.ts'
import { OdLinkError } from '../errors.ts'
import type { Place, TypedPlace } from './place.ts'
import { type Graph, openGraph } from './request.ts'

/** A place, and the link that reaches it. */
export interface OpenPlace {
  account: Account
  graph: Graph
  place: Place
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
  const opened = (account: Account, place: Place): OpenPlace => {
    const graph = graphs.get(account.id) ?? openGraph(account, maxWaitMs)
    graphs.set(account.id, graph)
    return { account, graph, place }
  }
  return async (typed) => {
    const { saved, prefix, path } = typed
    if (typed.address !== undefined) throw unknownAddress(typed.address)
    if (saved !== undefined) return openSaved(saved, typed)
    return opened(findAccount(account), { drive: '/me/drive', prefix, path })
  }

  async function openSaved(name: string, { prefix, path }: TypedPlace): Promise<OpenPlace> {
    const { findDrive } = await import('../accounts/drives.ts')
    const { account: owner, drive } = await findDrive(name)
    if (account !== undefined && findAccount(account).id !== owner.id) throw belongsTo(owner, drive.name)
    const place = { drive: `/drives/${encodeURIComponent(drive.id)}`, item: drive.item, prefix, path }
    return opened(owner, place)
  }
}

function belongsTo(owner: Account, name: string): OdLinkError {
  const message = `The drive "${name}:" was added with ${owner.username}, and can only be used with that account.`
  return new OdLinkError('usage', message, {
    reason: 'conflicting-options',
    next: [{ flags: { account: accountFlag(owner) } }],
  })
}

function unknownAddress(address: string): OdLinkError {
  return new OdLinkError('usage', `"${address}" is a web address, and od-link cannot find its folder.`, {
    reason: 'foreign-address',
    next: ['Name the folder by its path in OneDrive, such as /Reports/2026.'],
  })
}
