import { type EndingSignal, endBySignal, endingSignals, noteSignal } from '../system/end-by-signal.ts'
import { clearProgress } from './index.ts'

/** Without a command that handles them itself, signals end the process at once. */
export function endOnSignals(): void {
  for (const signal of endingSignals) process.on(signal, end)
}

function end(signal: EndingSignal): never {
  clearProgress()
  endBySignal(signal)
}

/**
 * Lets a long piece of work end well: the first Ctrl-C (or another signal to end) asks it to stop, the second ends the
 * process.
 * @returns a function that gives the signals back their usual meaning.
 */
export function onInterrupt(stop: (signal: EndingSignal) => void): () => void {
  let isAsked = false
  const heard = (signal: EndingSignal) => {
    if (isAsked) end(signal)
    isAsked = true
    noteSignal(signal)
    stop(signal)
  }
  const usual = endingSignals.map((signal) => [signal, process.listeners(signal)] as const)
  for (const signal of endingSignals) process.removeAllListeners(signal).on(signal, heard)
  return () => {
    for (const [signal, listeners] of usual) {
      process.removeAllListeners(signal)
      for (const listener of listeners) process.on(signal, listener as () => void)
    }
  }
}
