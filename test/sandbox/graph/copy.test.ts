import { describe, expect, it } from 'vitest'
import { type Answer, ada, call, control, drive, grace, type Json } from '../../helpers/sandbox/client.ts'
import { personOf, worldOfPlaces } from '../../helpers/sandbox/places.ts'

const children = '/me/drive/root/children'
const conflictProperty = '@microsoft.graph.conflictBehavior'

/** A drive with a small tree, and the outcome of copies in it. */
async function copying(username = ada) {
  const person = await drive(username)
  const { id: to } = (await person.make(children, 'to')).json
  await person.put('/me/drive/root:/from/sub/f.txt:/content', 'text')
  const copy = (path: string, body?: unknown) => person.post(`/me/drive/${path}`, body)
  /** Asks the monitor until it is done. No token goes there. */
  const outcome = async (answer: Answer): Promise<Json> => {
    expect(answer.status, answer.text).toBe(202)
    for (let asked = 0; asked < 10; asked++) {
      const { json } = await call(answer.headers.get('location') ?? '')
      if (json.status !== 'inProgress') return json
    }
    throw new Error('The copy has not ended.')
  }
  return { ...person, to: person.to, target: to, copy, outcome }
}

describe('a copy', () => {
  it('is told by its monitor, with a part of the way in between', async () => {
    const { to, get, target, copy } = await copying()
    await control(to, 'POST', 'settings', { copyPolls: 2 })
    const answer = await copy('root:/from:/copy', { parentReference: { id: target }, name: 'new' })
    const monitor = answer.headers.get('location') ?? ''
    const told = [(await call(monitor)).json, (await call(monitor)).json, (await call(monitor)).json]
    expect(told).toEqual([
      { operation: 'itemCopy', percentageComplete: 33.3, status: 'inProgress' },
      { operation: 'itemCopy', percentageComplete: 66.7, status: 'inProgress' },
      { percentageComplete: 100, resourceId: expect.any(String), status: 'completed' },
    ])
    const made = (await get('/me/drive/root:/to/new/sub/f.txt')).json
    expect(made).toMatchObject({ size: 4 })
    expect((await get(`/me/drive/items/${told[2].resourceId}`)).json.name).toBe('new')
    expect((await get('/me/drive/root:/from/sub/f.txt')).json.id).not.toBe(made.id)
    expect((await call(`${monitor}x`)).status).toBe(401)
  })

  it('of a taken name fails, is numbered, or replaces a file, as its address says', async () => {
    const { get, put, copy, outcome } = await copying()
    const again = (behavior: string) => outcome_(`root:/from/sub/f.txt:/copy?${conflictProperty}=${behavior}`)
    const outcome_ = async (path: string) => outcome(await copy(path))
    expect(await outcome(await copy('root:/from:/copy'))).toEqual({
      status: 'failed',
      error: { code: 'nameAlreadyExists', message: expect.any(String) },
    })
    expect((await again('rename')).status).toBe('completed')
    expect((await get('/me/drive/root:/from/sub/f 1.txt')).json.size).toBe(4)
    await put('/me/drive/root:/to/f.txt:/content', 'older')
    const { id } = (await get('/me/drive/root:/to')).json
    const replaced = await copy(`root:/from/sub/f.txt:/copy?${conflictProperty}=replace`, {
      parentReference: { id },
    })
    expect((await outcome(replaced)).status).toBe('completed')
    expect((await get('/me/drive/root:/to/f.txt')).json.size).toBe(4)
    const folder = await outcome_(`root:/from:/copy?${conflictProperty}=replace`)
    expect(folder.error.code).toBe('nameAlreadyExists')
  })

  it('knows no conflict behavior on personal drives', async () => {
    const { copy, outcome } = await copying(grace)
    expect((await outcome(await copy(`root:/from:/copy?${conflictProperty}=rename`))).status).toBe('failed')
    expect((await outcome(await copy('root:/from:/copy', { name: 'other' }))).status).toBe('completed')
  })

  it('may go into itself, and may be of the children only', async () => {
    const { get, copy, outcome } = await copying()
    const { id } = (await get('/me/drive/root:/from/sub')).json
    const inside = await copy('root:/from:/copy', { parentReference: { id }, name: 'again' })
    expect((await outcome(inside)).status).toBe('completed')
    expect((await get('/me/drive/root:/from/sub/again/sub/f.txt')).status).toBe(200)
    expect((await get('/me/drive/root:/from/sub/again/sub/again')).status).toBe(404)
    const { id: to } = (await get('/me/drive/root:/to')).json
    await outcome(await copy('root:/from:/copy', { parentReference: { id: to }, childrenOnly: true }))
    expect((await get('/me/drive/root:/to/sub/f.txt')).status).toBe(200)
  })

  it('of what is not there, or to where nothing is, is refused at once', async () => {
    const { copy } = await copying()
    expect((await copy('root:/nothing:/copy')).status).toBe(404)
    expect((await copy('root:/from:/copy', { parentReference: { id: 'nothing' } })).status).toBe(404)
    expect((await copy('root/copy', { name: 'x' })).status).toBe(400)
  })

  it('goes to another drive where the person may write, but not from work to personal', async () => {
    const { to, site } = await worldOfPlaces()
    const person = await personOf(to, ada)
    await person.put('/me/drive/root:/f.txt:/content', 'text')
    const copyTo = async (driveId: string) => {
      const answer = await person.post('/me/drive/root:/f.txt:/copy', {
        parentReference: { driveId, path: '/drive/root:' },
      })
      if (answer.status !== 202) return answer.status
      for (;;) {
        const { json } = await call(answer.headers.get('location') ?? '')
        if (json.status !== 'inProgress') return json.error?.code ?? json.status
      }
    }
    expect(await copyTo(site.drives[0].driveId)).toBe('completed')
    expect((await person.get(`/drives/${site.drives[0].driveId}/root:/f.txt`)).json.size).toBe(4)
    const other = await personOf(to, grace)
    const { id } = (await other.get('/me/drive')).json
    const { id: root } = (await other.get('/me/drive/root')).json
    expect(await copyTo(id)).toBe(403)
    await other.post(`/me/drive/items/${root}/invite`, { recipients: [{ email: ada }], roles: ['write'] })
    expect(await copyTo(id)).toBe('accessDenied')
    expect(await copyTo('nothing')).toBe(404)
  })
})
