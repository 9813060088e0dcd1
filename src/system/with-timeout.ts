import { notices } from '../notices.ts'

const tellAfterMs = 1_000
const told = new Set<string>()

/**
 * Runs one call within a limit, and tells a person at the terminal what it waits for.
 * @param limitMs in milliseconds.
 * @param onLate makes the error that is thrown when the limit has passed; what still runs is its to end.
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
        after(tellAfterMs, () => tellOnce(waiting))
        after(limitMs, () => reject(onLate()))
      }),
    ])
  } finally {
    for (const timer of timers) clearTimeout(timer)
  }
}

/** A command makes several calls, and a slow store is slow in each. */
function tellOnce(waiting: string): void {
  if (!told.has(waiting)) notices.waiting(waiting)
  told.add(waiting)
}
