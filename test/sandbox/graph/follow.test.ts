import { expect, it } from 'vitest'
import { ada, drive, grace, type Json } from '../../helpers/sandbox/client.ts'

it('an item of a work drive is followed, listed, and followed no more', async () => {
  const { put, post, get } = await drive(ada)
  const { id } = (await put('/me/drive/root:/f.txt:/content', 'x')).json
  const followed = async () => (await get('/me/drive/following')).json.value.map((one: Json) => one.id)
  expect((await post(`/me/drive/items/${id}/follow`, undefined)).json.id).toBe(id)
  expect(await followed()).toEqual([id])
  expect((await post(`/me/drive/items/${id}/unfollow`, undefined)).status).toBe(204)
  expect(await followed()).toEqual([])
  expect((await (await drive(grace)).get('/me/drive/following')).json.error.code).toBe('notSupported')
})
