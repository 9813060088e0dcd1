import type { Browser } from 'playwright-core'
import type { RawAnswer } from '../../test/helpers/network/raw-http.ts'
import type { Login, Target } from './target.ts'

/** What an attack has at hand. */
export interface Scene {
  target: Target
  /** The login that waits. */
  login: Login
  /** Sends bytes to it. */
  send: (bytes: string | Buffer) => Promise<RawAnswer>
  /** Lets something go on until the login has had its true answer. */
  until: (end: () => unknown) => void
  /** One Chromium for all, in which `rebound.example` leads to loopback. */
  chromium: () => Promise<Browser>
}
