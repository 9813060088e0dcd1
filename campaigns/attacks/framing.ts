import { gzipSync } from 'node:zlib'
import { type Attack, type Bytes, form, get, http, type Known, mark, post, sent } from './attack.ts'

const wrong = ({ path, code }: Known) => `${path}?code=${code}&state=${mark}`
const wrongForm = ({ code }: Known) => `code=${code}&state=${mark}`

/** A POST with these headers about its body, and this raw body. */
function framed({ host, path }: Known, headers: string[], body: string): string {
  return http(`POST ${path}`, [`Host: ${host}`, form, ...headers], body)
}

function chunked(known: Known, body: string): string {
  return framed(known, ['Transfer-Encoding: chunked'], body)
}

const megabyte = 'x'.repeat(1_048_576)

export const bodyAttacks: Attack[] = sent('the genuine answer in a wrong body', [
  ['JSON', 415, (k) => post(k, k.truth, 'Content-Type: application/json')],
  ['text', 415, (k) => post(k, k.truth, 'Content-Type: text/plain')],
  ['parts', 415, (k) => post(k, k.truth, 'Content-Type: multipart/form-data; boundary=x')],
  ['a body without a type', 415, (k) => post(k, k.truth, 'Accept: */*')],
  ['a type that begins like the form type', 415, (k) => post(k, k.truth, `${form}-${mark}`)],
  ['a form beside a query', 400, (k) => post(k, k.truth, form, `?${k.truth}`)],
  ['an empty form and a query', 400, (k) => post(k, '', form, `?${k.truth}`)],
  [
    'the body of a GET',
    400,
    (k) => http(`GET ${k.path}`, [`Host: ${k.host}`, form, `Content-Length: ${k.truth.length}`], k.truth),
  ],
  [
    'a compressed form',
    400,
    (k) => {
      const body = gzipSync(k.truth)
      const head = framed(k, ['Content-Encoding: gzip', `Content-Length: ${body.length}`], '')
      return Buffer.concat([Buffer.from(head), body])
    },
  ],
  ['more than 16 KiB', 413, (k) => post(k, `${k.truth}&x=${mark.repeat(1300)}`)],
  ['a megabyte with Content-Length', 0, (k) => post(k, `${k.truth}&x=${megabyte}`)],
  ['a megabyte in chunks', 0, (k) => chunked(k, `100000\r\n${megabyte}\r\n0\r\n\r\n`)],
  ['a Content-Length of gigabytes', 413, (k) => framed(k, ['Content-Length: 9999999999'], '')],
])

/**
 * Requests that two servers in a row could parse differently (request smuggling). The state is wrong, since a
 * lenient parser may accept the rest.
 */
export const smugglingAttacks: Attack[] = sent('an ambiguous request', [
  ['two lengths', 400, (k) => framed(k, ['Content-Length: 1', 'Content-Length: 2'], 'xx')],
  ['two lengths in one header', 400, (k) => framed(k, ['Content-Length: 1, 2'], 'xx')],
  ['a length with a plus sign', 400, (k) => framed(k, ['Content-Length: +5'], 'xxxxx')],
  ['a negative length', 400, (k) => framed(k, ['Content-Length: -1'], wrongForm(k))],
  ['a length in hexadecimal', 400, (k) => framed(k, ['Content-Length: 0x5'], 'xxxxx')],
  ['a length with 23 digits', 400, (k) => framed(k, ['Content-Length: 99999999999999999999999'], 'x')],
  [
    'a length and chunks',
    400,
    (k) => framed(k, ['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
  ],
  [
    'chunks and a length',
    400,
    (k) => framed(k, ['Transfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'),
  ],
  [
    'chunks twice',
    0,
    (k) => framed(k, ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
  ],
  ['chunks, then something else', 0, (k) => framed(k, ['Transfer-Encoding: chunked, identity'], '0\r\n\r\n')],
  ['an unknown encoding', 0, (k) => framed(k, ['Transfer-Encoding: xchunked'], wrongForm(k))],
  [
    'a space before the colon of its encoding',
    400,
    (k) => framed(k, ['Transfer-Encoding : chunked'], '0\r\n\r\n'),
  ],
  ['an encoding folded over two lines', 0, (k) => framed(k, ['Transfer-Encoding:\r\n chunked'], '0\r\n\r\n')],
  ['a header folded over two lines', 0, (k) => get(wrong(k), k, `X-Folded: a\r\n ${mark}`)],
  ['a first header that begins with a space', 0, (k) => http(`GET ${wrong(k)}`, [` Host: ${k.host}`])],
  ['a chunk size that is not a number', 400, (k) => chunked(k, `${mark}\r\nx\r\n0\r\n\r\n`)],
  ['a negative chunk size', 400, (k) => chunked(k, `-1\r\nx\r\n0\r\n\r\n`)],
  ['a chunk size of more than 64 bits', 400, (k) => chunked(k, `ffffffffffffffffff\r\nx`)],
  ['a chunk longer than its size', 400, (k) => chunked(k, `1\r\nxyz\r\n0\r\n\r\n`)],
  ['a flood of chunk extensions', 0, (k) => chunked(k, `1;${mark.repeat(2000)}\r\nx\r\n0\r\n\r\n`)],
  ['a Host among the trailers', 400, (k) => chunked(k, `1\r\nx\r\n0\r\nHost: ${mark}.example\r\n\r\n`)],
  ['lines that end in LF only', 0, (k) => `GET ${wrong(k)} HTTP/1.1\nHost: ${k.host}\nX-Mark: ${mark}\n\n`],
  ['lines that end in CR only', 0, (k) => `GET ${wrong(k)} HTTP/1.1\rHost: ${k.host}\rX-Mark: ${mark}\r\r`],
  ['a header without a colon', 400, (k) => get(wrong(k), k, mark)],
  ['a header without a name', 400, (k) => get(wrong(k), k, `: ${mark}`)],
  ['a header name with a space', 400, (k) => get(wrong(k), k, `X Mark: ${mark}`)],
  ['a zero byte in a header', 400, (k) => get(wrong(k), k, `X-Zero: ${mark}\0`)],
  [
    'a header that is no UTF-8',
    0,
    (k) => Buffer.from(get(wrong(k), k, `X-Bytes: \xff\xfe\xc0\xaf`), 'latin1'),
  ],
  [
    'a second request in the first one’s body',
    400,
    (k) => framed(k, ['Content-Length: 0'], get(wrong(k), k)),
  ],
])

export const protocolAttacks: Attack[] = sent('not HTTP/1.1', [
  ['HTTP/0.9', 0, ({ path }) => `GET ${path}?${mark}\r\n`],
  ['HTTP/0.9 with a blank line', 400, ({ path }) => `GET ${path}?${mark}\r\n\r\n`],
  ['HTTP/2 without TLS', 0, () => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${mark}`],
  ['HTTP/9.9', 0, (k) => http(`GET ${k.path}?${k.truth}`, [`Host: ${k.host}`], '', 'HTTP/9.9')],
  [
    'another protocol’s name',
    0,
    (k) => http(`GET ${k.path}?${k.truth}`, [`Host: ${k.host}`], '', `${mark}/1.1`),
  ],
  ['a TLS handshake', 400, () => Buffer.from('16030100a5010000a10303', 'hex')],
  ['an SSH greeting', 400, () => `SSH-2.0-${mark}\r\n`],
  ['random bytes', 400, () => Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10])],
  ['a kilobyte of zero bytes', 400, () => Buffer.alloc(1024)],
  ['ten thousand line breaks', 0, () => '\r\n'.repeat(10_000)],
  [
    'a WebSocket',
    400,
    (k) =>
      get(
        wrong(k),
        k,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Key: eA==',
        'Sec-WebSocket-Version: 13',
      ),
  ],
  [
    'an upgrade to HTTP/2',
    400,
    (k) =>
      get(wrong(k), k, 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'),
  ],
  [
    'an upgrade to something unknown',
    400,
    (k) => get(wrong(k), k, 'Connection: Upgrade', `Upgrade: ${mark}`),
  ],
  ['an Expect header', 0, (k) => get(wrong(k), k, `Expect: ${mark}`)],
  [
    'an Expect header of leave to go on',
    400,
    (k) => framed(k, ['Expect: 100-continue', 'Content-Length: 3'], 'x=1'),
  ],
])

const manyHeaders = (number: number, size: number) =>
  Array.from({ length: number }, (_, index) => `X-${index}: ${mark.repeat(size)}`)

export const floodAttacks: Attack[] = sent('too much data on one connection', [
  ['5,000 headers', 431, (k) => get(wrong(k), k, ...manyHeaders(5000, 6))],
  ['10,000 small headers', 400, (k) => get(wrong(k), k, ...Array(10_000).fill('a:'))],
  ['a header of 300 KB', 431, (k) => get(wrong(k), k, `X-Long: ${mark.repeat(22_000)}`)],
  ['a header name of 300 KB', 431, (k) => get(wrong(k), k, `${'X'.repeat(307_200)}: ${mark}`)],
  ['20,000 cookies', 431, (k) => get(wrong(k), k, `Cookie: ${`${mark}=1; `.repeat(20_000)}`)],
  ['200 requests in one packet', 400, (k) => get(wrong(k), k).repeat(200)],
  ['a request in a hundred packets', 400, (k) => pieces(get(wrong(k), k), 100)],
  ['a request, then a megabyte', 0, (k) => [get(wrong(k), k), megabyte]],
])

function pieces(text: string, number: number): Bytes[] {
  const size = Math.ceil(text.length / number)
  return Array.from({ length: number }, (_, index) => text.slice(index * size, (index + 1) * size))
}
