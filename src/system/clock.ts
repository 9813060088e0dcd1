/**
 * Milliseconds since the process began, by the clock that nobody sets. As `performance.now()`, whose modules take half a
 * millisecond to load: too much for what every `mkdir` asks.
 */
export function monotonicMs(): number {
  return process.uptime() * 1000
}
