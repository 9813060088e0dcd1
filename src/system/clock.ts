/**
 * Milliseconds since the process started, by the monotonic clock. The same as `performance.now()`, whose modules take half
 * a millisecond to load, and every `mkdir` calls this.
 */
export function monotonicMs(): number {
  return process.uptime() * 1000
}
