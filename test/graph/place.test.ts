import { describe, expect, it } from 'vitest'
import { ownPlace, parentOf, placeAddress, placeBelow, readPlace, showPlace } from '../../src/graph/place.ts'

describe('what was typed', () => {
  it.each([
    ['/Reports/2026', { prefix: '', path: ['Reports', '2026'] }],
    ['Reports', { prefix: '', path: ['Reports'] }],
    ['/', { prefix: '', path: [] }],
    ['team:/2026', { saved: 'team', prefix: 'team:', path: ['2026'] }],
    ['team:2026/Q1', { saved: 'team', prefix: 'team:', path: ['2026', 'Q1'] }],
    ['Team-2_x:', { saved: 'Team-2_x', prefix: 'Team-2_x:', path: [] }],
    [
      'https://contoso.sharepoint.com/sites/team/Shared Documents',
      {
        address: 'https://contoso.sharepoint.com/sites/team/Shared Documents',
        prefix: 'https://contoso.sharepoint.com/sites/team/Shared Documents',
        path: [],
      },
    ],
    ['/contoso.sharepoint.com/x', { prefix: '', path: ['contoso.sharepoint.com', 'x'] }],
    ['report.com/x', { prefix: '', path: ['report.com', 'x'] }],
  ])('%j is a place', (text, place) => {
    expect(readPlace(text)).toEqual(place)
  })

  it.each([
    ' https://contoso.sharepoint.com/sites/x\r\n',
    '<https://contoso.sharepoint.com/sites/x>',
    '"https://contoso.sharepoint.com/sites/x"',
  ])('%j is the address that was copied', (text) => {
    expect(readPlace(text)).toMatchObject({ address: 'https://contoso.sharepoint.com/sites/x', path: [] })
  })

  it.each([
    'contoso.sharepoint.com/sites/x/Shared Documents',
    'Contoso-My.SharePoint.com',
    'contoso.sharepoint.us:443/sites/x',
    'onedrive.live.com?id=root&cid=0123456789abcdef',
    '1drv.ms/f/s!AbC',
    'teams.microsoft.com/l/channel/x',
  ])('%j is an address without its beginning, not a path', (text) => {
    expect(() => readPlace(text)).toThrow('without its "https://"')
  })

  it.each([
    ['C:\\Users', 'is a path of this computer'],
    ['C:/Program Files/Git/Reports', 'is a path of this computer'],
    ['C:Reports', 'it contains ":"'],
    ['/a:b', 'it contains ":"'],
    ['a b:/c', 'it contains ":"'],
    ['team:/a:b', 'it contains ":"'],
    ['team:/a//../b', '"." and ".." are not folder names'],
  ])('%j is refused', (text, why) => {
    expect(() => readPlace(text)).toThrow(why)
  })
})

describe('a place', () => {
  const saved = { drive: '/drives/b!x', item: '01/AB', prefix: 'team:', path: [] }

  it('has an address that is closed with a colon', () => {
    expect(placeAddress(ownPlace([]))).toBe('/me/drive/root')
    expect(placeAddress(ownPlace(['a b', 'photo']))).toBe('/me/drive/root:/a%20b/photo:')
    expect(placeAddress(saved)).toBe('/drives/b!x/items/01%2FAB')
    expect(placeAddress(placeBelow(saved, ['a', 'b#']))).toBe('/drives/b!x/items/01%2FAB:/a/b%23:')
    expect(placeAddress({ drive: '/drives/b!x', prefix: 'all:', path: ['a'] })).toBe('/drives/b!x/root:/a:')
  })

  it('is shown as it can be typed', () => {
    expect(showPlace(ownPlace([]))).toBe('/')
    expect(showPlace(placeBelow(saved, ['a', 'b']))).toBe('team:/a/b')
    expect(showPlace(parentOf(placeBelow(saved, ['a'])))).toBe('team:/')
    const address = readPlace('https://contoso.example/General/')
    expect(showPlace(address)).toBe('https://contoso.example/General/')
    expect(showPlace(placeBelow(address, ['a b', '100%']))).toBe(
      'https://contoso.example/General/a%20b/100%25',
    )
  })
})
