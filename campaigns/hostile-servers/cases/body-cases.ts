/* Invalid bodies for each kind of request. */

import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Attack } from '../attack.ts'
import { JsonText, nested, write } from '../json-text.ts'
import { escapes } from '../poisons.ts'
import type { Answer, Tamper } from '../tamperer.ts'
import { everyRequest } from './requests.ts'

const body =
  (make: (answer: Answer, json: string) => string | Buffer, headers: Record<string, string> = {}): Tamper =>
  (answer) => {
    answer.body = make(answer, answer.json === undefined ? answer.text : write(answer.json))
    Object.assign(answer.headers, headers)
    return undefined
  }
const json = (value: unknown) => body(() => write(value))
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')
const html = `<!doctype html><title>${escapes}</title><p>Sign in to the network</p>`

const bodies: [name: string, tamper: Tamper][] = [
  ['nothing', body(() => '')],
  ['null', json(null)],
  ['a number', json(42)],
  ['a string', json(escapes)],
  ['an array', json([{ error: escapes }])],
  ['an empty object', json({})],
  ['an object with only __proto__', body(() => '{"__proto__":{"error":"x","issuer":"x","id":"x"}}')],
  ['arrays 100,000 deep', json(nested(100_000))],
  ['objects 100,000 deep', json(new JsonText(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`))],
  ['arrays 3,000,000 deep', json(nested(3_000_000))],
  ['a million keys', body(() => `{${Array.from({ length: 400_000 }, (_, n) => `"k${n}":1`).join()}}`)],
  [
    'each key twice, true values first',
    body((_, text) => text.replace(/^\{/, `{"id":[],"error":{"code":1},"issuer":4,"access_token":[],`)),
  ],
  [
    'each key twice, true values last',
    body((_, text) => text.replace(/\}\s*$/, ',"id":[],"issuer":4,"access_token":[],"user_code":{}}')),
  ],
  ['half of the answer', body((_, text) => text.slice(0, text.length / 2))],
  ['a captive portal page', body(() => html, { 'content-type': 'text/html' })],
  ['HTML with the type of JSON', body(() => html)],
  ['JSON with the type of HTML', body((_, text) => text, { 'content-type': 'text/html; charset=utf-7' })],
  [
    'JSON that calls itself a program',
    body((_, text) => text, { 'content-type': 'application/octet-stream' }),
  ],
  ['JSON without a type', body((_, text) => text, { 'content-type': '' })],
  ['JSON with a byte order mark', body((_, text) => `\ufeff${text}`)],
  ['JSON in UTF-16', body((_, text) => utf16(text), { 'content-type': 'application/json; charset=utf-16' })],
  [
    'invalid UTF-8',
    body((_, text) => Buffer.concat([Buffer.from(text), Buffer.from([0xc3, 0x28, 0xff, 0xfe])])),
  ],
  ['invalid UTF-8', body((_, text) => Buffer.from(text.replace(/:"/g, ':"\xff\xc0\xaf'), 'latin1'))],
  [
    'a true answer in gzip that nobody asked for',
    body((_, text) => gzipSync(text), { 'content-encoding': 'gzip' }),
  ],
  ['gzip without Content-Encoding', body((_, text) => gzipSync(text))],
  ['Content-Encoding: gzip without gzip', body((_, text) => text, { 'content-encoding': 'gzip' })],
  ['an unknown encoding', body((_, text) => text, { 'content-encoding': 'x-evil, br, gzip' })],
  ['a gzip bomb of 200 MB', body(() => bomb('gzip'), { 'content-encoding': 'gzip' })],
  ['a brotli bomb of 200 MB', body(() => bomb('br'), { 'content-encoding': 'br' })],
  ['8 MB of nested objects', body(() => `{"value":[${'{},'.repeat(2_500_000)}{}]}`)],
  ['30 MB', body(() => Buffer.alloc(30_000_000, 32))],
]

const bombs: Partial<Record<'gzip' | 'br', Buffer>> = {}
function bomb(kind: 'gzip' | 'br'): Buffer {
  const pack = kind === 'gzip' ? gzipSync : brotliCompressSync
  bombs[kind] ??= pack(Buffer.alloc(kind === 'gzip' ? 200_000_000 : 200_000_000))
  return bombs[kind]
}

export const bodyCases: Attack[] = bodies.flatMap(([name, tamper]) =>
  everyRequest(name).map((one) => ({ ...one, group: 'Bodies that are not an answer', name, tamper })),
)

/** An unexpected status with the genuine body. */
export const statusCases: Attack[] = [
  204, 205, 206, 226, 300, 304, 400, 401, 402, 403, 406, 410, 415, 418, 451, 599, 600, 999,
].flatMap((status) =>
  everyRequest(`status ${status}`).map((one) => ({
    ...one,
    group: 'Unexpected statuses',
    name: `HTTP ${status}`,
    tamper: (answer) => {
      answer.status = status
      return undefined
    },
  })),
)
