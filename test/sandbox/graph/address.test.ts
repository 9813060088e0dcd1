import { describe, expect, it } from 'vitest'
import { type Answer, ada, control, drive, grace, graph, type Json } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'
const names = ({ json }: Answer) => json.value.map((one: Json) => one.name)

describe('the ways to a drive', () => {
  it('are many: one’s own, by its id, by the person’s id or name, and the list of all', async () => {
    for (const username of [ada, grace]) {
      const { get, make } = await drive(username)
      const { id } = (await get('/me/drive')).json
      const person = (await get('/me')).json.id
      const made = (await make(`/users/${encodeURIComponent(username)}/drive/root/children`, 'a')).json.id
      for (const way of [
        '/me/drive',
        `/drives/${id}`,
        `/users/${person}/drive`,
        `/users/${username}/drive`,
      ]) {
        expect((await get(way)).json.id, way).toBe(id)
        expect((await get(`${way}/root:/a`)).json.id, way).toBe(made)
        expect(names(await get(`${way}/root/children`)), way).toEqual(['a'])
      }
      const all = (await get('/me/drives?$select=id')).json.value
      expect(all).toEqual([{ id }])
    }
  })

  it('do not lead to the drive of another, nor of nobody', async () => {
    const { get } = await drive(ada)
    expect((await get(`/users/${grace}/drive`)).json.error.code).toBe('accessDenied')
    expect((await get('/users/nobody@contoso.example/drive')).status).toBe(404)
    expect((await get('/users/me')).json.error.code).toBe('Authorization_RequestDenied')
  })

  it('come in changing case on a personal drive of that mood, and stay good', async () => {
    const { to, get, make } = await drive(grace)
    await control(to, 'POST', 'settings', { moods: { [grace]: { driveIds: 'changing' } } })
    await make(children, 'a')
    const ids = []
    for (let count = 0; count < 2; count++)
      ids.push((await get('/me/drive/root:/a')).json.parentReference.driveId)
    expect(new Set(ids).size).toBe(2)
    const { id } = (await get('/me/drive')).json
    for (const spelled of ids) {
      expect(spelled.toLowerCase()).toBe(id)
      expect((await get(`/drives/${spelled}/root:/a`)).status).toBe(200)
    }
  })
})

describe('a name as a key', () => {
  it('works with quotes doubled, one after the other, before whatever is asked', async () => {
    const { get, make, put } = await drive()
    const { id } = (await make(children, "it's a (b)")).json
    const key = `root/children('it''s%20a%20(b)')`
    expect((await get(`/me/drive/${key}`)).json.id).toBe(id)
    const below = await make(`/me/drive/items/${id}/children`, 'c')
    expect((await get(`/me/drive/${key}/children('C')`)).json.id).toBe(below.json.id)
    expect((await put(`/me/drive/${key}/children('f')/content`, 'x')).status).toBe(201)
    expect(names(await get(`/me/drive/${key}/children`))).toEqual(['c', 'f'])
    expect((await make(`/me/drive/${key}/children('c')/children`, 'd')).status).toBe(201)
    expect((await get('/me/drive/root:/it%27s a (b):/children(%27c%27)/children')).json.value).toHaveLength(1)
  })

  it('may be an alias in the query', async () => {
    const { get, make } = await drive()
    await make(children, "it's")
    expect((await get(`/me/drive/root/children('@a1')?@a1=%27it%27%27s%27`)).json.name).toBe("it's")
    expect((await get("/me/drive/root/children('@a1')")).status).toBe(404)
  })

  it('may be that of any collection', async () => {
    const { get, make } = await drive()
    const { id } = (await make(children, "it's")).json
    const { id: own } = (await get('/me/drive')).json
    for (const way of [
      `/drives('${own}')/items('${id}')`,
      `/drives/${own}/items(%27${id}%27)`,
      `/users('${ada}')/drive/items('${id}')`,
      `/drives('${own}')/root/children('it''s')`,
      `/drives('${own}')/root:/it's:`,
    ])
      expect((await get(way)).json.id, way).toBe(id)
    expect((await get("/me/drive/root:/it's:/versions('1.0')")).status).toBe(404)
    await make(children, "items('x')")
    expect((await get("/me/drive/root:/items('x')")).json.name).toBe("items('x')")
    expect((await get("/drives('x')/root")).status).toBe(404)
  })

  it('is a segment of its own as well, and so is the id of a child', async () => {
    for (const username of [ada, grace]) {
      const { get, make, put, remove, to, accessToken } = await drive(username)
      const { id } = (await make(children, 'a b')).json
      const { json: file } = await put(`/me/drive/items/${id}/children/one.txt/content`, 'one')
      expect(file).toMatchObject({ name: 'one.txt', parentReference: { id } })
      const ways = [
        'root/children/a%20b',
        `root/children/${id}`,
        `items/root/children/${id}`,
        "root/children('a b')",
      ]
      for (const way of ways) {
        expect((await get(`/me/drive/${way}`)).json.id, way).toBe(id)
        expect(names(await get(`/me/drive/${way}/children`)), way).toEqual(['one.txt'])
        expect((await get(`/me/drive/${way}/children/$count`)).text, way).toBe('1')
        for (const child of ['ONE.txt', file.id])
          expect((await get(`/me/drive/${way}/children/${child}?$select=id`)).json.id, way).toBe(file.id)
      }
      expect((await put(`/me/drive/items/${id}:/two.txt:/content`, 'two')).json.parentReference.id).toBe(id)
      expect((await put(`/me/drive/items/${id}/children/${file.id}/content`, 'three')).json).toMatchObject({
        id: file.id,
        size: 5,
      })
      // An id is the key of its own parent's child alone.
      expect((await get(`/me/drive/root/children/${file.id}`)).status).toBe(404)
      expect((await get('/me/drive/root/children/none')).status).toBe(404)
      const renamed = await graph(to, accessToken, 'PATCH', `/me/drive/root/children/${id}`, { name: 'c' })
      expect(renamed.json).toMatchObject({ id, name: 'c' })
      expect((await remove('/me/drive/root/children/c/children/two.txt')).status).toBe(204)
      expect(names(await get('/me/drive/root/children/c/children/'))).toEqual(['one.txt'])
    }
  })

  it('must be quoted as it should be', async () => {
    const { get } = await drive()
    for (const key of ['a', "'a", "'it's'", "''", "'a/b'", "'a*b'"]) {
      expect((await get(`/me/drive/root/children(${encodeURIComponent(key)})`)).status, key).toBe(400)
    }
  })
})

describe('a path', () => {
  it('may be closed with a colon where it ends the address', async () => {
    const { to, accessToken, get, make, remove } = await drive()
    const { id } = (await make(children, 'a')).json
    const below = (await make('/me/drive/root:/a:/children', 'photo')).json.id
    for (const path of ['root:/a/photo', 'root:/a/photo:', `items/${id}:/photo`, `items/${id}:/photo:`]) {
      expect((await get(`/me/drive/${path}`)).json.id, path).toBe(below)
      expect((await get(`/me/drive/${path}?$select=id`)).json.id, path).toBe(below)
    }
    const renamed = await graph(to, accessToken, 'PATCH', '/me/drive/root:/a/photo:', { name: 'b' })
    expect([renamed.status, renamed.json.name]).toEqual([200, 'b'])
    expect((await remove('/me/drive/root:/a/b:')).status).toBe(204)
    expect((await get('/me/drive/root:/a/b:')).status).toBe(404)
  })

  it('may have encoded slashes, and dots for the folder itself', async () => {
    const { get, make, put } = await drive()
    await make(children, 'a b')
    expect((await make('/me/drive/root:/a%20b:/children', 'c')).status).toBe(201)
    const { id } = (await get('/me/drive/root:/a b/c')).json
    for (const path of ['a%20b%2Fc', 'a%20b%2fc:', '.%2Fa%20b%2Fc', './a%20b/./c:']) {
      expect((await get(`/me/drive/root:/${path}`)).json.id, path).toBe(id)
    }
    expect((await make('/me/drive/root:/a%20b%2Fc:/children', 'd')).json.parentReference.id).toBe(id)
    expect((await put('/me/drive/root:/a%20b%2Fc%2Ffile:/content', 'x')).status).toBe(201)
    // Decoded once: a name may hold the characters `%2F`.
    expect((await make(children, 'e%2Ff')).status).toBe(201)
    expect((await get('/me/drive/root:/e%252Ff')).json.name).toBe('e%2Ff')
  })
})

describe('a segment with nothing in it', () => {
  it('is passed over, but a name is not', async () => {
    const { to, accessToken, get, put, post } = await drive()
    const { json: folder } = await put('/me//drive/root:/a/b.txt://content', 'b')
    const { id } = folder.parentReference
    expect((await put(`/me/drive/items/${id}:/c.txt://content`, 'c')).status).toBe(201)
    for (const way of [`//me/drive/items/${id}//children`, '/me/drive//root:/a://children/'])
      expect(names(await get(way)), way).toEqual(['b.txt', 'c.txt'])
    expect((await get('/me/drive/root:/a:/')).json.id).toBe(id)
    const before = `${to.origin}//v1.0//me/drive/root:/a:`
    expect((await graph(to, accessToken, 'GET', before)).json.id).toBe(id)
    const one = { id: '1', method: 'GET', url: '/me//drive/root:/a' }
    expect((await post('//$batch', { requests: [one] })).json.responses[0].body.id).toBe(id)
    expect((await get("/me/drive/root/search(q='a//b')")).json.value).toEqual([])
    for (const way of ['root:/a//b.txt', 'root://a', 'root:/a//:/children'])
      expect((await get(`/me/drive/${way}`)).status, way).toBe(400)
  })
})

describe('an item', () => {
  it('is itself after a colon and a slash with nothing more', async () => {
    const { get, make } = await drive()
    const { id } = (await make(children, 'a')).json
    expect((await get(`/me/drive/items/${id}:/`)).json.id).toBe(id)
  })

  it('comes with its children when they are asked for', async () => {
    const { get, make } = await drive()
    await make(children, 'a')
    await make('/me/drive/root:/a:/children', 'b')
    const whole = (await get('/me/drive/root:/a?$expand=children')).json
    expect(whole.children.map((one: Json) => one.name)).toEqual(['b'])
    const chosen = (await get('/me/drive/root:/a?$select=id&$expand=children($select=name)')).json
    expect(chosen.children).toEqual([{ name: 'b' }])
    expect(Object.keys(chosen).sort()).toEqual(['@odata.context', 'children', 'id'])
    const listed = (await get(`${children}?expand=children`)).json.value
    expect(listed[0].children[0].name).toBe('b')
    expect((await get('/me/drive/root?$expand=nothing')).status).toBe(400)
  })

  it('has the size of all that is in it, and the count of its children', async () => {
    const { get, put, remove } = await drive()
    await put('/me/drive/root:/a/b/one:/content', '12345')
    await put('/me/drive/root:/a/two:/content', '123')
    const told = async (path: string) => {
      const { size, folder } = (await get(path)).json
      return [size, folder.childCount]
    }
    expect(await told('/me/drive/root')).toEqual([8, 1])
    expect(await told('/me/drive/root:/a')).toEqual([8, 2])
    await put('/me/drive/root:/a/b/one:/content', '1')
    expect(await told('/me/drive/root:/a')).toEqual([4, 2])
    await remove('/me/drive/root:/a/b')
    expect(await told('/me/drive/root')).toEqual([3, 1])
  })
})
