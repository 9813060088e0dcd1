/* od-link checks certificates, whatever NODE_TLS_REJECT_UNAUTHORIZED says. */

/** Whether Node is told not to check certificates. */
export function isCheckSwitchedOff(): boolean {
  return process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0'
}

/** Node would warn on stderr that certificates are not checked, which is not true here. */
export function silenceUntrueWarning(): void {
  if (isCheckSwitchedOff()) process.removeAllListeners('warning')
}
