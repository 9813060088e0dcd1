import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts'
import { addLink } from '../../../src/accounts/links.ts'
import { findAuthority } from '../../../src/identity/authority.ts'
import { readRedirect } from '../../../src/registration/redirect-uri.ts'
import type { Attempt, SignInEvent } from '../../../src/signin/attempt.ts'

/** Sign-ins against a sandbox of the test file's own, called as `login` calls them. */
export interface Attempts {
  sandbox: Sandbox
  /** What the person has been told since the test began. */
  events: SignInEvent[]
  /** Ada's sign-in, with what a test wants to be different. */
  attempt: (change?: Partial<Attempt>, uri?: string, listen?: string) => Promise<Attempt>
  /** The URL that the person is told to open. */
  opened: () => Promise<Extract<SignInEvent, { event: 'open' }>>
}

/** Starts a sandbox for a test file. */
export function useAttempts(): Attempts {
  const own: Attempts = {
    sandbox: undefined as unknown as Sandbox,
    events: [],
    async attempt(change = {}, uri = 'http://localhost', listen) {
      const { clientId, origin } = own.sandbox
      return {
        config: {
          registration: { clientId, tenant: 'common' },
          loginOrigin: origin,
          graphOrigin: origin,
          redirect: readRedirect(uri, listen),
          scope: 'openid profile offline_access User.Read Files.ReadWrite.All',
        },
        authority: await findAuthority(origin, 'common', clientId),
        environment: {
          browser: undefined,
          hasDisplay: false,
          ssh: undefined,
          isWsl: false,
          place: undefined,
        },
        loginHint: 'ada@contoso.example',
        responseMode: 'query',
        canPaste: false,
        timeoutSeconds: 20,
        report: (event) => own.events.push(event),
        save: (record) => addLink({ ...record, graphOrigin: origin }, undefined),
        ...change,
      }
    },
    async opened() {
      await expect.poll(() => own.events[0]).toMatchObject({ event: 'open' })
      return own.events[0] as Extract<SignInEvent, { event: 'open' }>
    },
  }
  beforeAll(async () => {
    own.sandbox = await startSandbox()
  })
  afterAll(() => own.sandbox?.close())
  beforeEach(() => {
    own.events = []
  })
  return own
}
