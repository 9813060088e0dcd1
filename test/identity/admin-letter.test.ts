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
      'Files.ReadWrite.All (delegated) lets od-link, a command-line program,',
      'read and write the files that the signed-in person can already access,',
      'acting as that person, never with more rights. offline_access keeps',
      'that person signed in until you or they revoke it.',
    ])
  })

  it('promises less where less was asked', () => {
    const lines = adminLetter({ ...wanted, scope: 'Files.ReadWrite' })
    expect(lines[2]).toMatch(/^Files\.ReadWrite \(delegated\) lets od-link/)
    expect(lines[3]).toBe("read and write the signed-in person's own files,")
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
