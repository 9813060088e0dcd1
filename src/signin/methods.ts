import type { Account } from '../accounts/account.ts'
import type { Attempt } from './attempt.ts'
import type { Environment } from './environment.ts'

/** What a person asked for with flags. */
export interface Wishes {
  device: boolean
  noBrowser: boolean
}

interface Method {
  /** Why it is the one to take here, or nothing when it is not. */
  fits: (here: Environment, wishes: Wishes) => string | undefined
  /** @throws OdLinkError (sign-in) when it was refused or not finished; and whatever `keep` throws. */
  signIn: (attempt: Attempt) => Promise<Account>
}

/** The ways in, the one to be preferred first. One more is one file and one entry. */
export const methods = {
  'a code': {
    fits: (_, { device }) => (device ? 'you asked for it' : undefined),
    signIn: async (attempt) => (await import('./device-code.ts')).signInByDeviceCode(attempt),
  },
  'the browser': {
    fits: whyBrowser,
    signIn: async (attempt) =>
      (await import('./authorization-code.ts')).signInByRedirect(attempt, {
        open: true,
        // The listener cannot be reached from the browser of a codespace's web page.
        pasteAfterMs: attempt.here.place === 'a codespace' ? 0 : 20_000,
      }),
  },
  'an address to open': {
    fits: whyNoBrowser,
    signIn: async (attempt) =>
      (await import('./authorization-code.ts')).signInByRedirect(attempt, { open: false, pasteAfterMs: 0 }),
  },
} as const satisfies Record<string, Method>

export type MethodName = keyof typeof methods

/** The way that fits best, and why. */
export function chooseMethod(here: Environment, wishes: Wishes): { name: MethodName; because: string } {
  for (const [name, way] of Object.entries(methods)) {
    const because = way.fits(here, wishes)
    if (because) return { name: name as MethodName, because }
  }
  return { name: 'an address to open', because: 'nothing else fits' }
}

function whyBrowser(here: Environment, wishes: Wishes): string | undefined {
  if (whyNoBrowser(here, wishes)) return undefined
  if (here.browser && here.place && here.place !== 'a container')
    return `${here.browser.variable} opens it from ${here.place}`
  return here.browser ? `${here.browser.variable} names one` : 'this machine has a display'
}

/**
 * Over SSH and without a display a browser would start where nobody sees it, as a text browser in this terminal, or
 * not at all; unless a variable names one, as the terminals of VS Code and Codespaces do.
 */
function whyNoBrowser(here: Environment, { noBrowser }: Wishes): string | undefined {
  if (noBrowser) return 'you asked for no browser'
  if (here.browser) return here.browser.command === 'none' ? `${here.browser.variable} is "none"` : undefined
  if (here.ssh) return 'this is an SSH session'
  if (here.hasDisplay) return undefined
  return here.place ? `this is ${here.place}` : 'there is no display'
}
