import { describe, expect, it } from 'vitest'
import { ada, control, drive, grace, graph, type Json } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'
const conflictProperty = '@microsoft.graph.conflictBehavior'

/** A drive, with functions to change its items. */
async function changeable(username = ada) {
  const person = await drive(username)
  const { to, accessToken, make, get } = person
  return {
    ...person,
    change: (path: string, body: unknown, headers?: Record<string, string>) =>
      graph(to, accessToken, 'PATCH', path, body, headers),
    /** Creates folders. @returns their ids. */
    folders: async (...paths: string[]) => {
      const ids: string[] = []
      for (const path of paths) {
        const names = path.split('/')
        const parent =
          names.length > 1 ? `root:/${names.slice(0, -1).map(encodeURIComponent).join('/')}:` : 'root'
        ids.push((await make(`/me/drive/${parent}/children`, names.at(-1) ?? '')).json.id)
      }
      return ids
    },
    tree: async () => (await control(to, 'GET', `drive?username=${username}`)).json.children.map(names),
    names: async (path: string) => (await get(path)).json.value.map((one: Json) => one.name),
  }
}

function names({ name, children }: Json): unknown {
  return children.length === 0 ? name : { [name]: children.map(names) }
}

describe('renaming', () => {
  it('keeps the id, gives the new name, and changes the eTag', async () => {
    const { change, folders, get } = await changeable()
    const [id] = await folders('Old')
    const before = (await get(`/me/drive/items/${id}`)).json
    const answer = await change('/me/drive/root:/old', { name: 'New' })
    expect([answer.status, answer.json.id, answer.json.name]).toEqual([200, id, 'New'])
    expect(answer.json.eTag).not.toBe(before.eTag)
    expect((await get('/me/drive/root:/Old')).status).toBe(404)
    expect((await get('/me/drive/root:/NEW')).json.id).toBe(id)
  })

  it('can change only the case of a name', async () => {
    const { change, folders, names } = await changeable()
    const [id] = await folders('photos')
    expect((await change(`/me/drive/items/${id}`, { name: 'Photos' })).json.name).toBe('Photos')
    expect(await names(children)).toEqual(['Photos'])
  })

  it('fails when the name is taken, unless conflictBehavior says to rename or replace a file', async () => {
    const { change, folders, put, get, names } = await changeable()
    const [id] = await folders('a', 'b')
    for (const conflict of [undefined, 'fail', 'replace']) {
      const answer = await change(`/me/drive/items/${id}`, { name: 'B', [conflictProperty]: conflict })
      expect([answer.status, answer.json.error.code]).toEqual([409, 'nameAlreadyExists'])
    }
    const renamed = await change(`/me/drive/items/${id}`, { name: 'B', [conflictProperty]: 'rename' })
    expect(renamed.json.name).toBe('B 1')
    await put('/me/drive/root:/one.txt:/content', 'one')
    await put('/me/drive/root:/two.txt:/content', 'two')
    const numbered = await change(`/me/drive/root:/one.txt?${conflictProperty}=rename`, { name: 'two.txt' })
    expect(numbered.json.name).toBe('two 1.txt')
    const replaced = await change('/me/drive/root:/two 1.txt', {
      name: 'two.txt',
      [conflictProperty]: 'replace',
    })
    expect(replaced.json).toMatchObject({ id: numbered.json.id, name: 'two.txt', size: 3 })
    expect(await names(children)).toEqual(['b', 'B 1', 'two.txt'])
    expect((await get('/me/drive')).json.quota.used).toBe(3)
  })

  it('refuses a bad name, a bad body, an old eTag, and the root', async () => {
    const { change, folders, to } = await changeable()
    const [id] = await folders('a')
    const path = `/me/drive/items/${id}`
    const cases = [
      [path, { name: 'a:b' }, 400],
      [path, { name: 3 }, 400],
      [path, { name: 'b', [conflictProperty]: 'overwrite' }, 400],
      [path, { fileSystemInfo: { createdDateTime: 'yesterday' } }, 400],
      ['/me/drive/root', { name: 'b' }, 400],
      ['/me/drive/items/nothing', { name: 'b' }, 404],
      ['/me/drive', { name: 'b' }, 405],
    ] as const
    for (const [where, body, status] of cases) expect((await change(where, body)).status, where).toBe(status)
    expect((await change(path, { name: 'b' }, { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await change(path, { name: 'b' }, { 'if-match': '"old"' })).status).toBe(412)
    expect((await control(to, 'GET', 'score')).json.counts.unknownConflictBehavior).toBe(1)
  })
})

describe('moving', () => {
  it('moves a folder with its content, by the id or the path of the new parent', async () => {
    const { change, folders, get, tree } = await changeable()
    const [, , id, , target] = await folders('a', 'a/b', 'a/b/c', 'x', 'x/ü y')
    expect((await change('/me/drive/root:/a/b', { parentReference: { id: target } })).status).toBe(200)
    expect(await tree()).toEqual(['a', { x: [{ 'ü y': [{ b: ['c'] }] }] }])
    expect((await get('/me/drive/root:/x/ü y/b/c')).json.id).toBe(id)
    const { parentReference } = (await get('/me/drive/root:/x/ü y/b')).json
    const back = await change(`/me/drive/items/${id}`, {
      name: 'd',
      parentReference: { path: '/drive/root:/a' },
    })
    expect(back.json).toMatchObject({ id, name: 'd' })
    expect(
      (await change('/me/drive/root:/a/d', { parentReference: { path: parentReference.path } })).status,
    ).toBe(200)
    expect((await change('/me/drive/root:/x', { parentReference: { path: '/drive/root:/a' } })).status).toBe(
      200,
    )
    expect(await tree()).toEqual([{ a: [{ x: [{ 'ü y': ['b', 'd'] }] }] }])
  })

  it('accepts the percent-encoded path of a personal drive', async () => {
    const { change, folders, get } = await changeable(grace)
    const [, id] = await folders('a b%20c', 'x', 'a b%20c/d')
    const { path } = (await get('/me/drive/root:/a b%2520c/d')).json.parentReference
    expect(path).toBe('/drive/root:/a%20b%2520c')
    expect((await change(`/me/drive/items/${id}`, { parentReference: { path } })).status).toBe(200)
    expect((await get('/me/drive/root:/a b%2520c/x')).json.id).toBe(id)
  })

  it('moves to the root by its id or path, not by the word root', async () => {
    const { change, folders, get } = await changeable()
    await folders('a', 'a/b', 'a/c')
    const root = (await get('/me/drive/root')).json.id
    expect((await change('/me/drive/root:/a/b', { parentReference: { id: 'root' } })).status).toBe(400)
    expect((await change('/me/drive/root:/a/b', { parentReference: { id: root } })).status).toBe(200)
    expect((await change('/me/drive/root:/a/c', { parentReference: { path: '/drive/root:' } })).status).toBe(
      200,
    )
    expect((await get(children)).json.value).toHaveLength(3)
  })

  it('refuses a target inside itself, in another drive, in a file, or missing', async () => {
    const { change, folders, put, get, tree } = await changeable()
    const [a, , c] = await folders('a', 'a/b', 'a/b/c')
    const file = (await put('/me/drive/root:/file:/content', 'x')).json.id
    const cases = [
      [{ id: a }, 400],
      [{ id: c }, 400],
      [{ path: '/drive/root:/a/b' }, 400],
      [{ driveId: 'b!another', id: c }, 400],
      [{ id: file }, 400],
      [{ path: '/elsewhere' }, 400],
      [{ id: 'nothing' }, 404],
      [{ path: '/drive/root:/nothing' }, 404],
    ] as const
    for (const [parentReference, status] of cases) {
      const answer = await change('/me/drive/root:/a', { parentReference })
      expect(answer.status, JSON.stringify(parentReference)).toBe(status)
    }
    expect(await tree()).toEqual([{ a: [{ b: ['c'] }] }, 'file'])
    expect((await get('/me/drive/root')).json.folder.childCount).toBe(2)
  })

  it('checks names at the target, and counts the bytes there', async () => {
    const { change, folders, put, get } = await changeable()
    await folders('a', 'x', 'x/A')
    await put('/me/drive/root:/a/f:/content', '12345')
    const sizes = async () =>
      Promise.all(['', ':/a', ':/x'].map(async (path) => (await get(`/me/drive/root${path}`)).json.size))
    expect(await sizes()).toEqual([5, 5, 0])
    const parentReference = { path: '/drive/root:/x' }
    expect((await change('/me/drive/root:/a', { parentReference })).status).toBe(409)
    const answer = await change('/me/drive/root:/a', { parentReference, [conflictProperty]: 'rename' })
    expect(answer.json.name).toBe('a 1')
    expect((await get('/me/drive/root:/x')).json).toMatchObject({ size: 5, folder: { childCount: 2 } })
    expect((await get('/me/drive')).json.quota.used).toBe(5)
  })
})

describe('the properties of an item', () => {
  const fileSystemInfo = {
    createdDateTime: '2001-02-03T04:05:06.789Z',
    lastModifiedDateTime: '2010-11-12T13:14:15Z',
  }

  it('include the client’s dates, besides those of the drive', async () => {
    const work = await changeable(ada)
    const made = await work.post(children, {
      name: 'a',
      folder: {},
      fileSystemInfo,
      [conflictProperty]: 'fail',
    })
    expect(made.json.fileSystemInfo.lastModifiedDateTime).toBe('2010-11-12T13:14:15Z')
    expect(made.json.lastModifiedDateTime).not.toBe('2010-11-12T13:14:15Z')
    const personal = await changeable(grace)
    await personal.put('/me/drive/root:/f:/content', 'x')
    const changed = await personal.change('/me/drive/root:/f', { fileSystemInfo })
    expect(changed.json.fileSystemInfo).toEqual({
      ...fileSystemInfo,
      lastModifiedDateTime: '2010-11-12T13:14:15.000Z',
    })
  })

  it('include a description on personal drives only', async () => {
    const told = async (username: string) => {
      const { change, folders } = await changeable(username)
      const [id] = await folders('a')
      return (await change(`/me/drive/items/${id}`, { description: 'My own' })).json.description
    }
    expect([await told(grace), await told(ada)]).toEqual(['My own', undefined])
  })

  it('change the cTag of a personal folder, like any change below it', async () => {
    const { folders, get } = await changeable(grace)
    await folders('a', 'a/b')
    const read = async () => (await get('/me/drive/root:/a')).json
    const before = await read()
    await folders('a/b/c')
    const after = await read()
    expect(after.cTag).not.toBe(before.cTag)
    expect(after.eTag).toBe(before.eTag)
  })
})
