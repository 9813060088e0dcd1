import { describe, expect, it } from 'vitest'
import { ada, type Json } from '../../helpers/sandbox/client.ts'
import { charles, personOf, worldOfPlaces } from '../../helpers/sandbox/places.ts'

/** Ada's folder and a file in it, with Charles invited to the folder. */
async function shared() {
  const world = await worldOfPlaces()
  const owner = await personOf(world.to, ada)
  const guest = await personOf(world.to, charles)
  const { id: folder } = (await owner.make('/me/drive/root/children', 'a')).json
  const { id: file } = (await owner.put('/me/drive/root:/a/f.txt:/content', 'x')).json
  const { id: drive } = (await owner.get('/me/drive')).json
  const invited = await owner.post(`/me/drive/items/${folder}/invite`, {
    recipients: [{ email: charles }],
    roles: ['read'],
    requireSignIn: true,
    sendInvitation: false,
  })
  return { ...world, owner, guest, folder, file, drive, invited }
}

const rolesOf = (json: Json) =>
  json.value.map((one: Json) => [one.roles[0], one.grantedToV2?.user.displayName ?? one.link.type])

describe('permissions', () => {
  it('are given by an invitation, changed, and taken away', async () => {
    const { owner, guest, folder, file, drive, invited } = await shared()
    expect([invited.status, rolesOf(invited.json)]).toEqual([200, [['read', 'Charles Babbage']]])
    const path = `/me/drive/items/${folder}/permissions`
    const { id } = invited.json.value[0]
    expect(rolesOf((await owner.get(path)).json)).toEqual([
      ['owner', 'Ada Lovelace'],
      ['read', 'Charles Babbage'],
    ])
    const write = () => guest.put(`/drives/${drive}/items/${file}/content`, 'y')
    expect((await write()).status).toBe(403)
    expect((await owner.patch(`${path}/${id}`, { roles: ['write'] })).json.roles).toEqual(['write'])
    expect((await write()).status).toBe(200)
    expect((await owner.get(`${path}/${id}`)).json.roles).toEqual(['write'])
    expect((await owner.remove(`${path}/${id}`)).status).toBe(204)
    expect((await write()).status).toBe(403)
    expect((await owner.get(`${path}/${id}`)).status).toBe(404)
  })

  it('come down from the folders above, and stay there', async () => {
    const { owner, folder, file, invited } = await shared()
    const { id } = invited.json.value[0]
    const path = `/me/drive/items/${file}/permissions`
    expect((await owner.get(path)).json.value[1].inheritedFrom.id).toBe(folder)
    expect((await owner.remove(`${path}/${id}`)).status).toBe(400)
    expect((await owner.patch(`${path}/${id}`, { roles: ['write'] })).status).toBe(400)
    expect((await owner.get(`/me/drive/items/${file}?$expand=permissions`)).json.permissions).toHaveLength(2)
  })

  it('are sharing links as well, which end when they are deleted', async () => {
    const { owner, file } = await shared()
    const path = `/me/drive/items/${file}/permissions`
    const { id, link } = (await owner.post(`/me/drive/items/${file}/createLink`, { type: 'edit' })).json
    expect((await owner.get(`${path}/${id}`)).json.link).toEqual(link)
    expect((await owner.patch(`${path}/${id}`, { roles: ['read'] })).status).toBe(400)
    expect((await owner.remove(`${path}/${id}`)).status).toBe(204)
    expect((await owner.get(`${path}/${id}`)).status).toBe(404)
  })
})

it('an invitation names people that exist, and one role', async () => {
  const { owner, folder } = await shared()
  const status = async (body: object) => {
    const answer = await owner.post(`/me/drive/items/${folder}/invite`, body)
    return [answer.status, answer.json.error?.innerError.code]
  }
  const roles = ['write']
  expect(await status({ recipients: [{ alias: 'charles' }], roles })).toEqual([200, undefined])
  expect(await status({ recipients: [{ email: 'no@body.example' }], roles })).toEqual([
    400,
    'noResolvedUsers',
  ])
  expect((await status({ recipients: [], roles }))[0]).toBe(400)
  expect((await status({ recipients: [{ email: charles }], roles: ['rule'] }))[0]).toBe(400)
})
