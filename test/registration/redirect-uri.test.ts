import { describe, expect, it } from 'vitest'
import { isForwarded, parseListen, readRedirect, registeredUri } from '../../src/registration/redirect-uri.ts'
import { usageError } from '../helpers/program/usage-error.ts'

describe('a redirect URI', () => {
  it.each([
    ['http://localhost', { scheme: 'http', host: 'localhost', port: undefined, path: '' }],
    ['http://localhost/', { scheme: 'http', host: 'localhost', port: undefined, path: '/' }],
    ['http://LOCALHOST:5000/a/b', { scheme: 'http', host: 'localhost', port: 5000, path: '/a/b' }],
    ['http://127.0.0.1:65535/%41', { scheme: 'http', host: '127.0.0.1', port: 65535, path: '/%41' }],
    [
      "http://localhost:1/~!$&'()*+,;=:@-._",
      { scheme: 'http', host: 'localhost', port: 1, path: "/~!$&'()*+,;=:@-._" },
    ],
  ])('%s', (uri, parts) => {
    const redirect = readRedirect(uri, undefined)
    expect(redirect).toEqual({ ...parts, listen: { host: parts.host, port: parts.port } })
    expect(registeredUri(redirect)).toBe(uri.replace('LOCALHOST', 'localhost'))
    expect(isForwarded(redirect)).toBe(false)
  })

  it('behind a web server is listened for elsewhere', () => {
    const redirect = readRedirect('https://Example.com:8443/back', '[::1]:5000')
    expect(redirect).toEqual({
      scheme: 'https',
      host: 'example.com',
      port: 8443,
      path: '/back',
      listen: { host: '::1', port: 5000 },
    })
    expect(isForwarded(redirect)).toBe(true)
    // Even one on this machine.
    expect(readRedirect('https://localhost/back', '127.0.0.1:5000').listen.port).toBe(5000)
    expect(() => readRedirect('https://example.com/back', undefined)).toThrow(
      usageError(
        /^The redirect URI https:\/\/example\.com\/back leads to a web server, not to od-link\.$/,
        /^Say where .*--listen 127\.0\.0\.1:5000\nOr register http:\/\/localhost, which needs/,
      ),
    )
  })

  it.each([
    'http://example.com',
    'http://localhost.evil.example',
    'http://localhost:0',
    'http://localhost:65536',
    'http://localhost:123456',
    'http://localhost?x=y',
    'http://localhost/a#b',
    'http://user@localhost',
    'ftp://localhost',
    'xhttp://localhost',
    'http://[::1]:5000',
    'localhost',
    '',
  ])('cannot be %s', (uri) => {
    expect(() => readRedirect(uri, '127.0.0.1:5000')).toThrow(
      usageError(
        /is not a redirect URI that od-link can listen on\.$/,
        /^Use http:\/\/localhost, with the port and path .*\n.*\nor an https URI .*\n.*--listen 127\.0\.0\.1:5000$/,
      ),
    )
  })

  it.each([
    ['localhost:5000', { host: 'localhost', port: 5000 }],
    ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
    ['[::1]:65535', { host: '::1', port: 65535 }],
  ])('is listened for at %s', (text, address) => {
    expect(parseListen(text)).toEqual(address)
  })
  it.each([
    '0.0.0.0:5000',
    'localhost',
    'localhost:0',
    'localhost:65536',
    'xlocalhost:5000',
    'localhost:5000x',
    '127x0.0.1:1',
    '::1:5',
    '',
  ])('is not listened for at %j', (text) => {
    expect(() => parseListen(text)).toThrow(
      usageError(
        /is not an address of this machine that od-link can listen on\.$/,
        /^--listen 127\.0\.0\.1:5000\n\(only loopback/,
      ),
    )
  })
})
