import { expect, it } from 'vitest'
import { ada, drive, grace } from '../../helpers/sandbox/client.ts'

it('a file of a work drive is checked out once, and checked in again', async () => {
  const { put, post, make } = await drive(ada)
  await put('/me/drive/root:/f.txt:/content', 'x')
  const to = async (action: string, body?: unknown) =>
    (await post(`/me/drive/root:/f.txt:/${action}`, body)).status
  expect(await to('checkin', { comment: 'none' })).toBe(400)
  expect([await to('checkout'), await to('checkout')]).toEqual([204, 423])
  expect(await to('checkin', { comment: 1 })).toBe(400)
  expect(await to('checkin', { comment: 'Done', checkInAs: 'nonsense' })).toBe(400)
  expect(await to('checkin', { comment: 'Done', checkInAs: 'published' })).toBe(204)
  expect([await to('checkout'), await to('checkin', { comment: '', checkInAs: '' })]).toEqual([204, 204])
  expect([await to('checkout'), await to('discardCheckout')]).toEqual([204, 204])
  await make('/me/drive/root/children', 'a')
  expect((await post('/me/drive/root:/a:/checkout', undefined)).status).toBe(400)
  const personal = await drive(grace)
  await personal.put('/me/drive/root:/f.txt:/content', 'x')
  const refused = await personal.post('/me/drive/root:/f.txt:/checkout', undefined)
  expect([refused.status, refused.json.error.code]).toEqual([501, 'notSupported'])
})
