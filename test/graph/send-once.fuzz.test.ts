import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { claimsOf } from '../../src/graph/send-once.ts'

const claims = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'
const encoded = Buffer.from(claims).toString('base64')
const padded = Buffer.from('{"a":{"b":null}}').toString('base64')

describe('the claims of a challenge', () => {
  it.each([
    ['alone', `Bearer claims="${encoded}"`],
    ['last', `Bearer realm="", error="insufficient_claims", claims="${encoded}"`],
    ['first', `Bearer claims="${encoded}", error="insufficient_claims"`],
    ['without quotes', `Bearer claims=${encoded}, realm=""`],
    ['in capitals', `Bearer CLAIMS="${encoded}"`],
    [
      'beside an address without quotes',
      `Bearer realm="", authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize, client_id=00000003, claims="${encoded}"`,
    ],
    ['in the second of two challenges', `Basic realm="x", Bearer realm="", claims="${encoded}"`],
    ['in base64 for URLs', `Bearer claims="${Buffer.from(claims).toString('base64url')}"`],
  ])('are found: %s', (_, header) => {
    expect(claimsOf(header)).toBe(claims)
  })

  it('are whole when the base64 is padded', () => {
    expect(padded).toMatch(/=$/)
    expect(claimsOf(`Bearer error="insufficient_claims", claims="${padded}"`)).toBe('{"a":{"b":null}}')
  })

  it.each([
    undefined,
    '',
    'Bearer realm=""',
    'Bearer error="expired_token"',
    'Bearer claims=""',
    'Bearer claims="!!!"',
    'Bearer claims="bm90IGpzb24="',
    `Bearer x_claims="${encoded}"`,
  ])('are absent from %j', (header) => {
    expect(claimsOf(header)).toBeUndefined()
  })

  it('are not sent on when they are longer than any challenge is', () => {
    const header = (length: number) => {
      const text = JSON.stringify({ a: 'x'.repeat(length) })
      return `Bearer claims="${Buffer.from(text).toString('base64')}"`
    }
    expect(claimsOf(header(12_000))).toMatch(/^\{"a":"x+"\}$/)
    expect(claimsOf(header(12_500))).toBeUndefined()
  })

  it('survive whatever they are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value)
        expect(claimsOf(`Bearer realm="", claims="${Buffer.from(text).toString('base64')}"`)).toBe(text)
      }),
    )
  })

  it('never make a header an error', () => {
    fc.assert(fc.property(fc.string(), (header) => void claimsOf(header)))
  })
})
