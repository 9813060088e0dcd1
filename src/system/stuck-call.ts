let isAnyStuck = false

/**
 * A call in a native module that did not return in time. Its thread is still waiting, and Node would wait for that
 * thread before it exits.
 */
export class StuckCall extends Error {
  override readonly name = 'StuckCall'

  constructor(message: string) {
    super(message)
    isAnyStuck = true
  }
}

/** Whether a call got stuck in this process. Then only a signal ends the process. */
export function hasStuckCall(): boolean {
  return isAnyStuck
}
