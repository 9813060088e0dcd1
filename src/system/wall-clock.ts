import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits by the wall clock, which goes on while the machine is suspended.
 * @param moment milliseconds since the epoch.
 * @param ref whether the wait keeps the process alive.
 */
export async function untilWallClock(moment: number, ref = true): Promise<void> {
  while (Date.now() < moment)
    await sleep(Math.min(1_000, Math.max(1, moment - Date.now())), undefined, { ref })
}
