import { describe, expect, it } from 'vitest'
import { tokensIn } from '../../src/identity/tokens.ts'

const now = 1_000_000
const read = (change: object = {}) =>
  tokensIn({ token_type: 'bearer', access_token: 'a-token', expires_in: 60, ...change }, now)
const most = 64 * 1024

describe('the tokens of an answer', () => {
  it('are all that it gave', () => {
    expect(read()).toEqual({ accessToken: 'a-token', expiresAt: now + 60_000 })
    expect(read({ refresh_token: 'another', scope: 'User.Read' })).toEqual({
      accessToken: 'a-token',
      expiresAt: now + 60_000,
      refreshToken: 'another',
      grantedScope: 'User.Read',
    })
  })

  it.each([
    ['28 hours at most', 200_000, 28 * 3_600_000],
    ['no time where none is told', undefined, 0],
  ])('last for %s', (_, expires_in, lasts) => {
    expect(read({ expires_in }).expiresAt).toBe(now + lasts)
  })

  it.each(['x'.repeat(most), '!~', 'eyJ0.eyJh.c2ln-_+/='])('may be whatever can be sent: %#', (token) => {
    expect(read({ access_token: token, refresh_token: token })).toMatchObject({
      accessToken: token,
      refreshToken: token,
    })
  })

  it.each([
    ['too long', 'x'.repeat(most + 1)],
    ['empty', ''],
    ['with a space in front', ' token'],
    ['with a line end behind', 'token\r\nX-More: yes'],
    ['with a letter that no header has', 'tökén'],
  ])('are none when one is %s', (_, token) => {
    for (const name of ['access_token', 'refresh_token'])
      expect(() => read({ [name]: token })).toThrow(
        expect.objectContaining({
          kind: 'service',
          message: 'The response of the sign-in service cannot be trusted: it contains an invalid token.',
        }),
      )
  })

  it('come without scopes that are too long to be some', () => {
    expect(read({ scope: 'x'.repeat(4_000) }).grantedScope).toHaveLength(4_000)
    expect(read({ scope: 'x'.repeat(4_001) })).not.toHaveProperty('grantedScope')
  })
})
