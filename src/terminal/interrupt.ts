import { exitCodes } from '../errors.ts'
import { clearProgress } from './index.ts'

const signals = ['SIGINT', 'SIGTERM'] as const

/**
 * Lets a long piece of work end well: the first Ctrl-C (or SIGTERM) asks it to stop, the second ends the process.
 * @returns what gives the signals back their usual meaning.
 */
export function onInterrupt(stop: () => void): () => void {
  let isAsked = false
  const heard = () => {
    if (isAsked) {
      clearProgress()
      process.exit(exitCodes.interrupted)
    }
    isAsked = true
    stop()
  }
  const usual = signals.map((signal) => [signal, process.listeners(signal)] as const)
  for (const signal of signals) process.removeAllListeners(signal).on(signal, heard)
  return () => {
    for (const [signal, listeners] of usual) {
      process.removeAllListeners(signal)
      for (const listener of listeners) process.on(signal, listener as () => void)
    }
  }
}
