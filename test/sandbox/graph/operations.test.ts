import { describe, expect, it } from 'vitest'
import { type Answer, drive, graph, type Json } from '../../helpers/sandbox/client.ts'

const names = ({ json }: Answer) => json.value.map((one: Json) => one.name)

describe('operations', () => {
  it('that Graph has and the sandbox has not say so, at an item and at a drive', async () => {
    const { get } = await drive()
    for (const path of [
      'root/listItem',
      'root/workbook/worksheets',
      'root/name',
      'bundles',
      'list/items',
      'quota',
    ]) {
      const answer = await get(`/me/drive/${path}`)
      expect([answer.status, answer.json.error.code], path).toEqual([501, 'notInSandbox'])
      expect(answer.json.error.message).toMatch(/^The sandbox has no \w+; Microsoft Graph does\.$/)
    }
  })

  it('that do not exist anywhere are refused as Graph does, and so is a wrong method', async () => {
    const { get, to, accessToken } = await drive()
    for (const path of ['root/kids', 'root/versions/1/2/3', 'kids'])
      expect((await get(`/me/drive/${path}`)).json.error.code, path).toBe('BadRequest')
    expect((await graph(to, accessToken, 'PUT', '/me/drive/root/versions')).status).toBe(405)
    expect((await get('/me/drive/root/microsoft.graph.versions')).status).toBe(200)
  })

  it('of a drive list what was changed last, what is special, and how much there is', async () => {
    const { get, put } = await drive()
    for (const name of ['one', 'two', 'three']) await put(`/me/drive/root:/a/${name}:/content`, name)
    expect(names(await get('/me/drive/recent?$top=2'))).toEqual(['three', 'two'])
    await get('/me/drive/special/documents')
    expect(names(await get('/me/drive/special'))).toEqual(['Documents'])
    const count = await get('/me/drive/root:/a:/children/$count')
    expect([count.headers.get('content-type'), count.text]).toEqual(['text/plain', '3'])
  })
})
