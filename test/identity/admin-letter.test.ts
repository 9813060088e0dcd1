import { describe, expect, it } from 'vitest'
import { adminLetter } from '../../src/identity/admin-letter.ts'

const wanted = {
  loginOrigin: 'https://login.microsoftonline.com',
  tenant: 'contoso.example',
  clientId: 'an-id',
  scope: 'User.Read Files.ReadWrite.All',
}

describe('the letter to the administrator', () => {
  it('is a link, and what it approves', () => {
    expect(adminLetter(wanted)).toEqual([
      'Please approve the app od-link for our organisation:',
      'https://login.microsoftonline.com/contoso.example/v2.0/adminconsent?client_id=an-id&scope=User.Read+Files.ReadWrite.All&redirect_uri=http%3A%2F%2Flocalhost',
      'The page after the approval fails to load. That is expected.',
      'od-link is a command-line program. It acts as the person who is signed',
      'in, never with more rights, and requests these delegated permissions:',
      "  User.Read            read the person's name and address",
      '  Files.ReadWrite.All  read and write the files that the person can access',
    ])
  })

  it.each([
    ['Files.ReadWrite', ["  Files.ReadWrite  read and write the person's own files"]],
    [
      'openid profile offline_access Sites.ReadWrite.All',
      [
        '  offline_access       stay signed in until it is revoked',
        '  Sites.ReadWrite.All  read and write the sites that the person can access',
      ],
    ],
    ['Mail.Read', ['  Mail.Read']],
  ])('lists exactly the requested scopes: %s', (scope, lines) => {
    const letter = adminLetter({ ...wanted, scope })
    expect(letter.slice(5)).toEqual(lines)
    expect(new URL(letter[1] ?? '').searchParams.get('scope')).toBe(scope)
  })

  it.each([
    ['common', '/organizations/v2.0/adminconsent'],
    ['consumers', '/organizations/v2.0/adminconsent'],
    ['organizations', '/organizations/v2.0/adminconsent'],
    ['contoso.example', '/contoso.example/v2.0/adminconsent'],
    ['a/b', '/a%2Fb/v2.0/adminconsent'],
  ])('of the tenant %s leads to one that has an administrator: %s', (tenant, path) => {
    expect(new URL(adminLetter({ ...wanted, tenant })[1] ?? '').pathname).toBe(path)
  })

  it('brings the administrator back to where the app is registered', () => {
    const [, link = ''] = adminLetter({ ...wanted, redirectUri: 'http://localhost:5000/x' })
    expect(new URL(link).searchParams.get('redirect_uri')).toBe('http://localhost:5000/x')
  })
})
