import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAddress } from '../../../src/graph/api/address.ts'
import { useLinked } from '../../helpers/program/linked.ts'

const origin = 'https://graph.microsoft.com'
const shown = (text: string) => {
  const { version, path, query } = readAddress(text, origin)
  return `${version}${path}${query ? `?${query}` : ''}`
}

describe('a path of od-link api', () => {
  it.each([
    ['/me/drive/root/children', '/v1.0/me/drive/root/children'],
    ['me/drive', '/v1.0/me/drive'],
    ['beta/me/drive', '/beta/me/drive'],
    ['/beta/me', '/beta/me'],
    ['/v1.0/me?$select=id', '/v1.0/me?$select=id'],
    ['betas/x', '/v1.0/betas/x'],
    [`${origin}/beta/me?$top=1`, '/beta/me?$top=1'],
    ['/me/drive/root:/a b/ü#1.txt', '/v1.0/me/drive/root:/a%20b/%C3%BC%231.txt'],
    ['/me/drive/root:/100%25', '/v1.0/me/drive/root:/100%25'],
    ["/me/drive/root/search(q='a b')?$top=2", "/v1.0/me/drive/root/search(q='a%20b')?$top=2"],
    ['/users/a@b.example/drive', '/v1.0/users/a@b.example/drive'],
    ['/me?$filter=a/../b eq 1', '/v1.0/me?$filter=a/../b%20eq%201'],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(expected)
  })

  it('leads to the host of the link and to the typed path, whatever is typed', () => {
    const pieces = [
      '/',
      '//',
      '\\',
      '@',
      ':',
      '..',
      '.',
      '%2e',
      '%2F',
      '?',
      '#',
      'http:',
      'https://',
      'evil',
      '\t',
      '\n',
      ' ',
    ]
    const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'grapheme', maxLength: 4 })))
    fc.assert(
      fc.property(text, (parts) => {
        let path: string
        try {
          path = shown(parts.join(''))
        } catch (error) {
          expect((error as { kind: string }).kind).toBe('usage')
          return
        }
        const url = new URL(`${origin}${path}`)
        expect(url.origin).toBe(origin)
        // Nothing is normalized on the way, so what was checked is what is sent.
        expect(url.href.replaceAll('%27', "'")).toBe(`${origin}${path}`.replaceAll('%27', "'"))
        expect(path).toMatch(/^\/(v1\.0|beta)(\/|$|\?)/)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a path that od-link api refuses', () => {
  const at = useLinked()

  it.each([
    ['https://evil.example/v1.0/me', "is not a URL of this link's Microsoft Graph"],
    ['http://graph.microsoft.com/v1.0/me', "is not a URL of this link's Microsoft Graph"],
    ['javascript:alert(1)', "is not a URL of this link's Microsoft Graph"],
    ['//evil.example/me', 'it would name another host'],
    ['/me/../../evil', 'a segment of dots'],
    ['/me/%2e%2E/x', 'a segment of dots'],
    ['/me\\evil', 'a backslash'],
    ['/me\n/drive', 'a control character'],
    ['/me/drive/root:/100%', 'contains a % that encodes nothing'],
    ['C:/Program Files/Git/me/drive', 'Git Bash has rewritten it'],
  ])('%s is a usage error before anything is sent', async (path, why) => {
    await at.forgetRequests()
    const { code, stdout, stderr } = await at.world.run(['api', path])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(why)
    expect(stderr).toContain('next: ')
    expect(await at.requests()).toEqual([])
  })

  it.each([
    ['\\me\\drive\\root', '/me/drive/root'],
    ['/me\\drive', '/me/drive'],
    ['\\\\server\\me', '/server/me'],
    ['\\me\\..\\x', '/me/drive/root/children'],
  ])('%s is followed by a path that works: %s', async (path, offered) => {
    const { code, stderr } = await at.world.run(['api', path])
    expect(code).toBe(2)
    expect(stderr).toContain(`od-link api ${offered}`)
  })

  it.each([
    (origin: string) => `${origin.replace('//', '//user:pass@')}/v1.0/me`,
    (origin: string) => `${origin}@evil.example/v1.0/me`,
    (origin: string) => `${origin}/control/settings`,
  ])('includes URLs that only look like one of the link', async (from) => {
    await at.forgetRequests()
    const { code } = await at.world.run(['api', from(at.sandbox.origin)])
    expect(code).toBe(2)
    expect(await at.requests()).toEqual([])
  })

  it('does not include a URL at the link’s own origin', async () => {
    const { code, stdout } = await at.world.run(['api', `${at.sandbox.origin}/beta/me/drive`])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).driveType).toBe('business')
  })
})
