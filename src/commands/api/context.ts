import type { Account } from '../../accounts/account.ts'
import { readLink } from '../../accounts/index.ts'
import type { Caller } from '../../graph/answer.ts'
import type { Graph } from '../../graph/request.ts'

/** Whose link is used, and how long it may take. */
export interface Context {
  account: Account
  graph: () => Graph
  maxWaitMs: number
}

/** Where the link's Graph is, and what the link may do: in its record, which is read without a request. */
export async function linkOf(account: Account): Promise<{ graphOrigin: string; caller: Caller }> {
  const { graphOrigin, grantedScope } = await readLink(account)
  return { graphOrigin, caller: { account, grantedScope } }
}
