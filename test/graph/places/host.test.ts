import { describe, expect, it } from 'vitest'
import { checkHost, isOwnHost } from '../../../src/graph/places/host.ts'

const graph = {
  global: 'https://graph.microsoft.com',
  usgov: 'https://graph.microsoft.us',
  dod: 'https://dod-graph.microsoft.us',
  china: 'https://microsoftgraph.chinacloudapi.cn',
  own: 'http://localhost:4321',
}

describe('a web address', () => {
  it.each([
    ['https://contoso.sharepoint.com/sites/team', graph.global],
    ['https://contoso-my.sharepoint.com/personal/ada', graph.global],
    ['HTTPS://Contoso.SharePoint.com:443/sites/team', graph.global],
    ['https://onedrive.live.com/?cid=1&id=2', graph.global],
    ['https://1drv.ms/f/s!Ab', graph.global],
    ['https://contoso.sharepoint.us/sites/team', graph.usgov],
    ['https://contoso.sharepoint-mil.us/sites/team', graph.dod],
    ['https://contoso.sharepoint.cn/sites/team', graph.china],
    ['http://localhost:4321/sites/team', graph.own],
  ])('%s is one of %s', (text, graphOrigin) => {
    expect(checkHost(text, graphOrigin).host).toBe(new URL(text).host)
    expect(isOwnHost(text, graphOrigin)).toBe(true)
  })

  it.each([
    ['https://contoso.sharepoint.com.evil.example/x', 'is not a host of OneDrive or SharePoint'],
    ['https://evilsharepoint.com/x', 'is not a host of OneDrive or SharePoint'],
    ['https://sharepoint.com/x', 'is not a host of OneDrive or SharePoint'],
    ['https://.sharepoint.com/x', 'is not a host'],
    ['https://a.b.sharepoint.com/x', 'is not a host of OneDrive or SharePoint'],
    ['https://contoso.sharepoint.com./x', 'is not a host of OneDrive or SharePoint'],
    ['https://contoso.sharepoint.com@evil.example/x', 'It contains a user name'],
    ['https://ada:secret@contoso.sharepoint.com/x', 'It contains a user name'],
    ['https://evil.example\\@contoso.sharepoint.com/x', 'It contains a backslash'],
    ['https://contoso.sharepoint.com\t/x', 'a control character'],
    ['http://contoso.sharepoint.com/x', 'It does not begin with https://'],
    ['ftp://contoso.sharepoint.com/x', 'It does not begin with https://'],
    ['https://contoso.sharepoint.com:8443/x', 'It names a port'],
    // A Cyrillic letter, one that a parser makes ASCII of, an encoded one, and an ideographic full stop.
    ['https://contoso.shаrepoint.com/x', 'plain letters'],
    ['https://ｃontoso.sharepoint.com/x', 'plain letters'],
    ['https://contoso.%73harepoint.com/x', 'plain letters'],
    ['https://contoso。sharepoint.com/x', 'plain letters'],
    ['https:///x', 'plain letters'],
    ['http://localhost:4321/sites/team', 'is not a host of OneDrive or SharePoint'],
    ['https://teams.microsoft.com/l/channel/19', 'is not a host of OneDrive or SharePoint'],
  ])('%s is refused', (text, why) => {
    expect(() => checkHost(text, graph.global)).toThrow(why)
    expect(() => checkHost(text, graph.global)).toThrow('Nothing was sent.')
    expect(isOwnHost(text, graph.global)).toBe(false)
  })

  it('of another cloud is refused, with the way to link an account of that cloud', () => {
    expect(() => checkHost('https://contoso.sharepoint.us/x', graph.global)).toThrow(
      'contoso.sharepoint.us belongs to the cloud usgov, and this account to global.',
    )
    expect(() => checkHost('https://contoso.sharepoint.com/x', graph.china)).toThrow('to the cloud global')
    expect(() => checkHost('https://contoso.sharepoint.com/x', graph.own)).toThrow(
      'It is not at http://localhost:4321, where this account is linked.',
    )
    expect(() => checkHost('http://localhost:4322/x', graph.own)).toThrow('It is not at')
  })

  const refusal = (text: string, graphOrigin = graph.global) => {
    try {
      checkHost(text, graphOrigin)
    } catch (error) {
      return error
    }
    return undefined
  }
  const copyIt = 'Open the folder in a browser, and copy the address from there.'

  it('that is refused says what to do', () => {
    for (const text of [
      'https://evil.example/x',
      'https://a@contoso.sharepoint.com',
      'x https://a.sharepoint.com',
    ])
      expect(refusal(text)).toMatchObject({ kind: 'usage', reason: 'foreign-address', hint: copyIt })
    expect(refusal('https://contoso.sharepoint.us/x')).toMatchObject({
      next: [
        {
          intro: 'To link an account of that cloud:',
          verb: 'login',
          flags: { account: undefined, cloud: 'usgov' },
        },
      ],
    })
  })

  it('of Teams itself says which one to copy', () => {
    const hint = 'In Teams, use "Open in SharePoint" above the files, and copy the address of that page.'
    for (const host of ['teams.microsoft.com', 'teams.cloud.microsoft', 'teams.live.com'])
      expect(refusal(`https://${host}/l/channel/19`)).toMatchObject({ hint })
    for (const host of ['my-teams.microsoft.com', 'teams.microsoft.com.evil.example'])
      expect(refusal(`https://${host}/l/channel/19`)).toMatchObject({ hint: copyIt })
    const link = (file: string) =>
      `https://teams.microsoft.com/l/file/1?objectUrl=${encodeURIComponent(file)}`
    const file = 'https://contoso.sharepoint.com/sites/x/Lib/a b.docx'
    expect(refusal(link(file))).toMatchObject({ next: [{ replacing: [link(file), file] }, hint] })
    for (const other of ['https://evil.example/sites/x', 'x', ''])
      expect(refusal(link(other))).toMatchObject({ next: [hint] })
  })
})
