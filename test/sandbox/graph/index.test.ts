import { describe, expect, it } from 'vitest'
import { ada, drive, grace, graph, signIn } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

describe('reading', () => {
  it('gives the person, work and personal', async () => {
    const work = await drive(ada)
    expect((await work.get('/me')).json).toMatchObject({
      userPrincipalName: ada,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    const personal = await drive(grace)
    expect((await personal.get('/me?$select=id')).json.id).toMatch(/^[0-9a-f]{16}$/)
  })

  it('gives the drive, with a quota', async () => {
    const work = (await (await drive(ada)).get('/me/drive')).json
    expect(work).toMatchObject({ driveType: 'business', quota: { state: 'normal', used: 0 } })
    const personal = await drive(grace)
    const { id, driveType } = (await personal.get('/me/drive')).json
    expect(driveType).toBe('personal')
    expect((await personal.get(`/drives/${id.toUpperCase()}`)).json.id).toBe(id)
  })

  it('finds an item by path in any case, with or without a closing colon, and by id in its own case', async () => {
    const { make, get } = await drive()
    const { id } = (await make(children, 'Docs')).json
    for (const path of ['root:/Docs', 'root:/docs', 'root:/Docs:', `items/${id}`]) {
      expect((await get(`/me/drive/${path}`)).json.id, path).toBe(id)
    }
    expect((await get(`/me/drive/items/${id.toLowerCase()}`)).status).toBe(404)
    expect((await get('/me/drive/root')).json).toMatchObject({
      name: 'root',
      root: {},
      folder: { childCount: 1 },
    })
    expect((await get('/me/drive/root')).json.parentReference.path).toBeUndefined()
  })

  it('answers HEAD as GET, and 304 for an eTag that still holds', async () => {
    const { to, accessToken, get } = await drive()
    const { eTag } = (await get('/me/drive/root')).json
    expect((await get('/me/drive/root', { 'if-none-match': eTag })).status).toBe(304)
    const head = await graph(to, accessToken, 'HEAD', '/me/drive/root')
    expect([head.status, head.text]).toEqual([200, ''])
  })

  it('says what is wrong with an address', async () => {
    const { get, post } = await drive()
    const cases = [
      ['/me/drive/root:/nothing', 404, 'itemNotFound'],
      ['/me/drive/root:/:/children', 400, 'invalidRequest'],
      ['/me/drive/root:nothing', 400, 'invalidRequest'],
      ['/me/drive/root:/a*b', 400, 'invalidRequest'],
      ['/me/drive/root:/a%2Fb', 404, 'itemNotFound'],
      ['/me/drive/root:/a%2F%2Fb', 400, 'invalidRequest'],
      ['/me/drive/root:/%zz', 400, 'BadRequest'],
      ['/me/drive/root/kids', 400, 'BadRequest'],
      ['/me/drove', 400, 'BadRequest'],
      ['/drives/b!other/root', 404, 'itemNotFound'],
    ] as const
    for (const [path, status, errorCode] of cases) {
      const answer = await get(path)
      expect([answer.status, answer.json.error.code], path).toEqual([status, errorCode])
    }
    const unclosed = await post('/me/drive/root:/a/children', { name: 'x', folder: {} })
    expect(unclosed.status).toBe(405)
  })

  it('does not reach deeper than 27 folders by colon, but does by id', async () => {
    const { make, get } = await drive()
    let id = 'root'
    for (let depth = 1; depth <= 28; depth++)
      id = (await make(`/me/drive/items/${id}/children`, `d${depth}`)).json.id
    const path = (depth: number) => Array.from({ length: depth }, (_, index) => `d${index + 1}`).join('/')
    expect((await get(`/me/drive/root:/${path(27)}`)).status).toBe(200)
    const deep = await get(`/me/drive/root:/${path(28)}`)
    expect([deep.status, deep.json.error.code]).toEqual([404, 'UnknownError'])
    expect(deep.json.error.message).toContain('<html')
    expect((await get(`/me/drive/items/${id}`)).json.name).toBe('d28')
    expect((await make(`/me/drive/items/${id}/children`, 'd29')).status).toBe(201)
  })

  it('keeps one person out of another’s drive', async () => {
    const { to, get } = await drive(ada)
    const other = await signIn(to, grace)
    const { id } = (await graph(to, other.access_token, 'GET', '/me/drive')).json
    expect((await get(`/drives/${id}/root`)).status).toBe(403)
  })
})

describe('deleting and uploading', () => {
  it('takes a folder away with all that is in it', async () => {
    const { make, get, remove } = await drive()
    const { id } = (await make(children, 'a')).json
    const below = (await make(`/me/drive/items/${id}/children`, 'b')).json
    expect((await remove('/me/drive/root:/A')).status).toBe(204)
    expect((await get(`/me/drive/items/${below.id}`)).status).toBe(404)
    expect((await make(children, 'a')).json.id).not.toBe(id)
    expect((await remove('/me/drive/root')).status).toBe(400)
  })

  it('minds If-Match', async () => {
    const { make, remove } = await drive()
    const { id, eTag } = (await make(children, 'a')).json
    expect((await remove(`/me/drive/items/${id}`, { 'if-match': '"other"' })).status).toBe(412)
    expect((await remove(`/me/drive/items/${id}`, { 'if-match': eTag })).status).toBe(204)
  })

  it('puts a file, its parents with it, and replaces it', async () => {
    const { get, put, make } = await drive()
    const made = await put('/me/drive/root:/a/b/f.txt:/content', 'hello')
    expect([made.status, made.json.size, made.json.file.mimeType]).toEqual([201, 5, expect.any(String)])
    expect((await put('/me/drive/root:/A/b/F.txt:/content', 'hello again')).json).toMatchObject({
      id: made.json.id,
      size: 11,
    })
    expect((await get('/me/drive')).json.quota.used).toBe(11)
    expect((await get('/me/drive/root:/a/b/f.txt')).json.folder).toBeUndefined()
    expect((await make('/me/drive/root:/a/b:/children', 'f.TXT')).status).toBe(409)
    expect((await put('/me/drive/root:/a/b:/content', 'x')).status).toBe(409)
    expect((await put('/me/drive/root:/a/b/f.txt/g:/content', 'x')).status).toBe(404)
  })
})

it('writes errors and ids as Graph does', async () => {
  const { get } = await drive()
  const id = 'c0ffee00-0000-4000-8000-000000000000'
  const answer = await get('/me/drive/root:/nothing', { 'client-request-id': id })
  expect(answer.json.error).toEqual({
    code: 'itemNotFound',
    message: expect.any(String),
    innerError: {
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
      'request-id': answer.headers.get('request-id'),
      'client-request-id': id,
    },
  })
  expect(answer.headers.get('client-request-id')).toBe(id)
})
