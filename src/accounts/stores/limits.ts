/** How long a call of a store may take: a person at a terminal may have to unlock it; without one, nobody is there. */
export let waitMs = process.stderr.isTTY ? 30_000 : 3_000
/** Whether a store may ask the person to unlock it. */
export let mayAsk = true

/**
 * From now on nobody is asked for anything, and no call takes longer.
 * @param limitMs in milliseconds.
 */
export function askNobody(limitMs: number): void {
  waitMs = limitMs
  mayAsk = false
  // What `pass` hands on to gpg, which would ask for a passphrase.
  process.env.PASSWORD_STORE_GPG_OPTS = '--pinentry-mode=error'
}
