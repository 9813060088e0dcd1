import type { RequestLog } from '../state/log.ts'
import { type Fault, faults, type Score } from '../state/score.ts'

/** The score as text: what the clients did wrong, how often, and the first request that did it. */
export function scoreReport(score: Score, log: RequestLog): string {
  const { total, counts, faults: reports } = score.summary()
  const requests = `${log.total} ${log.total === 1 ? 'request' : 'requests'}`
  if (total === 0) return `${requests}; no bad practices seen.`
  const lines = (Object.entries(counts) as [Fault, number][])
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([fault, count]) => {
      const first = reports.find((report) => report.fault === fault)
      return `  ${count} × ${faults[fault]}${first ? ` (first: ${short(first.request)})` : ''}`
    })
  const practices = `${total} bad ${total === 1 ? 'practice' : 'practices'}`
  return [`${requests}; ${practices} seen:`, ...lines].join('\n')
}

/** A path with ids in it can be long; its beginning identifies it. */
function short(request: string): string {
  return request.length > 100 ? `${request.slice(0, 99)}…` : request
}
