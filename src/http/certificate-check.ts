/* od-link checks certificates, whatever NODE_TLS_REJECT_UNAUTHORIZED says. */

let isIgnored = false

/** Takes the variable away, because Node would warn on stderr that certificates are not checked. */
export function ignoreSwitch(): void {
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return
  isIgnored = true
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
}

/** Whether Node was told not to check certificates. */
export function isCheckSwitchedOff(): boolean {
  return isIgnored || process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0'
}
