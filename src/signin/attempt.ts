import type { Account } from '../accounts/account.ts'
import type { Authority } from '../identity/authority.ts'
import type { LinkRecord } from '../identity/link.ts'
import type { SignInConfig } from '../registration/index.ts'
import type { Environment } from './environment.ts'

/** One sign-in: what is brought to it, whom it is told to, and what becomes of its tokens. */
export interface Attempt {
  brought: SignInConfig
  authority: Authority
  here: Environment
  loginHint: string | undefined
  responseMode: 'query' | 'form_post'
  /** Whether a person is at the terminal, who could paste an address. */
  canPaste: boolean
  /** How long the person may take, in seconds; each way has its own default. */
  timeoutSeconds: number | undefined
  tell: (event: SignInEvent) => void
  /** Keeps the link; the person is shown success after that, and not before. */
  keep: (record: Omit<LinkRecord, 'graphOrigin'>) => Promise<Account>
}

/** What happens on the way, for the one in front of the terminal. */
export type SignInEvent =
  | {
      event: 'open'
      address: string
      /** What the address of another machine's browser ends up like, if that may be what opens it. */
      elsewhere: string | undefined
      canPaste: boolean
      /** What a person types beside that browser to let it reach this machine. */
      tunnel: string | undefined
      /** Where a web server has to pass on what comes back. */
      passedOn: string | undefined
    }
  | { event: 'unopened'; because: string }
  | { event: 'waiting'; seconds: number }
  | { event: 'silence' }
  | { event: 'paste' }
  | { event: 'not-that'; because: string }
  | { event: 'pasted'; characters: number }
  | { event: 'device'; address: string; code: string; expiresAt: number }
  | { event: 'countdown'; seconds: number }
