import { describe, expect, it } from 'vitest'
import { readSigned } from '../../../src/graph/transfer/signed-url.ts'
import { told } from '../../helpers/program/told.ts'

describe('signed URLs', () => {
  const origin = 'https://graph.microsoft.com'
  const sandbox = 'http://localhost:1234'

  it.each<[address: unknown, graph: string, isGood: boolean]>([
    ['https://content.example/x?y', origin, true],
    ['http://content.example/x', origin, false],
    ['https://localhost/x', origin, false],
    ['https://127.0.0.1/x', origin, false],
    ['https://sub.localhost/x', origin, false],
    ['https://localhost./x', origin, false],
    ['https://0.0.0.0/x', origin, false],
    ['https://[::]/x', origin, false],
    ['https://[::1]/x', origin, false],
    ['https://[::ffff:127.0.0.1]/x', origin, false],
    ['https://notlocalhost/x', origin, true],
    ['https://localhost.evil.example/x', origin, true],
    ['https://0.0.0.0.example/x', origin, true],
    ['ftp://localhost/x', sandbox, false],
    ['https://user@content.example/x', origin, false],
    ['https://:word@content.example/x', origin, false],
    ['file:///etc/passwd', origin, false],
    ['nonsense', origin, false],
    [{ toString: 1 }, origin, false],
    [undefined, origin, false],
    ['http://localhost:99/x', sandbox, true],
    ['http://content.example/x', sandbox, false],
    ['https://localhost/x', sandbox, true],
  ])('%j may be the URL of content of %s: %s', (address, graph, isGood) => {
    const what = told(() => readSigned(address, graph))
    if (isGood) expect([what, readSigned(address, graph).href]).toEqual(['nothing', String(address)])
    else
      expect(what).toMatch(
        /^service: The URL of the content cannot be trusted\. \| Nothing was sent there: (it is not a URL|\w+:\/\/[^/?@]*)$/,
      )
  })

  it('of content may be relative to the previous one', () => {
    expect(readSigned('/y', origin, 'https://content.example/x').href).toBe('https://content.example/y')
    expect(told(() => readSigned('http://[', origin, 'https://content.example/x'))).toContain(
      'it is not a URL',
    )
  })
})
