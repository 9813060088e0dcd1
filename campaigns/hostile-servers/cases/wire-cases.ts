/* Invalid or endless HTTP. */

import type { Attack } from '../attack.ts'
import { write } from '../json-text.ts'
import { type Answer, headOf, type Speech } from '../tamperer.ts'
import { everyRequest } from './requests.ts'

/** Writes the same data until the other side closes the connection. */
const forEver =
  (head: string | Buffer, part: string | Buffer, everyMs = 0): Speech =>
  (socket) => {
    socket.write(head)
    const more = () => {
      if (socket.destroyed) return
      if (everyMs > 0) socket.write(part, () => setTimeout(more, everyMs))
      else if (socket.write(part)) setImmediate(more)
      else socket.once('drain', more)
    }
    more()
  }
const once =
  (...parts: (string | Buffer)[]): Speech =>
  (socket) => {
    for (const part of parts) socket.write(part)
    socket.end()
  }
const chunked = headOf(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
const of = (length: string) => headOf(200, { 'content-type': 'application/json', 'content-length': length })
const chunk = (text: string, extension = '') =>
  `${Buffer.byteLength(text).toString(16)}${extension}\r\n${text}\r\n`
const large = 'x'.repeat(65_536)

type Make = (text: string, answer: Answer) => Speech
const speeches: [name: string, make: Make][] = [
  ['an endless body', () => forEver(chunked, chunk(large))],
  [
    'an endless body of spaces in JSON',
    () => forEver(Buffer.concat([chunked, Buffer.from(chunk('{'))]), chunk(' '.repeat(65_536))),
  ],
  ['a content-length of 1 TB', () => forEver(of('1000000000000'), large)],
  ['endless headers', () => forEver('HTTP/1.1 200 OK\r\n', `x-more: ${large.slice(0, 1_000)}\r\n`)],
  ['one endless header', () => forEver('HTTP/1.1 200 OK\r\nx-more: ', large)],
  ['an endless status line', () => forEver('HTTP/1.1 200 ', large)],
  [
    'a header of 10 MB',
    (text) => once('HTTP/1.1 200 OK\r\nrequest-id: ', Buffer.alloc(10_000_000, 65), `\r\n\r\n${text}`),
  ],
  ['100,000 headers', (text) => once(`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(100_000)}\r\n${text}`)],
  ['endless 100 Continue', () => forEver('', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(500), 1)],
  [
    'early hints for ever',
    () => forEver('', 'HTTP/1.1 103 Early Hints\r\nlink: <https://evil.example>\r\n\r\n'.repeat(500), 1),
  ],
  [
    '101 Switching Protocols',
    (text) => once(`HTTP/1.1 101 Switching Protocols\r\nupgrade: evil\r\nconnection: upgrade\r\n\r\n${text}`),
  ],
  [
    '100 Continue, and then the true answer',
    (text) => once('HTTP/1.1 100 Continue\r\n\r\n', of(String(Buffer.byteLength(text))), text),
  ],
  ['trailers of 10 MB', (text) => once(chunked, chunk(text), '0\r\n', `x: ${large}\r\n`.repeat(150), '\r\n')],
  [
    'a trailer that would be a header',
    (text) =>
      once(chunked, chunk(text), '0\r\nlocation: https://evil.example\r\nrequest-id: \x9b31m\r\n\r\n'),
  ],
  ['a content-length that is too long', (text) => once(of(String(Buffer.byteLength(text) + 10)), text)],
  ['a content-length that is too short', (text) => once(of('7'), text)],
  ['a negative content-length', (text) => once(of('-1'), text)],
  [
    'two contents-lengths',
    (text) => once(`HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: ${text.length}\r\n\r\n`, text),
  ],
  [
    'a content-length and chunks',
    (text) =>
      once(
        `HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`,
        chunk(text),
        '0\r\n\r\n',
      ),
  ],
  ['a chunk of 2^63 bytes', () => once(chunked, '7fffffffffffffff\r\n', large)],
  ['a chunk without a length', (text) => once(chunked, `zz\r\n${text}\r\n0\r\n\r\n`)],
  [
    'chunks with extensions of 10 MB',
    (text) => once(chunked, ...Array.from(text.slice(0, 150), (letter) => chunk(letter, `;x=${large}`))),
  ],
  [
    'a million chunks of a byte',
    () => once(chunked, '1\r\n \r\n'.repeat(1_000_000), chunk('{}'), '0\r\n\r\n'),
  ],
  [
    'an answer and another one behind it',
    (text) => once(of(String(Buffer.byteLength(text))), text, of('2'), '{}'),
  ],
  ['not HTTP', () => once('SSH-2.0-OpenSSH_9.2\r\n')],
  ['HTTP/0.9', (text) => once(text)],
  ['unrequested HTTP/2', () => once(Buffer.from('000000040000000000', 'hex'))],
  ['a TLS alert', () => once(Buffer.from('15030300020228', 'hex'))],
  [
    'escape sequences in the status line and in a header',
    (text) =>
      once(
        `HTTP/1.1 200 \x1b[31m\r\nrequest-id: \x1b]0;owned\x07\r\ncontent-length: ${text.length}\r\n\r\n`,
        text,
      ),
  ],
  ['NUL in a header', (text) => once(`HTTP/1.1 200 OK\r\nrequest-id: a\0b\r\n\r\n`, text)],
  ['a status of four digits', (text) => once(`HTTP/1.1 2000 OK\r\n\r\n`, text)],
  ['a status of 0', (text) => once(`HTTP/1.1 000 No\r\n\r\n`, text)],
  ['a status of 999', (text) => once(`HTTP/1.1 999 No\r\n\r\n`, text)],
]

/** So slow that every wait reaches its limit: one command each, or the suite would take an hour. */
const slow: [name: string, make: Make][] = [
  ['a body at one byte per second', () => forEver(of('100000'), ' ', 1_000)],
  ['headers at one byte per second', () => forEver('HTTP/1.1 200 OK\r\nx: ', 'x', 1_000)],
]
const isSlow = new Set(['endless 100 Continue', 'early hints for ever', ...slow.map(([name]) => name)])

export const wireCases: Attack[] = [...speeches, ...slow].flatMap(([name, make]) =>
  everyRequest(name)
    .filter(({ scene }) => !isSlow.has(name) || ['mkdir', 'renewal', 'doctor', 'login'].includes(scene))
    .map((one) => ({
      ...one,
      group: isSlow.has(name) ? 'Very slow answers' : 'Invalid or endless HTTP',
      name,
      tamper: (answer) => make(answer.json === undefined ? answer.text : write(answer.json), answer),
    })),
)
