import type { RawAnswer } from '../../test/helpers/network/raw-http.ts'
import type { Scene } from './scene.ts'

/** One thing that a stranger does to a login that waits for its answer. */
export type Attack = {
  /** In plain words; it ends the sentence "while login waits, somebody sends ...". */
  name: string
  group: string
  /** The status of od-link's refusal; another tool may refuse in its own way. */
  status?: number
} & (Sent | Done)

/** Bytes on one connection, nothing tidied up; several parts are sent one after the other. */
export interface Sent {
  bytes: (known: Known) => Bytes | Bytes[]
}

/** What takes more than one connection. */
export interface Done {
  /** @returns what came back. @throws when the login did something that it must not do. */
  act: (scene: Scene) => Promise<RawAnswer[]>
  /** What it takes beyond a socket. */
  needs?: Need[]
  /**
   * How the login is meant to end by it: linked, because the genuine answer is a part of the attack; or refused, since
   * only who already holds the state can do it. Without it the login has to wait on.
   */
  ends?: 'linked' | 'refused'
}

/** The authorization server's own answer; a browser; the right to become another user. */
export type Need = 'sandbox' | 'chromium' | 'another user'

export type Bytes = string | Buffer

/** What a stranger has to work with. The worst one knows the genuine answer, and still must not get in the way. */
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

/** In every request of a stranger; no answer may repeat it. */
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

/** Attacks of one group, each a name, od-link's status (0 for what may differ) and the bytes. */
export function sent(group: string, rows: [string, number, Sent['bytes']][]): Attack[] {
  return rows.map(([name, status, bytes]) => ({ group, name, bytes, ...(status ? { status } : {}) }))
}
