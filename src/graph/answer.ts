import type { IncomingHttpHeaders } from 'node:http'
import type { Account } from '../accounts/account.ts'

/** Whose link a request was sent with. */
export interface Caller {
  account: Account
  /** The scopes that the server granted, separated by spaces. */
  grantedScope: string
  /** The sharing link that a path was typed with: it was opened for this command, and not redeemed for good. */
  sharingLink?: string | undefined
}

/** What was asked, and by whom: a refusal says which account may not do it, and compares its scope with the request. */
export interface Asked {
  method: string
  /** Below the version, encoded: `/me/drive/root`. */
  path: string
  /** Absent for a request without a link. */
  caller?: Caller | undefined
}

export interface GraphAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** The body, when it is a JSON object. */
  json: Record<string, unknown> | undefined
  asked: Asked
  /** Whether an earlier attempt may already have done the work: its answer was lost, throttled or a 5xx. */
  repeated: boolean
}

/** An answer to a first attempt. All answers are made here, whichever way they came. */
export function graphAnswer(
  { status, headers, json }: Pick<GraphAnswer, 'status' | 'headers' | 'json'>,
  asked: Asked,
): GraphAnswer {
  return { status, headers, json, asked, repeated: false }
}
