import { describe, expect, it } from 'vitest'
import { type Answer, ada, type Json } from '../../helpers/sandbox/client.ts'
import { charles, personOf, worldOfPlaces } from '../../helpers/sandbox/places.ts'

const refusal = ({ status, json }: Answer) => [status, json?.error.code]
const denied = [403, 'accessDenied']

/** Charles has `/a/b` of the library, and nothing above it. */
async function deepRights(role: 'read' | 'write') {
  const world = await worldOfPlaces()
  const library = world.site.drives[0].driveId
  const place = await world.arrange('rights', { in: library, path: '/a/b', username: charles, role })
  const owner = await personOf(world.to, ada)
  await owner.make(`/drives/${library}/items/${place.itemId}/children`, 'c')
  await owner.put(`/drives/${library}/root:/a/b/f.txt:/content`, 'hello')
  await owner.put(`/drives/${library}/root:/a/above.txt:/content`, 'hello')
  return { ...world, library, place, owner, guest: await personOf(world.to, charles) }
}

describe('rights that begin at a folder', () => {
  it('reach what is in it, by id and by path', async () => {
    const { guest, library, place } = await deepRights('write')
    const start = `/drives/${library}/items/${place.itemId}`
    expect((await guest.get(start)).json.name).toBe('b')
    expect((await guest.get(`${start}/children`)).json.value).toHaveLength(2)
    expect((await guest.get(`${start}:/c`)).json.name).toBe('c')
    expect((await guest.get(`/drives/${library}/root:/a/b/c`)).json.name).toBe('c')
    expect((await guest.make(`${start}/children`, 'd')).json.createdBy.user.displayName).toBe(
      'Charles Babbage',
    )
    expect((await guest.put(`${start}:/g.txt:/content`, 'x')).status).toBe(201)
    expect((await guest.patch(`${start}:/g.txt`, { name: 'h.txt' })).status).toBe(200)
    expect((await guest.remove(`${start}:/h.txt`)).status).toBe(204)
  })

  it('reach nothing above it', async () => {
    const { guest, library, place, owner } = await deepRights('write')
    const above = (await owner.get(`/drives/${library}/root:/a`)).json.id
    for (const path of [
      '',
      '/root',
      '/root/children',
      '/root:/a',
      '/root:/a:/children',
      '/root/delta',
      `/items/${above}`,
    ])
      expect(refusal(await guest.get(`/drives/${library}${path}`)), path).toEqual(denied)
    expect(refusal(await guest.get(`/drives/${library}/root:/a/none`))).toEqual([404, 'itemNotFound'])
    expect(refusal(await guest.get(`/drives/${library}/root:/a/b/none`))).toEqual([404, 'itemNotFound'])
    expect(refusal(await guest.make(`/drives/${library}/items/${above}/children`, 'x'))).toEqual(denied)
    expect(refusal(await guest.put(`/drives/${library}/root:/a/x.txt:/content`, 'x'))).toEqual(denied)
    const move = { parentReference: { id: above } }
    expect(refusal(await guest.patch(`/drives/${library}/items/${place.itemId}:/c`, move))).toEqual(denied)
    const { parentReference } = (await guest.get(`/drives/${library}/items/${place.itemId}`)).json
    expect(Object.keys(parentReference).sort()).toEqual(['driveId', 'driveType', 'siteId'])
    const inside = (await guest.get(`/drives/${library}/items/${place.itemId}:/c`)).json.parentReference
    expect([inside.id, inside.path]).toEqual([place.itemId, undefined])
  })

  it('to read only refuse every change', async () => {
    const { guest, library, place } = await deepRights('read')
    const start = `/drives/${library}/items/${place.itemId}`
    expect((await guest.get(`${start}:/f.txt:/content`)).status).toBe(302)
    const changes = [
      await guest.make(`${start}/children`, 'x'),
      await guest.put(`${start}:/x.txt:/content`, 'x'),
      await guest.put(`${start}:/f.txt:/content`, 'x'),
      await guest.post(`${start}:/x.txt:/createUploadSession`, {}),
      await guest.patch(`${start}:/c`, { name: 'x' }),
      await guest.remove(`${start}:/c`),
    ]
    expect(changes.map(refusal)).toEqual(changes.map(() => denied))
  })

  it('end when they are withdrawn', async () => {
    const { guest, library, place, arrange } = await deepRights('write')
    const path = `/drives/${library}/items/${place.itemId}`
    expect((await guest.get('/me/drive/sharedWithMe')).json.value.map((one: Json) => one.name)).toEqual(['b'])
    await arrange('rights', { in: library, path: '/a/b', username: charles, role: 'none' })
    expect(refusal(await guest.get(path))).toEqual(denied)
    expect((await guest.get('/me/drive/sharedWithMe')).json.value).toEqual([])
  })
})
