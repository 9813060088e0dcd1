import { describe, expect, it } from 'vitest'
import { readWebAddress, type WebAddress } from '../../../src/graph/places/web-address.ts'

const site = 'https://contoso.sharepoint.com'
const my = 'https://contoso-my.sharepoint.com'
const live = 'https://onedrive.live.com'

describe('the address of a folder', () => {
  const general = ['sites', 'team', 'Shared Documents', 'General']
  it.each<[address: string, names: string[], origin?: string]>([
    [`${site}/sites/team/Shared Documents/General`, general],
    [`${site}/sites/team/Shared%20Documents/General/`, general],
    [`${site}/sites/team/Shared%20Documents/General?csf=1&web=1&e=Ab`, general],
    [`${site}/:f:/r/sites/team/Shared%20Documents/General?csf=1&web=1&e=Ab`, general],
    [
      `${site}/sites/team/Shared%20Documents/Forms/AllItems.aspx?id=%2Fsites%2Fteam%2FShared%20Documents%2FGeneral&viewid=x`,
      general,
    ],
    [
      `${site}/sites/team/Shared%20Documents/Forms/AllItems.aspx?RootFolder=%2Fsites%2Fteam%2FShared%20Documents%2FGeneral`,
      general,
    ],
    [`${site}/sites/team/Shared%20Documents/Forms/AllItems.aspx`, ['sites', 'team', 'Shared Documents']],
    [
      `${site}/sites/team/_layouts/15/onedrive.aspx?id=%2Fsites%2Fteam%2FShared%20Documents%2FGeneral`,
      general,
    ],
    [`${site}/sites/team/_layouts/15/viewlsts.aspx?view=14`, ['sites', 'team']],
    [`${site}/sites/team/SitePages/Home.aspx`, ['sites', 'team']],
    [`${site}/sites/team`, ['sites', 'team']],
    [`${site}/teams/x/Lib/a`, ['teams', 'x', 'Lib', 'a']],
    [`${site}/Shared%20Documents`, ['Shared Documents']],
    [`${site}/`, []],
    // `Forms` is only the page's where a page follows.
    [`${site}/sites/team/Lib/HR/Forms/2026`, ['sites', 'team', 'Lib', 'HR', 'Forms', '2026']],
    [`${site}/sites/team/Lib/100%25%20a%2Bb`, ['sites', 'team', 'Lib', '100% a+b']],
    [
      `${my}/personal/ada_contoso_com/Documents/Reports`,
      ['personal', 'ada_contoso_com', 'Documents', 'Reports'],
    ],
    [
      `${my}/my?id=%2Fpersonal%2Fada_contoso_com%2FDocuments%2FReports`,
      ['personal', 'ada_contoso_com', 'Documents', 'Reports'],
    ],
    [
      `${my}/my?id=%2Fsites%2Fteam%2FShared%20Documents%2FGeneral&listurl=https%3A%2F%2Fcontoso.sharepoint.com%2Fsites%2Fteam%2FShared%20Documents`,
      general,
      site,
    ],
    // Nobody else decides at which host the folder is.
    [
      `${my}/my?id=%2Fsites%2Fteam%2FLib&listurl=https%3A%2F%2Fevil.example%2Fx`,
      ['sites', 'team', 'Lib'],
      my,
    ],
  ])('%s is its path', (address, names, origin = new URL(address).origin) => {
    expect(readWebAddress(new URL(address))).toEqual({ origin, names, below: [] })
  })

  it.each<[address: string, ids: WebAddress['ids'], below?: string[]]>([
    [
      `${live}/?cid=0123456789ABCDEF&id=0123456789ABCDEF%21123`,
      { drive: '0123456789ABCDEF', item: '0123456789ABCDEF!123' },
    ],
    [`${live}/?id=123456789ABCDEF!s12ab&x=1`, { drive: '123456789ABCDEF', item: '123456789ABCDEF!s12ab' }],
    [`${live}/?cid=0123456789abcdef&id=root`, { drive: '0123456789abcdef' }],
    [`${live}/redir?resid=0123456789ABCDEF!7&e=x`, { drive: '0123456789ABCDEF', item: '0123456789ABCDEF!7' }],
    [
      `${live}/?id=%2Fpersonal%2F0123456789abcdef%2FDocuments%2Fa%20b`,
      { drive: '0123456789abcdef' },
      ['a b'],
    ],
    [`${live}/?cid=0123456789abcdef&id=root/a%20b/c`, { drive: '0123456789abcdef' }, ['a b', 'c']],
  ])('%s has IDs', (address, ids, below = []) => {
    expect(readWebAddress(new URL(address))).toEqual({ origin: live, ids, below, isPersonal: true })
  })

  it.each<[address: string, link: string, below?: string[]]>([
    [`${site}/:f:/s/team/EaBcDeF?e=x`, `${site}/:f:/s/team/EaBcDeF?e=x`],
    [`${site}/:f:/t/team/EaBcDeF/2027/a%20b`, `${site}/:f:/t/team/EaBcDeF`, ['2027', 'a b']],
    [`${my}/:f:/g/personal/ada_contoso_com/EaBc`, `${my}/:f:/g/personal/ada_contoso_com/EaBc`],
    [`${site}/:f:/g/EaBcDe/${'x'.repeat(30)}`, `${site}/:f:/g/EaBcDe`, ['x'.repeat(30)]],
    ['https://1drv.ms/f/s!AbC', 'https://1drv.ms/f/s!AbC'],
    ['https://1drv.ms/f/c/0123456789abcdef/EaBc/x', 'https://1drv.ms/f/c/0123456789abcdef/EaBc', ['x']],
    ['https://1drv.ms/1AbC', 'https://1drv.ms/1AbC'],
    [
      `${live}/?authkey=%21A&cid=0123456789ABCDEF&id=0123456789ABCDEF%211`,
      `${live}/?authkey=%21A&cid=0123456789ABCDEF&id=0123456789ABCDEF%211`,
    ],
  ])('%s is a sharing link', (address, link, below = []) => {
    expect(readWebAddress(new URL(address))).toMatchObject({ link, below })
  })

  it.each([
    [`${my}/my`, 'does not say which folder it shows'],
    [`${my}/`, 'does not say which folder it shows'],
    [`${live}/`, 'does not say which folder it shows'],
    [`${my}/onedrive`, 'does not say which folder it shows'],
    // Not its library, although the path says so.
    [`${site}/:w:/r/sites/team/_layouts/15/Doc.aspx?sourcedoc=%7B1-2%7D&file=a.docx`, 'does not say which'],
    [`${my}/personal/ada/_layouts/15/WopiFrame.aspx?sourcedoc=%7B1-2%7D`, 'does not say which folder'],
    [`${site}/sites/team/Lib/Forms/DispForm.aspx?ID=7`, 'does not say which folder it shows'],
    [
      `${site}/sites/team/_layouts/15/download.aspx?SourceUrl=%2Fsites%2Fteam%2FLib%2Fa`,
      'does not say which',
    ],
    [`${site}/sites/team/Lib/a%2Fb`, 'a name that no folder can have'],
    [`${site}/sites/team/Lib/%E0%A4`, 'a name that no folder can have'],
    [`${site}/sites/team/Lib/a%00`, 'a name that no folder can have'],
    [`${site}/x?id=%2Fsites%2F..%2F..%2Fme`, 'a name that no folder can have'],
  ])('%s is none', (address, why) => {
    expect(() => readWebAddress(new URL(address))).toThrow(why)
  })

  const refusal = (address: string) => {
    try {
      readWebAddress(new URL(address))
    } catch (error) {
      return error
    }
    return undefined
  }

  it('that is refused says which one to copy', () => {
    expect(refusal(`${my}/my`)).toMatchObject({
      ...{ kind: 'usage', reason: 'foreign-address' },
      message: `The page "${my}/my" does not say which folder it shows.`,
      hint: 'Open the folder itself and copy the address then, or use Share and Copy link.',
    })
    expect(refusal(`${site}/sites/team/a%2Fb`)).toMatchObject({
      ...{ kind: 'usage', reason: 'invalid-path' },
      message: `The address "${site}/sites/team/a%2Fb" contains a name that no folder can have.`,
      hint: 'Open the folder in a browser, and copy the address from there.',
    })
  })

  it('of a personal drive is known as one, however it was shared', () => {
    const id = '0123456789ABCDEF'
    for (const address of [
      'https://1drv.ms/f/s!AbC',
      `https://1drv.ms/f/c/${id}/EaBc`,
      `${live}/?authkey=%21A&cid=${id}&id=${id}%211`,
      `${live}/?cid=${id}&id=${id}%211`,
    ])
      expect(readWebAddress(new URL(address)).isPersonal).toBe(true)
    for (const address of [`${site}/:f:/s/team/EaBcDeF`, `${site}/sites/team`])
      expect(readWebAddress(new URL(address)).isPersonal).toBeUndefined()
  })

  it.each<[address: string, names: string[]]>([
    // What only looks like a sharing link, an ID or a page further down the path.
    [`${site}/sites/x/:f:/s/team/E`, ['sites', 'x', ':f:', 's', 'team', 'E']],
    [`${site}/sites/x/f/s!A`, ['sites', 'x', 'f', 's!A']],
    [`${site}/sites/x/:f:/r/y`, ['sites', 'x', ':f:', 'r', 'y']],
    [`${site}/sites/x/a.aspx/b`, ['sites', 'x', 'a.aspx', 'b']],
    [`${site}/sites/x/Docs/Home.aspx`, ['sites', 'x', 'Docs']],
    [`${my}/my/Documents`, ['my', 'Documents']],
    [`${my}/x/onedrive`, ['x', 'onedrive']],
    [`${site}/personal/ada/Documents`, ['personal', 'ada', 'Documents']],
    [`${site}/private/0123456789abcdef/Documents`, ['private', '0123456789abcdef', 'Documents']],
    [`${site}/personal/x0123456789abcdef/Documents`, ['personal', 'x0123456789abcdef', 'Documents']],
    [`${site}/personal/0123456789abcdefx/Documents`, ['personal', '0123456789abcdefx', 'Documents']],
    [`${site}/sites/x?cid=0123456789abcdef&id=a%23b`, ['sites', 'x']],
    [`${site}/sites/x?cid=0123456789abcdef&id=%23ab`, ['sites', 'x']],
    [`${site}/sites/x?cid=0123456789abcdef&id=root/..`, ['sites', 'x']],
  ])('%s is nothing but its path', (address, names) => {
    expect(readWebAddress(new URL(address))).toMatchObject({ names, below: [] })
  })

  it('has an ID without its item where that is empty or the root', () => {
    const cid = '0123456789abcdef'
    expect(readWebAddress(new URL(`${live}/?cid=${cid}`))).toMatchObject({ ids: { drive: cid }, below: [] })
    expect(readWebAddress(new URL(`${live}/?cid=${cid}&id=ROOT//a//b/`))).toEqual({
      ...{ origin: live, ids: { drive: cid }, below: ['a', 'b'], isPersonal: true },
    })
    expect(readWebAddress(new URL(`${live}/?cid=${cid}&id=roots`))).toMatchObject({
      ids: { drive: cid, item: 'roots' },
    })
  })

  it.each([
    'ftp://contoso.sharepoint.com/x',
    'x https://contoso.sharepoint.com/x',
    'https://contoso.sharepoint.com',
    'https://a:b/x',
  ])('of another list than the host’s own is not believed: %s', (list) => {
    const address = `${my}/my?id=%2Fsites%2Fteam&listurl=${encodeURIComponent(list)}`
    expect(readWebAddress(new URL(address)).origin).toBe(my)
  })
})
