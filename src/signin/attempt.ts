import type { Account } from '../accounts/account.ts'
import type { Authority } from '../identity/authority.ts'
import type { LinkRecord } from '../identity/link.ts'
import type { SignInConfig } from '../registration/index.ts'
import type { Environment } from './environment.ts'

/** One sign-in: what it is about, whom to tell what happens, and what to do with the link. */
export interface Attempt {
  config: SignInConfig
  authority: Authority
  environment: Environment
  loginHint: string | undefined
  /** What a refusal asked this sign-in to prove, as JSON. */
  claims?: string | undefined
  responseMode: 'query' | 'form_post'
  /** Whether there is a person at the terminal, who could paste a URL. */
  canPaste: boolean
  /** How long the person may take, in seconds; each method has its own default. */
  timeoutSeconds: number | undefined
  /** What it returns is awaited where something is shown right after it. */
  report: (event: SignInEvent) => unknown
  /** Saves the link; only then the person is shown success. */
  save: (record: Omit<LinkRecord, 'graphOrigin'>) => Promise<Account>
}

/** What happens on the way, for the person at the terminal. */
export type SignInEvent =
  | {
      event: 'open'
      address: string
      /** The URL that a browser on another machine ends on, when the browser may be there. */
      elsewhere: string | undefined
      canPaste: boolean
      /** The command that lets a browser on another machine reach this one. */
      tunnel: string | undefined
      /** Where a web server has to forward the redirect to. */
      passedOn: string | undefined
    }
  | { event: 'opened' }
  | { event: 'unopened'; because: string; canPaste: boolean }
  | { event: 'waiting'; seconds: number }
  | { event: 'silence'; asksForAll: boolean; canPaste: boolean }
  | { event: 'more-proof' }
  | { event: 'trouble'; problem: string }
  | { event: 'paste' }
  | { event: 'not-that'; problem: string }
  | { event: 'pasted'; characters: number }
  | { event: 'device'; address: string; code: string; expiresAt: number }
  | { event: 'countdown'; seconds: number }
