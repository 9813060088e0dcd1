import { type EndingSignal, endBySignal, endingSignals, noteSignal } from '../system/end-by-signal.ts'
import { clearProgress } from './index.ts'

/** What a signal does now. The listener itself stays: a signal that arrives while listeners are exchanged is lost. */
let handle: (signal: EndingSignal) => void = end

/** Without a command that handles them itself, signals end the process at once. */
export function endOnSignals(): void {
  for (const signal of endingSignals) process.on(signal, () => handle(signal))
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
  const usual = handle
  handle = (signal) => {
    if (isAsked) end(signal)
    isAsked = true
    noteSignal(signal)
    stop(signal)
  }
  return () => {
    handle = usual
  }
}
