import type { Browser } from 'playwright-core'
import type { RawAnswer } from '../../test/helpers/network/raw-http.ts'
import type { Login, Target } from './target.ts'

/** What an attack can use. */
export interface Scene {
  target: Target
  /** The waiting login. */
  login: Login
  /** Sends bytes to it. */
  send: (bytes: string | Buffer) => Promise<RawAnswer>
  /** Keeps something running until the login has received the genuine answer. */
  until: (end: () => unknown) => void
  /** A shared Chromium in which `rebound.example` resolves to loopback. */
  chromium: () => Promise<Browser>
}
