import { readFileSync } from 'node:fs'
import type { Running } from '../program/od-link.ts'

/** The peak memory of a program in MB; Linux only. */
export async function peakMemoryMb({ child, ended }: Running): Promise<number> {
  let peak = 0
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
    } catch {}
  }, 20)
  await ended
  clearInterval(watch)
  return peak
}
