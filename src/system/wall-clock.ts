import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits by the wall clock, which a suspended machine does not stop.
 * @param moment milliseconds since the epoch.
 * @param ref whether the process lives on for the wait alone.
 */
export async function untilWallClock(moment: number, ref = true): Promise<void> {
  while (Date.now() < moment)
    await sleep(Math.min(1_000, Math.max(1, moment - Date.now())), undefined, { ref })
}
