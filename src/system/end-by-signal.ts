import { constants } from 'node:os'

/** Signals that end od-link, after it has cleaned up. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type EndingSignal = (typeof endingSignals)[number]

let received: EndingSignal | undefined

/** Remembers a signal that a command handles itself, so that the process dies of it once the command is done. */
export function noteSignal(signal: EndingSignal): void {
  received = signal
}

/** The signal that interrupted this process, if there was one. */
export function notedSignal(): EndingSignal | undefined {
  return received
}

/**
 * Ends the process as if the signal had done it, after what runs on exit. A shell loop and `make` stop only if their child
 * died of the signal; an exit code of 130 means to them that it handled it. The kernel does not deliver such a signal to
 * process 1 of a container, which therefore ends with the code that a shell would show.
 * https://www.cons.org/cracauer/sigint.html
 */
export function endBySignal(signal: EndingSignal): never {
  if (process.platform !== 'win32') {
    process.on('exit', () => {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    })
  }
  process.exit(128 + constants.signals[signal])
}
