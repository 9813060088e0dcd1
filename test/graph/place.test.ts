import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  driveName,
  isPathIgnored,
  isWebAddress,
  ownPlace,
  parentOf,
  placeAddress,
  placeBelow,
  readPlace,
  showPlace,
} from '../../src/graph/place.ts'

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
    ['C:\\Program Files\\Git\\sites', 'is a path of this computer'],
    ['C:/Program Files/Git/', 'is a path of this computer'],
    ['a/team:/b', 'it contains ":"'],
    ['-team:/b', 'it contains ":"'],
    ['team!:/b', 'it contains ":"'],
    [`${'x'.repeat(41)}:/b`, 'it contains ":"'],
    ['team:/a//../b', '"." and ".." are not folder names'],
  ])('%j is refused', (text, why) => {
    expect(() => readPlace(text)).toThrow(why)
  })

  it('is refused when it is empty, which a variable without a value is', () => {
    expect(() => readPlace('')).toThrow(
      expect.objectContaining({
        ...{ kind: 'usage', reason: 'invalid-path', message: 'A path is empty.' },
        hint: 'If it comes from a variable, check its value. The root of the drive is "/".',
      }),
    )
  })

  it('is refused when it is a home directory that a shell has put there', () => {
    expect(() => readPlace(join(homedir(), 'Reports'))).toThrow('is a path of this computer')
  })

  it('may have a line break, which is told as what it is', () => {
    expect(() => readPlace('team:/a\nb')).toThrow('OneDrive does not accept the name')
  })
})

it.each([
  ['ab', true],
  ['0', false],
  ['x'.repeat(40), true],
  ['x'.repeat(41), false],
  ['_ab', false],
  ['ab.c', false],
  ['ab\n', false],
])('%j can be the name of a saved drive: %j', (name, expected) => {
  expect(driveName.test(name)).toBe(expected)
})

it.each([
  ['https://a', true],
  ['HTTP://a', true],
  ['git+ssh://a', true],
  ['/https://a', false],
  ['1a://b', false],
  ['https:/a', false],
])('%j is a web address: %j', (text, expected) => {
  expect(isWebAddress(text)).toBe(expected)
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

  it('has keys in its address where the cloud ignores a path after an ID', () => {
    const keyed = { ...saved, byKeys: true, path: ["it's a", 'b'] }
    expect(placeAddress(keyed)).toBe("/drives/b!x/items/01%2FAB/children('it''s%20a')/children('b')")
    expect(placeAddress({ ...keyed, item: undefined })).toBe("/drives/b!x/root:/it's%20a/b:")
    expect(placeAddress({ ...keyed, path: [] })).toBe('/drives/b!x/items/01%2FAB')
  })

  it('was not asked for where the answer is what its path begins at', () => {
    const below = placeBelow(saved, ['a'])
    expect(isPathIgnored(below, { id: '01/AB' })).toBe(true)
    expect(isPathIgnored(below, { id: 'another' })).toBe(false)
    expect(isPathIgnored({ ...below, byKeys: true }, { id: '01/AB' })).toBe(false)
    expect(isPathIgnored(saved, { id: '01/AB' })).toBe(false)
    expect(isPathIgnored(ownPlace(['a']), {})).toBe(false)
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
