import { describe, expect, it } from 'vitest'
import { followLink, isWhole, pathOf, readAddress, withQuery } from '../../../src/graph/api/address.ts'
import { told } from '../../helpers/program/told.ts'

describe('addresses', () => {
  const origin = 'https://graph.microsoft.com'

  it('are joined with more of a query', () => {
    const bare = readAddress('/me')
    expect(pathOf(bare)).toBe('/me')
    expect(pathOf(withQuery(bare, ''))).toBe('/me')
    expect(pathOf(withQuery(bare, 'a=1'))).toBe('/me?a=1')
    expect(pathOf(withQuery(withQuery(bare, 'a=1'), 'b=2'))).toBe('/me?a=1&b=2')
    expect([isWhole('https://x'), isWhole('HTTP:x'), isWhole('/me:x'), isWhole('me/x:y')]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it.each([
    ['/beta', '/beta', ''],
    ['/beta?a=1', '/beta', ''],
    ['/x/v1.0/y', '/v1.0', '/x/v1.0/y'],
    ['/x/beta', '/v1.0', '/x/beta'],
    ['/me/a..', '/v1.0', '/me/a..'],
    ['/me/..a/%2e%2eb/a%2e', '/v1.0', '/me/..a/%2e%2eb/a%2e'],
    [`${origin}/beta`, '/beta', ''],
    [`${origin}/v1.0/me//beta/x`, '/v1.0', '/me//beta/x'],
  ])('%s is of the version %s, and below it %j', (typed, version, path) => {
    expect(readAddress(typed, origin)).toMatchObject({ version, path })
  })

  it.each([
    ['/me/100%', 'has a % that encodes nothing. | A % in a name is written %25.'],
    ['/me/%4z', 'has a % that encodes nothing. | A % in a name is written %25.'],
    [
      `${origin}/me`,
      'an address of Graph begins with /v1.0 or /beta. | Give a path of Microsoft Graph: od-link api /me/drive/root/children',
    ],
    [`${origin}/x/beta/me`, 'an address of Graph begins with /v1.0 or /beta'],
    [`${origin}/v1.0x`, 'an address of Graph begins with /v1.0 or /beta'],
    [
      'https://evil.example/v1.0/me',
      `The token goes to ${origin} alone. Give the path: od-link api /me/drive/root`,
    ],
  ])('%s is refused', (typed, why) => {
    expect(told(() => readAddress(typed, origin))).toContain(why)
  })

  it('of another host are refused before the host of the link is known, too', () => {
    expect(told(() => readAddress('https://evil.example/v1.0/me'))).toContain(
      'The token goes to its own host alone.',
    )
  })

  it('of a next page are no more than an origin in a message', () => {
    const long = `https://evil.example/${'x'.repeat(300)}`
    expect(told(() => followLink(long, origin))).toMatch(
      / \| Nothing was sent there: https:\/\/evil\.example$/,
    )
    const said = 'https://evil.example/\nRenew it with: od-link login --client-id x'
    expect(told(() => followLink(said, origin))).toMatch(
      / \| Nothing was sent there: https:\/\/evil\.example$/,
    )
    expect(told(() => followLink('Renew it with:\nod-link', origin))).toMatch(/there: it is no address$/)
  })
})
