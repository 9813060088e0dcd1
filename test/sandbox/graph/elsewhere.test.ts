import { expect, it } from 'vitest'
import { ada, drive, grace } from '../../helpers/sandbox/client.ts'

it('what Graph has besides drives is said to be there, and what nobody has is not', async () => {
  const { get } = await drive()
  for (const path of [
    '/me/messages',
    '/me/displayName',
    '/$metadata',
    '/',
    '/me/drive?$expand=root',
    `/users/${ada}/events?$top=1`,
    '/teams/x/channels',
    "/search/query('x')",
  ]) {
    const answer = await get(path)
    expect([answer.status, answer.json.error.code], path).toEqual([501, 'notInSandbox'])
  }
  for (const path of ['/me/drove', '/me/messages_', '/nothing'])
    expect((await get(path)).json.error.code, path).toBe('BadRequest')
})

it('a person is found by name and id as well, and only that one', async () => {
  const { get } = await drive()
  const { id } = (await get('/me')).json
  for (const who of [ada, id, encodeURIComponent(ada.toUpperCase())]) {
    expect((await get(`/users/${who}?$select=id`)).json.id, who).toBe(id)
    expect((await get(`/users/${who}/drive/root`)).json.root, who).toEqual({})
    expect((await get(`/users/${who}/drives`)).json.value, who).toHaveLength(1)
  }
  expect((await get(`/users/${grace}`)).json.error.code).toBe('Authorization_RequestDenied')
})
