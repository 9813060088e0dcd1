import { describe, expect, it } from 'vitest'
import type { Account } from '../../src/accounts/account.ts'
import { includesScope, missingScope, ownDriveScope } from '../../src/graph/scopes.ts'

describe('granted scopes', () => {
  it.each([
    ['Files.ReadWrite', 'Files.ReadWrite', true],
    ['User.Read files.readwrite offline_access', 'Files.ReadWrite', true],
    ['https://graph.microsoft.com/Files.ReadWrite', 'Files.ReadWrite', true],
    ['User.Read\n\thttps://microsoftgraph.chinacloudapi.cn/FILES.READWRITE.ALL', 'Files.ReadWrite', true],
    ['Sites.FullControl.All', 'Files.ReadWrite', true],
    ['Sites.Manage.All', 'Files.ReadWrite.All', true],
    ['Sites.FullControl.All', 'Sites.ReadWrite.All', true],
    ['Files.ReadWrite', 'Files.ReadWrite.All', false],
    ['Files.ReadWrite.All', 'Sites.ReadWrite.All', false],
    ['Files.Read Files.Read.All', 'Files.ReadWrite', false],
    ['Files.ReadWrite.AppFolder', 'Files.ReadWrite', false],
    ['', 'Files.ReadWrite', false],
    // A scope that od-link knows nothing about includes only itself.
    ['Mail.Read', 'Mail.Read', true],
    ['Files.ReadWrite.All', 'Mail.Read', false],
  ])('%j include %s: %s', (granted, scope, is) => {
    expect(includesScope(granted, scope)).toBe(is)
  })
})

describe('wider scopes', () => {
  const drive = ['Files.ReadWrite', 'Files.ReadWrite.All']
  const sites = ['Sites.ReadWrite.All', 'Sites.Manage.All', 'Sites.FullControl.All']

  it.each([
    ['Files.ReadWrite', [...drive, ...sites]],
    ['Files.ReadWrite.All', ['Files.ReadWrite.All', ...sites]],
    ['Sites.ReadWrite.All', sites],
    ['Sites.Read.All', sites],
    ['Sites.Manage.All', ['Sites.Manage.All']],
  ])('include %s, and no others do', (scope, wide) => {
    const including = [...drive, ...sites].filter((granted) => includesScope(granted, scope))
    expect(including).toEqual(wide)
  })
})

describe('the scope that a refused request lacks', () => {
  const lacking = (path: string, grantedScope: string, kind: Account['kind'] = 'work') => {
    const account: Account = { id: 'x', username: 'x', displayName: '', kind, store: 'file' }
    return missingScope({ method: 'GET', path, caller: { account, grantedScope } })
  }

  it.each([
    ['/me/drive', ownDriveScope],
    ['/me/drive/root:/a:', ownDriveScope],
    ['/me/drive?$select=id', ownDriveScope],
    ['/drives/b!1/root', 'Files.ReadWrite.All'],
    ['/drives', 'Files.ReadWrite.All'],
    ['/shares/u!x/driveItem', 'Files.ReadWrite.All'],
    ['/users/ada@contoso.example/drive/root', 'Files.ReadWrite.All'],
    ['/groups/1/drive', 'Files.ReadWrite.All'],
    ['/groups/1/drive?$select=id', 'Files.ReadWrite.All'],
    ['/drives?$top=1', 'Files.ReadWrite.All'],
    ['/sites/root', 'Sites.ReadWrite.All'],
    ['/sites', 'Sites.ReadWrite.All'],
    ['/sites?search=x', 'Sites.ReadWrite.All'],
    ['/sitesearch', undefined],
    ['/drivesearch', undefined],
    ['/sharesearch', undefined],
    ['/groups/a/b/drive', undefined],
    ['/users/ada@contoso.example/drives', undefined],
    // Below something else.
    ['/search/me/drive', undefined],
    ['/search/drives/x', undefined],
    ['/search/sites/x', undefined],
    ['/me', undefined],
    ['/me/drives', undefined],
    ['/me/driveless', undefined],
    ['/users/ada@contoso.example', undefined],
    ['/users/a/b/drive', undefined],
    ['/me/messages', undefined],
  ])('to %s is %s', (path, scope) => {
    expect(lacking(path, 'User.Read')).toBe(scope)
  })

  it('is none where the granted one is wide enough', () => {
    expect(lacking('/me/drive', 'Files.ReadWrite.All')).toBeUndefined()
    expect(lacking('/drives/x', 'Files.ReadWrite')).toBe('Files.ReadWrite.All')
    expect(lacking('/drives/x', 'Sites.ReadWrite.All')).toBeUndefined()
  })

  it('of a personal account is never more than that for its own drive', () => {
    expect(lacking('/drives/x', 'Files.Read', 'personal')).toBe('Files.ReadWrite')
    expect(lacking('/drives/x', 'Files.ReadWrite', 'personal')).toBeUndefined()
  })

  it('is unknown for a request without a link', () => {
    expect(missingScope({ method: 'GET', path: '/me/drive' })).toBeUndefined()
  })
})
