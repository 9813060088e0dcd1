import { describe, expect, it } from 'vitest'
import { ada, drive, grace, graph } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

async function emptied(username: string) {
  const person = await drive(username)
  await person.make(children, 'a')
  const { id } = (await person.put('/me/drive/root:/a/f.txt:/content', 'text')).json
  const folder = (await person.get('/me/drive/root:/a')).json.id as string
  const send = (path: string, body?: unknown) => graph(person.to, person.accessToken, 'POST', path, body)
  return { ...person, id, folder, send }
}

describe('the recycle bin', () => {
  it('of a personal drive gives back a folder with all that was in it', async () => {
    const { get, remove, make, id, folder, send } = await emptied(grace)
    await remove(`/me/drive/items/${folder}`)
    const { quota } = (await get('/me/drive')).json
    expect([quota.used, quota.deleted]).toEqual([0, 4])
    await make(children, 'A')
    expect((await send(`/me/drive/items/${folder}/restore`)).status).toBe(409)
    const answer = await send(`/me/drive/items/${folder}/restore`, { name: 'b' })
    expect([answer.status, answer.json.name, answer.json.id]).toEqual([200, 'b', folder])
    expect((await get('/me/drive/root:/b/f.txt')).json.id).toBe(id)
    expect((await get('/me/drive')).json.quota).toMatchObject({ used: 4, deleted: 0 })
    expect((await send(`/me/drive/items/${folder}/restore`)).status).toBe(404)
  })

  it('of a personal drive gives back into another folder only once the first is gone', async () => {
    const { get, remove, make, id, folder, send } = await emptied(grace)
    await remove(`/me/drive/items/${id}`)
    await remove(`/me/drive/items/${folder}`)
    expect((await send(`/me/drive/items/${id}/restore`)).status).toBe(404)
    const { id: other } = (await make(children, 'other')).json
    expect((await send(`/me/drive/items/${id}/restore`, { parentReference: { id: other } })).status).toBe(200)
    expect((await get('/me/drive/root:/other/f.txt')).json.id).toBe(id)
  })

  it('of a work drive can be passed by, and gives nothing back', async () => {
    const { get, remove, id, folder, send } = await emptied(ada)
    expect((await send(`/me/drive/items/${id}/permanentDelete`)).status).toBe(204)
    expect((await get('/me/drive')).json.quota).toMatchObject({ used: 0, deleted: 0 })
    await remove(`/me/drive/items/${folder}`)
    expect((await send(`/me/drive/items/${folder}/restore`)).json.error.code).toBe('notSupported')
    const personal = await emptied(grace)
    const refused = await personal.send(`/me/drive/items/${personal.id}/permanentDelete`)
    expect([refused.status, refused.json.error.code]).toEqual([501, 'notSupported'])
  })
})
