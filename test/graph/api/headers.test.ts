import { describe, expect, it } from 'vitest'
import { readHeaders } from '../../../src/graph/api/headers.ts'
import { told } from '../../helpers/program/told.ts'

describe('headers', () => {
  it('are read by their names, whatever the spaces', () => {
    expect(readHeaders(['Prefer: respond-async', 'If-Match:\t"1" ', 'X:'])).toEqual({
      prefer: 'respond-async',
      'if-match': '"1"',
      x: '',
    })
    expect(readHeaders(['Prefer: a', 'prefer: b'])).toEqual({ prefer: 'a, b' })
  })

  it.each(['x', ': y', 'a b: c', 'a: b\nc: d', 'a: ü', 'a: \u0007'])('%j is invalid', (text) => {
    expect(told(() => readHeaders([text]))).toBe(
      `usage: -H takes 'Name: value' on one line of plain ASCII, not "${text}". | -H 'Prefer: respond-async'`,
    )
  })

  it.each([
    ['Authorization', 'od-link only sends the token of the link. For another account: --account NAME'],
    ['Proxy-Authorization', 'od-link only sends the token'],
    ['Host', 'the request only goes to the host of the link.'],
    ['Cookie', 'Microsoft Graph does not use cookies.'],
    ...[
      'Content-Length',
      'Transfer-Encoding',
      'Connection',
      'Keep-Alive',
      'TE',
      'Trailer',
      'Upgrade',
      'Expect',
    ].map((name) => [name, 'od-link manages the connection itself.']),
  ])('%s cannot be set, and its value is not repeated', (name = '', why = '') => {
    const what = told(() => readHeaders([`${name}: s3cret`]))
    expect(what).toContain(`usage: -H ${name} cannot be set: ${why}`)
    expect(what).toMatch(/ \| Leave it out\.$/)
    expect(what).not.toContain('s3cret')
    // A name that only looks like it can be set.
    expect(readHeaders([`X-${name}: 1`, `${name}-X: 1`])).toEqual({
      [`x-${name.toLowerCase()}`]: '1',
      [`${name.toLowerCase()}-x`]: '1',
    })
  })
})
