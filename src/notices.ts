/**
 * What the lower floors have to say while they work, and the one thing that they ask. They know nothing of the terminal:
 * they tell it here, and the command that runs decides whether anyone hears it. What they say never holds a token, code,
 * verifier or secret.
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
  /** Asks the person at the terminal for a secret, without echo; undefined when nobody answers. */
  askSecret: (question: string) => Promise<string | undefined>
}

const silent = () => {}

export const notices: Notices = {
  waiting: silent,
  warning: silent,
  request: silent,
  askSecret: async () => undefined,
}
