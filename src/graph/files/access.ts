import type { Account } from '../../accounts/account.ts'
import { accessToken } from '../../accounts/token.ts'
import { Pause, startPatience } from '../../http/retry.ts'
import type { Caller } from '../answer.ts'
import { openPlaces } from '../open-place.ts'
import { type Place, readPlace, type TypedPlace } from '../place.ts'
import { type Graph, openGraphs } from '../request.ts'

/** A link with a valid token, for work in many parts. */
export interface Access {
  account: Account
  /** Opens Graph with a limit of its own on waiting; all share the token. */
  graph: () => Graph
  /** Where the link's Graph is. */
  graphOrigin: string
  caller: Caller
  maxWaitMs: number
  /** Shared by everything that the command sends. */
  pause: Pause
}

/** A place, and the access of the link that reaches it. */
export interface At {
  access: Access
  place: Place
}

/**
 * Opens the places that were typed for one command. Each account's link is read once.
 * @param options.account the value of `--account`.
 * @param options.maxWaitMs for each part of the work.
 */
export function openPlacesForFiles(options: {
  account?: string | undefined
  maxWaitMs: number
}): (typed: string | TypedPlace) => Promise<At> {
  const open = openPlaces(options)
  const known = new Map<string, Promise<Access>>()
  const pause = new Pause()
  return async (typed) => {
    const { account, place, sharingLink } = await open(typeof typed === 'string' ? readPlace(typed) : typed)
    const key = [account.id, sharingLink].join(' ')
    const access = known.get(key) ?? openAccess(account, { maxWaitMs: options.maxWaitMs, sharingLink, pause })
    known.set(key, access)
    return { access: await access, place }
  }
}

async function openAccess(
  account: Account,
  {
    maxWaitMs,
    sharingLink,
    pause,
  }: Pick<Access, 'maxWaitMs' | 'pause'> & { sharingLink: string | undefined },
): Promise<Access> {
  const link = await accessToken(account, { patience: startPatience(maxWaitMs) })
  const { graphOrigin, grantedScope } = link
  const graph = openGraphs(account, { maxWaitMs, link, sharingLink, pause })
  const caller = { account, grantedScope, sharingLink }
  return { account, graph, graphOrigin, caller, maxWaitMs, pause }
}
