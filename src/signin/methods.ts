import type { Account } from '../accounts/account.ts'
import type { Attempt } from './attempt.ts'
import type { Environment } from './environment.ts'

/** What the person asked for with flags. */
export interface Wishes {
  device: boolean
  noBrowser: boolean
}

/** Why a method is the one to use here. */
interface Fit {
  /** As a clause: `this is an SSH session`. */
  because: string
  /** What to tell the person before it is used. */
  notice: string
}

interface Method {
  /** Nothing when it is not the one to use here. */
  fits: (environment: Environment, wishes: Wishes) => Fit | undefined
  /** @throws OdLinkError (sign-in) when it was refused or not finished; and whatever `save` throws. */
  signIn: (attempt: Attempt) => Promise<Account>
}

/** The sign-in methods, the preferred one first. To add one: a file here and a line in the table. */
export const methods = {
  'device-code': {
    fits: (_, { device }) =>
      device ? { because: 'you asked for it', notice: 'Signing in with a device code.' } : undefined,
    signIn: async (attempt) => (await import('./device-code.ts')).signInByDeviceCode(attempt),
  },
  browser: {
    fits: whyBrowser,
    signIn: async (attempt) =>
      (await import('./authorization-code.ts')).signInByRedirect(attempt, {
        open: true,
        // The browser of a codespace's web page cannot reach the listener.
        pasteAfterMs: attempt.environment.place === 'a codespace' ? 0 : 20_000,
      }),
  },
  url: {
    fits: whyNoBrowser,
    signIn: async (attempt) =>
      (await import('./authorization-code.ts')).signInByRedirect(attempt, { open: false, pasteAfterMs: 0 }),
  },
} as const satisfies Record<string, Method>

export type MethodName = keyof typeof methods

/** The method that fits best, and why. */
export function chooseMethod(environment: Environment, wishes: Wishes): { name: MethodName } & Fit {
  for (const [name, method] of Object.entries(methods)) {
    const fit = method.fits(environment, wishes)
    if (fit) return { name: name as MethodName, ...fit }
  }
  return { name: 'url', because: 'nothing else fits', notice: 'No browser is opened here.' }
}

function whyBrowser(environment: Environment, wishes: Wishes): Fit | undefined {
  if (whyNoBrowser(environment, wishes)) return undefined
  const { browser, place } = environment
  if (!browser) return { because: 'this machine has a display', notice: 'Opening your browser to sign in…' }
  const { variable } = browser
  if (!place || place === 'a container')
    return { because: `${variable} names one`, notice: `Opening the browser set in ${variable}…` }
  // The terminals of VS Code and Codespaces set BROWSER to a helper, which opens the person's own browser.
  return {
    because: `${variable} opens it from ${place}`,
    notice: `Opening your browser from ${place}, with the command in ${variable}…`,
  }
}

/**
 * Over SSH or without a display, a browser would start where nobody sees it, as a text browser in this terminal, or not at
 * all; unless a variable names one, as in the terminals of VS Code and Codespaces.
 */
function whyNoBrowser(
  { browser, ssh, hasDisplay, place }: Environment,
  { noBrowser }: Wishes,
): Fit | undefined {
  const none = (because: string) => ({
    because,
    notice: `${because.charAt(0).toUpperCase()}${because.slice(1)}, so no browser is opened here.`,
  })
  if (noBrowser) return { because: 'you asked for no browser', notice: 'No browser is opened, as you asked.' }
  if (browser) return browser.command === 'none' ? none(`${browser.variable} is "none"`) : undefined
  if (ssh) return none('this is an SSH session')
  if (hasDisplay) return undefined
  return none(place ? `this is ${place}` : 'this machine has no display')
}
