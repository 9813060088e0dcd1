import { describe, expect, it } from 'vitest'
import { type Answer, ada, control, grace, type Json } from '../../helpers/sandbox/client.ts'
import { charles, margaret, personOf, scopes, shareOf, worldOfPlaces } from '../../helpers/sandbox/places.ts'

const refusal = ({ status, json }: Answer) => [status, json?.error.code]
const redeem = { prefer: 'redeemSharingLink' }

describe('a share by a plain address', () => {
  it('is the library, folder or file at that address, whatever its spelling', async () => {
    const { to, site } = await worldOfPlaces()
    const { get, make, put } = await personOf(to, ada, scopes.ownDrive)
    const all = await personOf(to, ada, scopes.drives)
    const [{ driveId, webUrl }] = site.drives
    const { id } = (await all.make(`/drives/${driveId}/root/children`, 'Général')).json
    await all.put(`/drives/${driveId}/root:/Général/a.txt:/content`, 'hello')
    const cases = [
      [webUrl, 'root'],
      [`${to.origin}/sites/project-x/Shared Documents/Général`, 'Général'],
      [`${to.origin}/Sites/Project-X/shared%20documents/G%C3%A9n%C3%A9ral/`, 'Général'],
      ['https://contoso.sharepoint.com/sites/project-x/Shared%20Documents/Général/a.txt', 'a.txt'],
    ]
    for (const [address = '', name] of cases) {
      const { json } = await get(`/shares/${shareOf(address)}/driveItem`)
      expect([json.name, json.parentReference.driveId], address).toEqual([name, driveId])
    }
    const folder = `/shares/${shareOf(cases[1]?.[0] ?? '')}`
    expect((await get(`${folder}/root`)).json.id).toBe(id)
    expect((await get(`${folder}/driveItem?$select=id,name`)).json).toMatchObject({ id, name: 'Général' })
    const listed = (await get(`${folder}/driveItem/children`)).json.value
    expect(listed.map((one: Json) => one.name)).toEqual(['a.txt'])
    expect((await get(`${folder}/driveItem?$expand=children`)).json.children).toHaveLength(1)
    expect((await get(`${folder}/driveItem:/a.txt`)).json.size).toBe(5)
    expect((await get(folder)).json).toMatchObject({ name: 'Général' })
    expect((await get(`${folder}?$expand=driveItem`)).json.driveItem.id).toBe(id)
    const own = (await make('/me/drive/root/children', 'Mine')).json
    expect((await get(`/shares/${shareOf(own.webUrl)}/driveItem`)).json.id).toBe(own.id)
    expect(refusal(await put(`/drives/${driveId}/root:/x:/content`, 'x'))).toEqual([403, 'accessDenied'])
  })

  it('is refused where the person has no rights, or nothing is', async () => {
    const { to, site } = await worldOfPlaces()
    const other = await personOf(to, charles)
    const [{ webUrl }] = site.drives
    for (const address of [
      webUrl,
      `${webUrl}/none`,
      `${to.origin}/sites/project-x`,
      'https://other.example/a',
    ])
      expect(refusal(await other.get(`/shares/${shareOf(address)}/driveItem`)), address).toEqual([
        403,
        'accessDenied',
      ])
  })

  it('is refused to whom that mood gives links alone, and never opens the newer pages of personal files', async () => {
    const { to, site } = await worldOfPlaces()
    const { get } = await personOf(to, ada)
    const path = `/shares/${shareOf(site.drives[0].webUrl)}/driveItem`
    expect((await get(path)).status).toBe(200)
    await control(to, 'POST', 'settings', { moods: { [ada]: { shares: 'links' } } })
    expect(refusal(await get(path))).toEqual([403, 'accessDenied'])
    const page = `${to.origin}/personal/0123456789ABCDEF/_layouts/15/doc.aspx?resid=x&cid=y`
    expect(refusal(await get(`/shares/${shareOf(page)}/driveItem`))).toEqual([400, 'invalidRequest'])
  })

  it('needs a well-formed token', async () => {
    const { to } = await worldOfPlaces()
    const { get } = await personOf(to, ada)
    for (const token of ['u!', 'u!a b', 'u!abc=', 'u!a+b', shareOf('no address'), 'nothing'])
      expect(refusal(await get(`/shares/${encodeURIComponent(token)}/driveItem`)), token).toEqual([
        400,
        'invalidRequest',
      ])
  })
})

describe('a sharing link', () => {
  it('gives access for one request or for good, as Prefer says', async () => {
    const { to, arrange } = await worldOfPlaces()
    const link = await arrange('link', { in: charles, path: '/Shared', type: 'edit', scope: 'organization' })
    const address = `${link.webUrl}?e=4xYzAb`
    expect(new URL(address).pathname).toMatch(/^\/:f:\/g\/personal\/charles_contoso_example\/E[\w-]+$/)
    const { get, make } = await personOf(to, ada)
    const path = `/shares/${shareOf(address)}/driveItem`
    const place = `/drives/${link.driveId}/items/${link.itemId}`
    expect(refusal(await get(path))).toEqual([403, 'accessDenied'])
    const once = await get(path, { prefer: 'redeemSharingLinkIfNecessary' })
    expect([once.status, once.json.id]).toEqual([200, link.itemId])
    expect(refusal(await get(place))).toEqual([403, 'accessDenied'])
    expect((await get(path, redeem)).json.parentReference.driveId).toBe(link.driveId)
    expect((await get(place)).json.name).toBe('Shared')
    expect((await make(`${place}/children`, 'new')).status).toBe(201)
    expect((await get(path)).status).toBe(200)
    const shared = (await get('/me/drive/sharedWithMe')).json.value
    expect(shared.map((one: Json) => [one.name, one.remoteItem.parentReference.driveId])).toEqual([
      ['Shared', link.driveId],
    ])
  })

  it('of another kind: to read only, for the own organization, personal, by its bare token', async () => {
    const { to, arrange } = await worldOfPlaces()
    const view = await arrange('link', { in: charles, path: '/View', type: 'view', scope: 'anonymous' })
    const { get, make } = await personOf(to, ada)
    expect((await get(`/shares/${view.token}/root`, redeem)).status).toBe(200)
    const place = `/drives/${view.driveId}/items/${view.itemId}/children`
    expect((await get(place)).json.value).toEqual([])
    expect(refusal(await make(place, 'new'))).toEqual([403, 'accessDenied'])

    const short = await arrange('link', { in: margaret, path: '/Pictures', type: 'edit' })
    expect(new URL(short.webUrl).pathname).toMatch(/^\/f\/s!A/)
    const personal = await personOf(to, grace, scopes.ownDrive)
    const path = `/shares/${shareOf(short.webUrl)}/driveItem`
    expect((await personal.get(path)).json.name).toBe('Pictures')
    expect(refusal(await get(path, redeem))).toEqual([401, 'unauthenticated'])
    const inside = await arrange('link', { in: charles, path: '/In', scope: 'organization' })
    expect(refusal(await personal.get(`/shares/${shareOf(inside.webUrl)}/driveItem`, redeem))).toEqual([
      403,
      'accessDenied',
    ])
  })

  it('that createLink makes can be opened', async () => {
    const { to } = await worldOfPlaces()
    const owner = await personOf(to, charles)
    const { id } = (await owner.make('/me/drive/root/children', 'To you')).json
    const made = await owner.post(`/me/drive/items/${id}/createLink`, { type: 'view', scope: 'organization' })
    const { get } = await personOf(to, ada)
    for (const token of [shareOf(made.json.link.webUrl), made.json.shareId])
      expect((await get(`/shares/${token}/driveItem`, redeem)).json.id).toBe(id)
  })
})
