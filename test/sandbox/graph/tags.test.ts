import { describe, expect, it } from 'vitest'
import { ada, drive, grace, graph } from '../../helpers/sandbox/client.ts'

describe.each([
  ['work', ada],
  ['personal', grace],
])('the tags of a %s drive', (kind, username) => {
  it('change with the item, and with the content', async () => {
    const { get, put, make, to, accessToken } = await drive(username)
    const patch = (id: string, body: object, headers = {}) =>
      graph(to, accessToken, 'PATCH', `/me/drive/items/${id}`, body, headers)
    const { id: folder } = (await make('/me/drive/root/children', 'a')).json
    const made = (await put('/me/drive/root:/a/f.txt:/content', 'one')).json
    const renamed = (await patch(made.id, { name: 'g.txt' })).json
    expect(renamed.eTag).not.toBe(made.eTag)
    expect(renamed.cTag).toBe(made.cTag)
    const written = (await put(`/me/drive/items/${made.id}/content`, 'two')).json
    expect(written.eTag).not.toBe(renamed.eTag)
    expect(written.cTag).not.toBe(renamed.cTag)

    // The content of a folder is what is in it, however deep. Only personal drives have a tag for it.
    const folderNow = async () => (await get(`/me/drive/items/${folder}`)).json
    const before = await folderNow()
    await patch(made.id, { name: 'h.txt' })
    const inside = await folderNow()
    expect(inside.eTag).toBe(before.eTag)
    expect(inside.cTag === before.cTag).toBe(kind === 'work')
    const moved = (await patch(folder, { name: 'b' })).json
    expect(moved.eTag).not.toBe(inside.eTag)
    expect(moved.cTag).toBe(inside.cTag)
    expect(moved.cTag === undefined).toBe(kind === 'work')
  })

  it('are conditions, either of them, in quotes or in a list', async () => {
    const { get, put, to, accessToken } = await drive(username)
    const path = '/me/drive/root:/f.txt:/content'
    const { id, eTag, cTag } = (await put(path, 'one')).json
    const status = async (headers: Record<string, string>) =>
      (await graph(to, accessToken, 'PATCH', `/me/drive/items/${id}`, { name: 'f.txt' }, headers)).status
    const bare = (tag: string) => tag.replace(/^"|"$/g, '')
    for (const tag of [eTag, cTag, bare(eTag), `"${bare(cTag)}"`, `"x", ${eTag}`, '*'])
      expect(await status({ 'if-match': tag }), tag).toBe(200)
    for (const tag of ['"other"', `${bare(eTag)}0`]) expect(await status({ 'if-match': tag }), tag).toBe(412)
    for (const tag of [eTag, cTag])
      expect((await get(`/me/drive/items/${id}`, { 'if-none-match': tag })).status).toBe(304)
    const fresh = async (name: string) =>
      (await graph(to, accessToken, 'PUT', `/me/drive/root:/${name}:/content`, 'x', { 'if-none-match': '*' }))
        .status
    expect([await fresh('f.txt'), await fresh('new.txt')]).toEqual([412, 201])
  })
})
