import { describe, expect, it } from 'vitest'
import { type Answer, ada, grace, type Json } from '../../helpers/sandbox/client.ts'
import { charles, personOf, scopes, worldOfPlaces } from '../../helpers/sandbox/places.ts'

const names = ({ json }: Answer) => json.value.map((one: Json) => one.name)
const refusal = ({ status, json }: Answer) => [status, json?.error.code]

describe('a site', () => {
  it('is found by its address, by its id and by a search', async () => {
    const { to, host } = await worldOfPlaces()
    const { get } = await personOf(to, ada)
    const site = (await get(`/sites/${host}:/sites/project-x`)).json
    expect(site).toMatchObject({
      displayName: 'Project X',
      name: 'project-x',
      id: expect.stringMatching(/^localhost,[0-9a-f-]{36},[0-9a-f-]{36}$/),
      webUrl: `${to.origin}/sites/project-x`,
    })
    const [hostName, collection] = site.id.split(',')
    for (const way of [
      `/sites/${host}:/Sites/Project-X:`,
      `/sites/${hostName}:/sites/project-x`,
      '/sites/contoso.sharepoint.com:/sites/project-x',
      `/sites/${site.id}`,
      `/sites/${encodeURIComponent(site.id)}`,
      `/sites/${collection}`,
      `/sites/${host}:/sites/project-x:?$select=id`,
    ])
      expect((await get(way)).json?.id, way).toBe(site.id)
    expect(names(await get('/sites?search=project'))).toEqual(['project-x'])
    for (const search of ['$search=project', '%24search=%22project%22&%24select=name'])
      expect(names(await get(`/sites?${search}`)), search).toEqual(['project-x'])
    expect(names(await get('/sites?search=nothing'))).toEqual([])
    expect(names(await get(`/sites/${site.id}/sites`))).toEqual([])
    for (const way of ['/sites/other.example:/sites/project-x', `/sites/${host}:/sites/none`, '/sites/root'])
      expect(refusal(await get(way)), way).toEqual([404, 'itemNotFound'])
  })

  it('has libraries, each a drive', async () => {
    const { to, host } = await worldOfPlaces()
    const { get, make, put, post } = await personOf(to, ada)
    const { id } = (await get(`/sites/${host}:/sites/project-x`)).json
    const { value: drives } = (await get(`/sites/${id}/drives`)).json
    expect(drives.map((one: Json) => [one.name, one.driveType, one.webUrl])).toEqual([
      ['Documents', 'documentLibrary', `${to.origin}/sites/project-x/Shared%20Documents`],
      ['Archive', 'documentLibrary', `${to.origin}/sites/project-x/Archive`],
    ])
    expect(drives[0].owner.group.displayName).toBe('Project X')
    expect((await get(`/sites/${host}:/sites/project-x:/drives`)).json.value).toHaveLength(2)
    const made = (await make(`/sites/${id}/drive/root/children`, 'General')).json
    expect(made.parentReference).toMatchObject({
      driveId: drives[0].id,
      driveType: 'documentLibrary',
      siteId: id.split(',')[1],
    })
    expect(made.createdBy.user.displayName).toBe('Ada Lovelace')
    expect((await put(`/drives/${drives[0].id}/root:/General/a.txt:/content`, 'hello')).status).toBe(201)
    for (const way of [
      `/sites/${id}/drive`,
      `/sites/${host}:/sites/project-x:/drive`,
      `/sites/${id}/drives/${drives[0].id}`,
      `/groups/${drives[0].owner.group.id}/drive`,
    ]) {
      expect((await get(way)).json?.id, way).toBe(drives[0].id)
      expect((await get(`${way}/root:/general:`)).json?.id, way).toBe(made.id)
      expect(names(await get(`${way}/root:/General:/children`)), way).toEqual(['a.txt'])
    }
    const session = await post(`/drives/${drives[1].id}/root:/big.bin:/createUploadSession`, {})
    expect(session.status).toBe(200)
    const sent = await fetch(session.json.uploadUrl, {
      method: 'PUT',
      headers: { 'content-range': 'bytes 0-3/4' },
      body: 'four',
    })
    expect(sent.status).toBe(201)
    expect(names(await get(`/drives/${drives[1].id}/root/delta`))).toEqual(['root', 'big.bin'])
    const inBatch = await post('/$batch', {
      requests: [{ id: '1', method: 'GET', url: `/drives/${drives[1].id}/root:/big.bin` }],
    })
    expect(inBatch.json.responses[0].body.size).toBe(4)
  })

  it('is closed to who is no member, and to personal accounts', async () => {
    const { to, host, site } = await worldOfPlaces()
    const other = await personOf(to, charles)
    expect(refusal(await other.get(`/sites/${host}:/sites/project-x`))).toEqual([403, 'accessDenied'])
    expect((await other.get('/sites?search=*')).json.value).toEqual([])
    expect(refusal(await other.get(`/drives/${site.drives[0].driveId}/root`))).toEqual([403, 'accessDenied'])
    const personal = await personOf(to, grace)
    expect(refusal(await personal.get('/sites/root'))).toEqual([400, 'BadRequest'])
  })

  it('needs Sites.Read.All, its drives Files.ReadWrite.All', async () => {
    const { to, host, site } = await worldOfPlaces()
    const [{ driveId }] = site.drives
    // A token has all that was ever consented to: the narrow one comes first.
    const own = await personOf(to, ada, scopes.ownDrive)
    expect(refusal(await own.get(`/drives/${driveId}/root`))).toEqual([403, 'accessDenied'])
    expect((await own.make('/me/drive/root/children', 'a')).status).toBe(201)
    const drives = await personOf(to, ada, scopes.drives)
    for (const way of [
      `/sites/${host}:/sites/project-x`,
      '/sites?search=x',
      `/sites/${host}:/sites/project-x:/drive`,
    ])
      expect(refusal(await drives.get(way)), way).toEqual([403, 'accessDenied'])
    expect((await drives.make(`/drives/${driveId}/root/children`, 'a')).status).toBe(201)
  })

  it('says what the sandbox does not have of it', async () => {
    const { to, host } = await worldOfPlaces()
    const { get } = await personOf(to, ada)
    const { id } = (await get(`/sites/${host}:/sites/project-x`)).json
    expect(refusal(await get(`/sites/${id}/pages`))).toEqual([501, 'notInSandbox'])
    const columns = await get(`/sites/${id}/lists/documents/columns`)
    expect(columns.json.error.message).toMatch(/^The sandbox has no 'columns' of a site;/)
    expect(refusal(await get(`/sites/${id}/lust`))).toEqual([400, 'BadRequest'])
  })

  it('has lists behind its libraries, which lead to them', async () => {
    const { to, host, site } = await worldOfPlaces()
    const { get, make } = await personOf(to, ada)
    const path = `/sites/${host}:/sites/project-x:`
    const [list] = (await get(`${path}/lists`)).json.value
    expect([list.displayName, list.name, list.list.template]).toEqual([
      'Documents',
      'Shared Documents',
      'documentLibrary',
    ])
    const { driveId } = site.drives[0]
    for (const key of [list.id, 'documents']) {
      expect((await get(`${path}/lists/${key}`)).json.id, key).toBe(list.id)
      expect((await get(`${path}/lists/${key}/drive`)).json.id, key).toBe(driveId)
    }
    expect((await make(`${path}/lists/${list.id}/drive/root/children`, 'a')).status).toBe(201)
    expect((await get(`${path}/lists/none`)).status).toBe(404)
  })

  it('of a person holds their drive, and is closed to others', async () => {
    const { to, host } = await worldOfPlaces()
    const { get } = await personOf(to, ada)
    const path = `/sites/${host}:/personal/ada_contoso_example`
    const drive = (await get('/me/drive')).json.id
    const { json } = await get(path)
    expect(json).toMatchObject({ displayName: 'Ada Lovelace', name: 'ada_contoso_example' })
    expect((await get(`${path}:/drive`)).json.id).toBe(drive)
    expect((await get(`/sites/${json.id}/drives`)).json.value.map((one: Json) => one.id)).toEqual([drive])
    const other = await personOf(to, charles)
    expect(refusal(await other.get(path))).toEqual([403, 'accessDenied'])
  })

  it('is named by its path behind root, as rclone does', async () => {
    const { to } = await worldOfPlaces()
    const { get } = await personOf(to, ada)
    expect((await get('/sites/root:/sites/project-x')).json.displayName).toBe('Project X')
    expect((await get('/sites/root:/sites/project-x:/drive')).json.driveType).toBe('documentLibrary')
  })

  it('is found by a function, as Microsoft’s SDKs do', async () => {
    const { to } = await worldOfPlaces()
    const { get } = await personOf(to, ada)
    const { id } = (await get('/sites/root:/sites/project-x')).json
    for (const way of [
      `${id}/getByPath(path='/sites/project-x')`,
      "root/GetByPath('%2Fsites%2Fproject-x')",
      'root/microsoft.graph.getByPath(path=%27sites/project-x%27)',
    ]) {
      expect((await get(`/sites/${way}`)).json?.displayName, way).toBe('Project X')
      expect((await get(`/sites/${way}/drive/root`)).json?.root, way).toEqual({})
    }
    expect((await get("/sites/root/getByPath(path='/sites/none')")).status).toBe(404)
  })
})
