import { describe, expect, it } from 'vitest'
import {
  ada,
  code,
  control,
  drive,
  grace,
  graph,
  type Json,
  redeem,
  sandbox,
} from '../../helpers/sandbox/client.ts'

const approot = '/me/drive/special/approot'
const folder = (name: string) => ({ name, folder: {}, '@microsoft.graph.conflictBehavior': 'fail' })

/** A user with a token for only these scopes. */
async function scoped(username: string, scope: string) {
  const to = await sandbox()
  const { access_token } = (await redeem(to, { code: await code(to, { scope, login_hint: username }) })).json
  const ask = (method: string, path: string, body?: unknown) => graph(to, access_token, method, path, body)
  const tree = async () => (await control(to, 'GET', `drive?username=${username}`)).json.children.map(names)
  return { to, ask, tree }
}

function names({ name, children }: Json): unknown {
  return children.length === 0 ? name : { [name]: children.map(names) }
}

describe('the folder of an application', () => {
  it.each([ada, grace])('comes to be with the first that is put into it: %s', async (username) => {
    const { to, post, get, put } = await drive(username)
    const made = await post(`${approot}/children`, folder('one'))
    expect(made.status).toBe(201)
    expect((await get('/me/drive/root:/Apps/Sandbox CLI/one')).json.id).toBe(made.json.id)
    expect((await get(`${approot}:/one`)).json.id).toBe(made.json.id)
    expect((await post(`${approot}:/one:/children`, folder('two'))).status).toBe(201)
    expect((await put(`${approot}:/a/f.txt:/content`, 'x')).status).toBe(201)
    const { name, specialFolder } = (await get(approot)).json
    expect([name, specialFolder]).toEqual(['Sandbox CLI', { name: 'approot' }])
    const tree = (await control(to, 'GET', `drive?username=${username}`)).json.children.map(names)
    expect(tree).toEqual([{ Apps: [{ 'Sandbox CLI': [{ a: ['f.txt'] }, { one: ['two'] }] }] }])
  })

  it('stays the same under another name, and comes to be again once deleted', async () => {
    const { to, accessToken, get, remove } = await drive()
    const { id } = (await get(approot)).json
    await graph(to, accessToken, 'PATCH', `/me/drive/items/${id}`, { name: 'Renamed' })
    expect((await get(approot)).json).toMatchObject({ id, name: 'Renamed' })
    await remove(`/me/drive/items/${id}`)
    const again = (await get(approot)).json
    expect([again.id === id, again.name]).toEqual([false, 'Sandbox CLI'])
  })

  it('is not made by HEAD, nor for those who may only read', async () => {
    const reader = await scoped(ada, 'Files.Read')
    expect((await reader.ask('GET', approot)).json.error.code).toBe('accessDenied')
    const writer = await scoped(ada, 'Files.ReadWrite')
    expect((await writer.ask('HEAD', approot)).status).toBe(404)
    expect(await writer.tree()).toEqual([])
    expect((await writer.ask('GET', approot)).status).toBe(200)
    expect((await writer.ask('HEAD', approot)).status).toBe(200)
  })

  it('is all that Files.ReadWrite.AppFolder reaches on a personal drive', async () => {
    const { ask, tree, to } = await scoped(grace, 'Files.ReadWrite.AppFolder')
    const { id } = (await ask('POST', `${approot}/children`, folder('mine'))).json
    expect((await ask('GET', `/me/drive/items/${id}`)).status).toBe(200)
    expect((await ask('GET', `${approot}/children`)).json.value).toHaveLength(1)
    const refused = [
      ['GET', '/me/drive'],
      ['GET', '/me/drives'],
      ['GET', '/me/drive/root'],
      ['GET', '/me/drive/root/children'],
      ['GET', '/me/drive/root:/Apps'],
      ['GET', '/me/drive/special/documents'],
      ['POST', '/me/drive/root/children'],
      ['PATCH', `/me/drive/items/${id}`],
    ] as const
    for (const [method, path] of refused) {
      const body =
        method === 'GET' ? undefined : { ...folder('x'), parentReference: { path: '/drive/root:' } }
      const answer = await ask(method, path, body)
      expect([answer.status, answer.json.error.code], path).toEqual([403, 'accessDenied'])
    }
    expect((await ask('PATCH', `/me/drive/items/${id}`, { name: 'renamed' })).status).toBe(200)
    expect(await tree()).toEqual([{ Apps: [{ 'Sandbox CLI': ['renamed'] }] }])
    expect((await control(to, 'GET', 'score')).json.total).toBe(0)
  })

  it('is out of reach by that scope on a work drive', async () => {
    const { ask, tree } = await scoped(ada, 'Files.ReadWrite.AppFolder')
    expect((await ask('POST', `${approot}/children`, folder('mine'))).json.error.code).toBe('accessDenied')
    expect(await tree()).toEqual([])
  })
})

describe('the other special folders', () => {
  it('are there on personal drives, and on work drives but for documents are not', async () => {
    const personal = await drive(grace)
    for (const [name, path] of [
      ['documents', 'Documents'],
      ['photos', 'Pictures'],
      ['cameraroll', 'Pictures/Camera Roll'],
      ['music', 'Music'],
      ['desktop', 'Desktop'],
    ]) {
      const { id, specialFolder } = (await personal.get(`/me/drive/special/${name}`)).json
      expect(specialFolder).toEqual({ name })
      expect((await personal.get(`/me/drive/root:/${path}`)).json.id, name).toBe(id)
    }
    expect((await personal.get('/me/drive/special/attic')).status).toBe(404)
    const work = await drive(ada)
    expect((await work.get('/me/drive/special/documents')).status).toBe(200)
    expect((await work.get('/me/drive/special/music')).status).toBe(404)
  })
})
