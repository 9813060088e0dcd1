import { notices } from '../notices.ts'

const noticeAfterMs = 1_000
const noticed = new Set<string>()

/**
 * Runs one call within a time limit. After a second a notice says what it waits for.
 * @param limitMs in milliseconds.
 * @param onLate creates the error to throw at the limit. The caller has to end what still runs.
 */
export async function withTimeout<T>(
  limitMs: number,
  waiting: string,
  call: () => Promise<T>,
  onLate: () => Error,
): Promise<T> {
  const timers: NodeJS.Timeout[] = []
  const after = (ms: number, then: () => void) => timers.push(setTimeout(then, ms))
  try {
    return await Promise.race([
      call(),
      new Promise<never>((_, reject) => {
        after(noticeAfterMs, () => noticeOnce(waiting))
        after(limitMs, () => reject(onLate()))
      }),
    ])
  } finally {
    for (const timer of timers) clearTimeout(timer)
  }
}

/** Once per process: a command makes several calls, and a slow store is slow in each of them. */
function noticeOnce(waiting: string): void {
  if (!noticed.has(waiting)) notices.waiting(waiting)
  noticed.add(waiting)
}
