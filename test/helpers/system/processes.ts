import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { killOnExit } from '../../../src/system/child-process.ts'

/** Whether a process runs; a zombie has ended. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

/** Expects that od-link would end no program any more: the first that it would adds a listener, and nobody has. */
export function expectNothingToEnd(): void {
  const before = process.listenerCount('SIGTERM')
  const end = killOnExit(() => {})
  expect(process.listenerCount('SIGTERM')).toBe(before + 1)
  end()
  expect(process.listenerCount('SIGTERM')).toBe(before)
}
