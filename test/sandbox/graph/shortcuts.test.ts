import { describe, expect, it } from 'vitest'
import { type Answer, ada, control, grace, type Json } from '../../helpers/sandbox/client.ts'
import { charles, margaret, personOf, worldOfPlaces } from '../../helpers/sandbox/places.ts'

const refusal = ({ status, json }: Answer) => [status, json?.error.code]
const names = ({ json }: Answer) => json.value.map((one: Json) => one.name)
const withShortcuts = { prefer: 'Include-Feature=AddToOneDrive' }

/** A shortcut `/Own/Team` to a folder of somebody else's, where one may write. */
async function worldWithShortcut(username: string, owner: string) {
  const world = await worldOfPlaces()
  await world.arrange('rights', { in: owner, path: '/Of the team/Inner', username, role: 'write' })
  const to = { in: owner, path: '/Of the team' }
  await world.arrange('rights', { ...to, username, role: 'write' })
  const { remoteItem } = await world.arrange('shortcut', { username, at: '/Own/Team', to })
  return { ...world, remote: remoteItem, person: await personOf(world.to, username) }
}

describe('a shortcut to a shared folder', () => {
  it.each([
    ['work', ada, charles],
    ['personal', grace, margaret],
  ])('shows on a %s drive where it leads', async (_, username, owner) => {
    const { person, remote } = await worldWithShortcut(username, owner)
    const { json } = await person.get('/me/drive/root:/Own/Team')
    expect(json).toMatchObject({
      name: 'Team',
      remoteItem: {
        id: remote.id,
        name: 'Of the team',
        folder: { childCount: 1 },
        parentReference: { driveId: remote.driveId },
        webUrl: expect.stringMatching(/^http/),
      },
    })
    expect(json.folder).toBeUndefined()
    const there = `/drives/${remote.driveId}/items/${remote.id}`
    expect((await person.make(`${there}/children`, 'made there')).status).toBe(201)
    expect((await person.make(`${there}:/Inner:/children`, 'deep')).status).toBe(201)
  })

  it.each([
    ['work', ada, charles, 404, 'itemNotFound'],
    ['personal', grace, margaret, 400, 'invalidRequest'],
  ])('leads nowhere by its own path on a %s drive', async (kind, username, owner, status, code) => {
    const { person } = await worldWithShortcut(username, owner)
    const { id } = (await person.get('/me/drive/root:/Own/Team')).json
    for (const path of ['root:/Own/Team:/children', 'root:/Own/Team/Inner:/children', `items/${id}/children`])
      expect(refusal(await person.make(`/me/drive/${path}`, 'x')), path).toEqual([status, code])
    for (const path of ['root:/Own/Team/Inner', 'root:/Own/Team/Inner:/children', `items/${id}:/Inner`])
      expect(refusal(await person.get(`/me/drive/${path}`)), path).toEqual([status, code])
    expect(refusal(await person.put('/me/drive/root:/Own/Team/f:/content', 'x'))).toEqual([status, code])
    const own = await person.get(`/me/drive/items/${id}/children`)
    expect(kind === 'work' ? own.json.value : refusal(own)).toEqual(kind === 'work' ? [] : [status, code])
  })

  it('is hidden in lists and deltas without Prefer, but holds its name', async () => {
    const { person, to } = await worldWithShortcut(ada, charles)
    expect(names(await person.get('/me/drive/root:/Own:/children'))).toEqual([])
    expect(names(await person.get('/me/drive/root:/Own:/children', withShortcuts))).toEqual(['Team'])
    expect(names(await person.get('/me/drive/root/delta'))).toEqual(['root', 'Own'])
    expect(names(await person.get('/me/drive/root/delta', withShortcuts))).toEqual(['root', 'Own', 'Team'])
    expect((await person.make('/me/drive/root:/Own:/children', 'team')).status).toBe(409)
    await control(to, 'POST', 'settings', { moods: { [ada]: { shortcuts: 'listed' } } })
    expect(names(await person.get('/me/drive/root:/Own:/children'))).toEqual(['Team'])
  })

  it('is renamed, moved and deleted without its target', async () => {
    const { person, remote } = await worldWithShortcut(ada, charles)
    const moved = await person.patch('/me/drive/root:/Own/Team', {
      name: 'Renamed',
      parentReference: { path: '/drive/root:' },
    })
    expect(moved.json).toMatchObject({ name: 'Renamed', remoteItem: { name: 'Of the team' } })
    expect((await person.remove('/me/drive/root:/Renamed')).status).toBe(204)
    expect((await person.get(`/drives/${remote.driveId}/items/${remote.id}`)).status).toBe(200)
  })

  it('dangles when its target is deleted or was never there', async () => {
    const { person, to, remote, arrange } = await worldWithShortcut(ada, charles)
    await (await personOf(to, charles)).remove(`/me/drive/items/${remote.id}`)
    const { remoteItem } = (await person.get('/me/drive/root:/Own/Team')).json
    expect(remoteItem).toEqual({ id: remote.id, parentReference: { driveId: remote.driveId } })
    expect((await person.get(`/drives/${remote.driveId}/items/${remote.id}`)).status).toBeGreaterThan(400)
    await arrange('shortcut', { username: ada, at: '/Lost', dangling: true })
    const lost = (await person.get('/me/drive/root:/Lost')).json.remoteItem
    expect((await person.get(`/drives/${lost.parentReference.driveId}/items/${lost.id}`)).status).toBe(404)
  })

  it('is created from a remoteItem: by ids as on personal drives, by sharepointIds as on work drives', async () => {
    const { person, remote, site, to } = await worldWithShortcut(ada, charles)
    const shortcut = { id: remote.id, parentReference: { driveId: remote.driveId } }
    const made = await person.post('/me/drive/root/children', { name: 'Again', remoteItem: shortcut })
    expect([made.status, made.json.remoteItem.name]).toEqual([201, 'Of the team'])
    expect(
      (await person.post('/me/drive/root/children', { name: 'again', remoteItem: shortcut })).status,
    ).toBe(409)
    const { sharepointIds } = made.json.remoteItem
    const byIds = await person.post('/me/drive/root/children', {
      name: 'Third',
      remoteItem: { sharepointIds },
    })
    expect(byIds.json.remoteItem.id).toBe(remote.id)
    const [{ driveId }] = site.drives
    const library = (await person.get(`/drives/${driveId}/root?$select=sharepointIds`)).json.sharepointIds
    const whole = { ...library, listItemUniqueId: 'root' }
    const ofLibrary = { name: 'Project X', remoteItem: { sharepointIds: whole } }
    expect((await person.post('/me/drive/root/children', ofLibrary)).json.remoteItem.name).toBe('Documents')
    const stranger = await personOf(to, margaret)
    const refused = await stranger.post('/me/drive/root/children', { name: 'x', remoteItem: shortcut })
    expect(refusal(refused)).toEqual([403, 'accessDenied'])
  })
})
