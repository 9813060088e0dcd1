import { describe, expect, it } from 'vitest'
import { addLink } from '../../../src/accounts/links.ts'
import type { GraphAnswer } from '../../../src/graph/answer.ts'
import { showPlace } from '../../../src/graph/place.ts'
import { readAddressFor, resolveAddress } from '../../../src/graph/places/resolve.ts'
import { readWebAddress } from '../../../src/graph/places/web-address.ts'
import type { Graph } from '../../../src/graph/request.ts'
import { answerOf, missing, ok, type Told } from '../../helpers/microsoft/fake-graph.ts'
import { recordOf, useOwnSettings } from '../../helpers/program/own-settings.ts'

const site = 'https://contoso.sharepoint.com'
const general = `${site}/sites/team/Shared%20Documents/General`
const found = (more: object = {}) =>
  ok({ id: 'I/1', name: 'General', folder: {}, parentReference: { driveId: 'b!D' }, ...more })
const forbidden: Told = {
  status: 403,
  json: { error: { code: 'accessDenied', message: 'No longer exists.' } },
}

/** Graph, of which only some addresses are known; each request is recorded in words. */
function graphOf(known: Record<string, Told>, grantedScope = 'Files.ReadWrite.All') {
  const asked: string[] = []
  const account = {
    id: 't.o',
    username: 'ada@contoso.example',
    displayName: 'Ada',
    kind: 'work',
    store: 'file',
  } as const
  const graph: Graph = {
    left: () => 120_000,
    async send({ path, headers }): Promise<GraphAnswer> {
      const [, token, rest = ''] = /^\/shares\/u!([\w-]+)(.*)$/.exec(path) ?? []
      const what = token === undefined ? path : `${Buffer.from(token, 'base64url')}`
      if (token !== undefined) expect(rest).toMatch(/^\/driveItem\?\$select=/)
      asked.push([headers?.prefer, what.replace(/\?\$select=.*/, '')].filter(Boolean).join(' '))
      return answerOf(known[what.replace(/\?\$select=.*/, '')] ?? missing, {
        method: 'GET',
        path,
        caller: { account, grantedScope },
      })
    },
  }
  const resolve = (text: string, redemption?: 'redeemSharingLink') =>
    resolveAddress(graph, text, readWebAddress(new URL(text)), redemption)
  return { asked, resolve }
}

describe('a web address', () => {
  it('is asked for by /shares', async () => {
    const { asked, resolve } = graphOf({ [general]: found() })
    expect(await resolve(`${general}?csf=1`)).toEqual({
      drive: '/drives/b!D',
      item: 'I/1',
      path: [],
      prefix: general,
    })
    expect(asked).toEqual([general])
  })

  it('of a shortcut is the folder that it stands for', async () => {
    const remoteItem = { id: 'R', folder: {}, parentReference: { driveId: 'b!R' } }
    const { resolve } = graphOf({ [general]: found({ remoteItem }) })
    expect(await resolve(general)).toMatchObject({ drive: '/drives/b!R', item: 'R', isTarget: true })
  })

  it('that does not exist yet is a path in the nearest folder above it', async () => {
    const { asked, resolve } = graphOf({ [general]: found() })
    const place = await resolve(`${general}/2027/a%20b`)
    expect(place).toEqual({ drive: '/drives/b!D', item: 'I/1', path: ['2027', 'a b'], prefix: general })
    expect(showPlace(place)).toBe(`${general}/2027/a%20b`)
    expect(asked).toEqual([`${general}/2027/a%20b`, `${general}/2027`, general])
  })

  it('is never looked for above its library', async () => {
    const { asked, resolve } = graphOf({})
    await expect(resolve(`${general}/x`)).rejects.toMatchObject({
      kind: 'not-found',
      hint: expect.stringContaining("--scope 'User.Read Files.ReadWrite.All Sites.Read.All'"),
    })
    expect(asked.at(-1)).toBe(`${site}/sites/team/Shared%20Documents`)
  })

  it('that may not be opened is told with Microsoft’s words', async () => {
    const { resolve } = graphOf({ [general]: forbidden })
    await expect(resolve(general)).rejects.toMatchObject({
      kind: 'not-allowed',
      message: `This account cannot open "${general}": No longer exists.`,
    })
  })

  it('is looked up by its site, and the library whose address is longest', async () => {
    const drives = {
      value: [
        { id: 'b!other', webUrl: `${site}/sites/team/Shared` },
        { id: 'b!forged', webUrl: 'https://evil.example/sites/team/Shared%20Documents/General' },
        { id: 'b!docs', webUrl: `${site}/sites/TEAM/Shared%20Documents` },
        { id: '../x', webUrl: 7 },
      ],
    }
    const { asked, resolve } = graphOf(
      {
        '/sites/contoso.sharepoint.com:/sites/team': ok({ id: 'contoso,1,2' }),
        '/sites/contoso%2C1%2C2/drives': ok(drives),
        '/drives/b!docs/root:/General:': ok({ id: 'G' }),
      },
      'Files.ReadWrite.All Sites.Read.All',
    )
    expect(await resolve(general)).toEqual({ drive: '/drives/b!docs', item: 'G', path: [], prefix: general })
    expect(asked).toEqual([
      general,
      '/sites/contoso.sharepoint.com:/sites/team',
      '/sites/contoso%2C1%2C2/drives',
      '/drives/b!docs/root:/General:',
    ])
  })

  it('that its site refuses is told with the site’s refusal, and not with that of /shares', async () => {
    const [sites, drives] = ['/sites/contoso.sharepoint.com:/sites/team', '/sites/s/drives']
    const refused = (status: number, code: string, message: string): Told => ({
      status,
      json: { error: { code, message } },
    })
    const blocked = refused(423, 'notAllowed', 'Access to this site has been blocked.')
    const notYours = refused(403, 'accessDenied', 'Not yours.')
    for (const [known, told] of [
      [{ [sites]: blocked }, { reason: 'drive-blocked' }],
      [{ [sites]: ok({ id: 's' }), [drives]: blocked }, { reason: 'drive-blocked' }],
      [{ [sites]: notYours }, { kind: 'not-allowed', message: expect.stringContaining('Not yours.') }],
      [{ [sites]: ok({ id: 's' }), [drives]: ok({ value: [] }) }, { kind: 'not-found' }],
      [{}, { kind: 'not-found' }],
    ] as const)
      await expect(graphOf(known, 'Sites.Read.All').resolve(general)).rejects.toMatchObject(told)
  })

  it.each([
    ['drive-read-only', 'service', 403, 'serviceReadOnly'],
    ['malware', 'not-allowed', 403, 'malwareDetected'],
    ['no-drive', 'not-allowed', 403, 'provisioningNotAllowed'],
    ['access-denied', 'not-allowed', 401, 'unauthenticated'],
    ['access-denied', 'not-allowed', 400, 'invalidRequest'],
  ])('is told as %s when /shares says so', async (reason, kind, status, code) => {
    const { resolve } = graphOf({ [general]: { status, json: { error: { code } } } })
    await expect(resolve(general)).rejects.toMatchObject({ reason, kind })
  })

  it('of a site is its default library', async () => {
    const wide = 'Sites.ReadWrite.All'
    const bySite = graphOf(
      { '/sites/contoso.sharepoint.com:/teams/x': ok({ id: 's' }), '/sites/s/drive': ok({ id: 'b!lib' }) },
      wide,
    )
    expect(await bySite.resolve(`${site}/teams/x`)).toMatchObject({
      drive: '/drives/b!lib',
      item: undefined,
      path: [],
    })
    const byShares = graphOf({ [`${site}/sites/team/Shared%20Documents`]: found() })
    expect(await byShares.resolve(`${site}/sites/team`)).toMatchObject({ drive: '/drives/b!D', item: 'I/1' })
  })

  it('that is a sharing link is opened for this request, or redeemed', async () => {
    const link = `${site}/:f:/s/team/EaBcDeF`
    const { asked, resolve } = graphOf({ [link]: found(), [`${link}?e=1`]: found() })
    expect(await resolve(`${link}/2027`)).toEqual({
      drive: '/drives/b!D',
      item: 'I/1',
      path: ['2027'],
      prefix: link,
    })
    expect(await resolve(`${link}?e=1`, 'redeemSharingLink')).toMatchObject({ prefix: link, path: [] })
    expect(asked).toEqual([`redeemSharingLinkIfNecessary ${link}`, `redeemSharingLink ${link}?e=1`])
  })

  it('with IDs needs no request', async () => {
    const { asked, resolve } = graphOf({})
    const place = await resolve('https://onedrive.live.com/?cid=0123456789abcdef&id=0123456789ABCDEF!1/a%20b')
    expect(place).toMatchObject({
      drive: '/drives/0123456789abcdef',
      item: '0123456789ABCDEF!1',
      path: ['a b'],
    })
    const shown = showPlace(place)
    expect(readWebAddress(new URL(shown))).toMatchObject({
      ids: { item: '0123456789ABCDEF!1' },
      below: ['a b'],
    })
    expect(asked).toEqual([])
  })

  it.each([
    ['no drive', { parentReference: {} }],
    ['a drive that is a step in a URL', { parentReference: { driveId: '..' } }],
    ['an ID that is none', { id: 7 }],
    ['a shortcut to nowhere', { remoteItem: { id: 'x' } }],
  ])('is not believed when /shares answers with %s', async (_, more) => {
    const { resolve } = graphOf({ [general]: found(more) })
    await expect(resolve(general)).rejects.toMatchObject({ kind: 'service', reason: 'unreadable-answer' })
  })

  it('leads to no other path than a drive, whatever /shares answers', async () => {
    const { resolve } = graphOf({
      [general]: found({ id: '../../x?', parentReference: { driveId: 'a/../../me/drive' } }),
    })
    expect(await resolve(general)).toMatchObject({
      drive: '/drives/a%2F..%2F..%2Fme%2Fdrive',
      item: '../../x?',
    })
  })

  it('of a person is their library, which has another name than that of a site', async () => {
    const documents = `${site}/personal/ada_contoso_com/Documents`
    const { asked, resolve } = graphOf({ [documents]: found() })
    expect(await resolve(`${site}/personal/ada_contoso_com`)).toMatchObject({ drive: '/drives/b!D' })
    expect(asked).toEqual([documents])
    const shared = `${site}/sites/personal/Shared%20Documents`
    expect(await graphOf({ [shared]: found() }).resolve(`${site}/sites/personal`)).toMatchObject({
      item: 'I/1',
    })
  })

  it('that is a sharing link which nothing opens is not looked up by a site', async () => {
    const { asked, resolve } = graphOf({}, 'Sites.Read.All')
    await expect(resolve(`${site}/:f:/s/team/EaBcDeF`)).rejects.toMatchObject({
      ...{ kind: 'not-found', hint: expect.not.stringContaining('look it up by its site') },
    })
    expect(asked).toHaveLength(1)
  })

  it('with the ID of a drive alone is its root', async () => {
    const { resolve } = graphOf({})
    expect(await resolve('https://onedrive.live.com/?cid=0123456789abcdef')).toEqual({
      ...{ drive: '/drives/0123456789abcdef', item: undefined, path: [] },
      prefix: 'https://onedrive.live.com/?cid=0123456789abcdef&id=root',
    })
  })
})

describe('a site', () => {
  const wide = 'Sites.Read.All'
  const sites = '/sites/contoso.sharepoint.com:/sites/team'
  const library = { id: 'b!docs', webUrl: `${site}/sites/team/Docs` }

  it('without a name is the first of the organization', async () => {
    const { resolve } = graphOf(
      {
        '/sites/contoso.sharepoint.com': ok({ id: 's' }),
        '/sites/s/drives': ok({ value: [{ id: 'b!docs', webUrl: `${site}/Docs` }] }),
      },
      wide,
    )
    expect(await resolve(`${site}/Docs`)).toEqual({
      ...{ drive: '/drives/b!docs', item: undefined, path: [], prefix: `${site}/Docs` },
    })
  })

  it('has its libraries on several pages', async () => {
    const next = 'https://graph.microsoft.com/v1.0/sites/s/drives2'
    const { resolve } = graphOf(
      {
        [sites]: ok({ id: 's' }),
        '/sites/s/drives': ok({
          value: [null, { webUrl: `${site}/sites/team/Docs` }],
          '@odata.nextLink': next,
        }),
        '/sites/s/drives2': ok({
          value: [library, { ...library, id: 'b!later' }, { id: 'b!bad', webUrl: `${site}/%ff` }],
        }),
      },
      wide,
    )
    expect(await resolve(`${site}/sites/team/Docs/new/er`)).toEqual({
      ...{ drive: '/drives/b!docs', item: undefined, path: ['new', 'er'], prefix: `${site}/sites/team/Docs` },
    })
  })

  it('is not asked for more and more pages', async () => {
    const next = 'https://graph.microsoft.com/v1.0/sites/s/drives'
    const { asked, resolve } = graphOf(
      { [sites]: ok({ id: 's' }), '/sites/s/drives': ok({ value: [], '@odata.nextLink': next }) },
      wide,
    )
    await expect(resolve(`${site}/sites/team/Docs`)).rejects.toMatchObject({ kind: 'not-found' })
    expect(asked.filter((what) => what === '/sites/s/drives')).toHaveLength(10)
  })

  it.each<[what: string, known: Record<string, Told>]>([
    ['a site without an ID', { [sites]: ok({}) }],
    ['a refused site with one', { [sites]: { status: 404, json: { id: 's' } } }],
    ['no body', { [sites]: ok({ id: 's' }), '/sites/s/drives': { status: 200 } }],
    ['a list that is none', { [sites]: ok({ id: 's' }), '/sites/s/drives': ok({ value: 'x' }) }],
  ])('is not believed when it answers with %s', async (_, known) => {
    await expect(graphOf(known, wide).resolve(`${site}/sites/team/Docs`)).rejects.toMatchObject({
      ...{ kind: 'not-found', message: expect.stringContaining('cannot open') },
    })
  })

  it('has a default library only by its ID', async () => {
    for (const answer of [ok({}), { status: 404, json: { id: 'b!x' } }]) {
      const { resolve } = graphOf({ [sites]: ok({ id: 's' }), '/sites/s/drive': answer }, wide)
      await expect(resolve(`${site}/sites/team`)).rejects.toMatchObject({ kind: 'not-found' })
    }
  })

  it('leads to a folder by its path where that has no ID, or is refused', async () => {
    const known = { [sites]: ok({ id: 's' }), '/sites/s/drives': ok({ value: [library] }) }
    for (const answer of [ok({}), { status: 403, json: { id: 'G' } }]) {
      const { resolve } = graphOf({ ...known, '/drives/b!docs/root:/a:': answer }, wide)
      expect(await resolve(`${site}/sites/team/Docs/a`)).toMatchObject({ item: undefined, path: ['a'] })
    }
  })
})

describe('an address of a link', () => {
  const own = useOwnSettings()
  const personal = 'https://1drv.ms/f/s!AbC'

  it('is read for its cloud and its kind of account, and nothing is sent', async () => {
    expect(own.dir).not.toBe('')
    const graphOrigin = 'https://graph.microsoft.com'
    const work = await addLink(recordOf({ graphOrigin }), undefined)
    const home = await addLink(recordOf({ graphOrigin, id: 'home.grace', kind: 'personal' }), undefined)
    expect(await readAddressFor(work, `${site}/sites/team`)).toEqual({
      ...{ origin: site, names: ['sites', 'team'], below: [], graphOrigin },
    })
    await expect(readAddressFor(work, personal)).rejects.toMatchObject({ kind: 'not-allowed' })
    expect(await readAddressFor(home, personal)).toMatchObject({ link: personal, graphOrigin })
    expect(await readAddressFor(home, `${site}/sites/team`)).toMatchObject({ names: ['sites', 'team'] })
    await expect(readAddressFor(home, 'https://evil.example/x')).rejects.toMatchObject({ kind: 'usage' })
  })
})
