import type { RawAnswer } from '../../test/helpers/network/raw-http.ts'
import type { Scene } from './scene.ts'

/** One attack on a waiting login. */
export type Attack = {
  /** Completes the sentence "while login waits, somebody sends …". */
  name: string
  group: string
  /** The status with which od-link refuses; other tools may differ. */
  status?: number
} & (Sent | Done)

/** Raw bytes on one connection; several parts are sent one after the other. */
export interface Sent {
  bytes: (known: Known) => Bytes | Bytes[]
}

/** An attack that needs more than one connection. */
export interface Done {
  /** @returns what came back. @throws when the login did something forbidden. */
  act: (scene: Scene) => Promise<RawAnswer[]>
  /** What it needs besides a socket. */
  needs?: Need[]
  /**
   * How the attack is expected to end the login: linked, because it includes the genuine answer; or
   * refused, because it needs the secret state. Undefined: the login must keep waiting.
   */
  ends?: 'linked' | 'refused'
}

/** The authorization server's own answer; a browser; the right to become another user. */
export type Need = 'sandbox' | 'chromium' | 'another user'

export type Bytes = string | Buffer

/** What the attacker knows: in the worst case the genuine answer. */
export interface Known {
  /** Name and port of the redirect URI, its port and its path. */
  host: string
  port: number
  path: string
  state: string
  code: string
  /** Code and state, as the authorize page sends them. */
  truth: string
}

/** Part of every attack; no answer may repeat it. */
export const mark = 'e7b1-repeat-me'

/** A request as text, with the mark in a header. */
export function http(line: string, headers: string[], body = '', version = 'HTTP/1.1'): string {
  return `${line} ${version}\r\n${headers.map((header) => `${header}\r\n`).join('')}X-Mark: ${mark}\r\n\r\n${body}`
}

export function get(target: string, { host }: Known, ...headers: string[]): string {
  return http(`GET ${target}`, [`Host: ${host}`, ...headers])
}

export const form = 'Content-Type: application/x-www-form-urlencoded'

export function post({ host, path }: Known, body: string, type = form, query = ''): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}`
  return http(`POST ${path}${query}`, [`Host: ${host}`, type, length], body)
}

/** Attacks of one group: name, od-link's status (0: may differ) and bytes. */
export function sent(group: string, rows: [string, number, Sent['bytes']][]): Attack[] {
  return rows.map(([name, status, bytes]) => ({ group, name, bytes, ...(status ? { status } : {}) }))
}
