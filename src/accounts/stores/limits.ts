/* How long a store may take, and whether it may ask a person. A process starts with the usual limits. */

let isSilent = false
let callLimitMs: number | undefined

/** How long a call of a store may take: at a terminal a person may have to unlock it, elsewhere nobody can. */
export function storeLimitMs(): number {
  return callLimitMs ?? (process.stderr.isTTY ? 30_000 : 3_000)
}

/** Whether a store may ask the person to unlock it. */
export function mayAsk(): boolean {
  return !isSilent
}

/**
 * From now on, no store asks a person, and no call takes longer.
 * @param limitMs in milliseconds.
 */
export function askNobody(limitMs: number): void {
  isSilent = true
  callLimitMs = limitMs
}

/** Variables for a credential helper. `pass` hands these options to gpg, which then fails where it would ask. */
export function helperEnvironment(): Record<string, string> {
  return isSilent ? { PASSWORD_STORE_GPG_OPTS: '--pinentry-mode=error' } : {}
}
