import type { Incoming, Reply } from '../server/messages.ts'

/** Practices that Microsoft advises against, and their descriptions in the report. */
export const faults = {
  askedBeforeRetryAfter: 'retried before the Retry-After time had passed',
  noClientRequestId: 'sent no client-request-id',
  renewedTwice: 'refreshed again while the last access token was still valid',
  tokenInUrl: 'sent a token in a URL',
  secretInUrl: 'sent a code, verifier or secret in a URL',
  unknownConflictBehavior: 'sent a conflictBehavior that does not exist',
  noConflictBehavior: 'sent no conflictBehavior',
  unevenRange: 'sent a range, other than the last, that is no multiple of 320 KiB',
} as const

export type Fault = keyof typeof faults

export interface FaultReport {
  time: string
  fault: Fault
  /** The method and path of the request. */
  request: string
}

const maxReports = 1000
/** Timers may fire slightly early; that is not a fault. */
const tolerance = 50

/** Keeps score of what a client does wrong. */
export class Score {
  #counts = new Map<Fault, number>()
  #reports: FaultReport[] = []
  #pauses = new Map<string, number>()

  report(fault: Fault, incoming: Incoming): void {
    this.#counts.set(fault, (this.#counts.get(fault) ?? 0) + 1)
    if (this.#reports.length < maxReports) {
      this.#reports.push({ time: incoming.entry.time, fault, request: `${incoming.method} ${incoming.path}` })
    }
  }

  /** Checks a request on arrival: does it have an id, and does it respect an earlier Retry-After? */
  arrived(incoming: Incoming, now: number): void {
    const expected = /^(token|devicecode|graph)$/.test(incoming.entry.kind)
    if (expected && incoming.entry.clientRequestId === undefined) this.report('noClientRequestId', incoming)
    const until = this.#pauses.get(sameRequest(incoming))
    if (until !== undefined && now < until - tolerance) this.report('askedBeforeRetryAfter', incoming)
  }

  /** Remembers the Retry-After of an answer: seconds, decimals or a date (RFC 9110, 10.2.3). */
  answered(incoming: Incoming, reply: Reply, now: number): void {
    const retryAfter = Object.entries(reply.headers ?? {}).find(
      ([name]) => name.toLowerCase() === 'retry-after',
    )?.[1]
    if (typeof retryAfter !== 'string') this.#pauses.delete(sameRequest(incoming))
    else {
      const until = /^[\d.]+$/.test(retryAfter) ? now + Number(retryAfter) * 1000 : Date.parse(retryAfter)
      if (!Number.isNaN(until)) this.#pauses.set(sameRequest(incoming), until)
    }
  }

  summary(): { total: number; counts: Record<Fault, number>; faults: readonly FaultReport[] } {
    const counts = Object.fromEntries(
      Object.keys(faults).map((fault) => [fault, this.#counts.get(fault as Fault) ?? 0]),
    ) as Record<Fault, number>
    return {
      total: [...this.#counts.values()].reduce((sum, one) => sum + one, 0),
      counts,
      faults: this.#reports,
    }
  }

  clear(): void {
    this.#counts.clear()
    this.#reports = []
    this.#pauses.clear()
  }
}

function sameRequest(incoming: Incoming): string {
  return `${incoming.method} ${incoming.path}`
}
