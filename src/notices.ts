/**
 * What the lower floors have to say while they work. They know nothing of the terminal: they tell it here, and
 * the command that runs decides whether anyone hears it. Values never hold a token, code, verifier or secret.
 */
export interface Notices {
  /** A wait that a person would otherwise wonder about: a throttled request, a keychain to be unlocked. */
  waiting: (what: string) => void
  /** Something the person should know although the work goes on. */
  warning: (what: string) => void
  /** One HTTP exchange, for `--verbose`. `outcome` is a status or the name of the failure. */
  request: (exchange: {
    method: string
    url: URL
    outcome: string
    milliseconds: number
    requestId?: string | undefined
  }) => void
}

const silent = () => {}

export const notices: Notices = { waiting: silent, warning: silent, request: silent }
