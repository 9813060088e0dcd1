import type { Account } from '../../accounts/account.ts'
import { readLink } from '../../accounts/index.ts'
import type { Graph } from '../../graph/request.ts'

/** Who asks, and how long they are willing to wait. */
export interface Asker {
  account: Account
  graph: () => Graph
  maxWaitMs: number
}

/** Where the link's Graph is: in its record, which is read without asking anyone. */
export async function originOf(account: Account): Promise<string> {
  return (await readLink(account)).graphOrigin
}
