import type { RequestLog } from '../state/log.ts'
import { type Fault, faults, type Score } from '../state/score.ts'

/** The score in words, for a person: what the clients did wrong, how often, and where it was seen first. */
export function scoreReport(score: Score, log: RequestLog): string {
  const { total, counts, faults: reports } = score.summary()
  const requests = `${log.total} ${log.total === 1 ? 'request' : 'requests'}`
  if (total === 0) return `${requests}, and nothing that Microsoft advises against.`
  const lines = (Object.entries(counts) as [Fault, number][])
    .filter(([, count]) => count > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([fault, count]) => {
      const first = reports.find((report) => report.fault === fault)
      return `  ${count} × ${faults[fault]}${first ? ` (first: ${short(first.request)})` : ''}`
    })
  const things = total === 1 ? 'one thing' : `${total} things`
  return [`${requests}, and ${things} that Microsoft advises against:`, ...lines].join('\n')
}

/** Ids make a path long; its beginning tells enough. */
function short(request: string): string {
  return request.length > 100 ? `${request.slice(0, 99)}…` : request
}
