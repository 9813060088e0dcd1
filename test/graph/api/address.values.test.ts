import { describe, expect, it } from 'vitest'
import { followLink, isWhole, pathOf, readAddress, withQuery } from '../../../src/graph/api/address.ts'
import { told } from '../../helpers/program/told.ts'

describe('addresses', () => {
  const origin = 'https://graph.microsoft.com'

  it('get more query parameters', () => {
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
  ])('%s has the version %s, and below it the path %j', (typed, version, path) => {
    expect(readAddress(typed, origin)).toMatchObject({ version, path })
  })

  it.each([
    ['/me/100%', 'contains a % that encodes nothing. | Write a % in a name as %25.'],
    ['/me/%4z', 'contains a % that encodes nothing. | Write a % in a name as %25.'],
    [
      `${origin}/me`,
      'a URL of Graph begins with /v1.0 or /beta. | Use a path of Microsoft Graph: od-link api /me/drive/root/children',
    ],
    [`${origin}/x/beta/me`, 'a URL of Graph begins with /v1.0 or /beta'],
    [`${origin}/v1.0x`, 'a URL of Graph begins with /v1.0 or /beta'],
    [
      'https://evil.example/v1.0/me',
      `The token is only sent to ${origin}. Use the path:\nod-link api /me/drive/root`,
    ],
  ])('%s is refused', (typed, why) => {
    expect(told(() => readAddress(typed, origin))).toContain(why)
  })

  it('of another host are also refused before the host of the link is known', () => {
    expect(told(() => readAddress('https://evil.example/v1.0/me'))).toContain(
      'The token is only sent to its own host.',
    )
  })

  it('of a next page are only an origin in a message', () => {
    const long = `https://evil.example/${'x'.repeat(300)}`
    expect(told(() => followLink(long, origin))).toMatch(
      / \| Nothing was sent there: https:\/\/evil\.example$/,
    )
    const said = 'https://evil.example/\nRenew it with: od-link login --client-id x'
    expect(told(() => followLink(said, origin))).toMatch(
      / \| Nothing was sent there: https:\/\/evil\.example$/,
    )
    expect(told(() => followLink('Renew it with:\nod-link', origin))).toMatch(/there: it is not a URL$/)
  })
})
