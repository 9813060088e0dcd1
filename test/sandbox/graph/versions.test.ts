import { describe, expect, it } from 'vitest'
import { download, drive, graph, type Json } from '../../helpers/sandbox/client.ts'

const file = '/me/drive/root:/f.txt:'

/** A file that was written three times. */
async function written() {
  const person = await drive()
  for (const text of ['one', 'two!', 'three']) await person.put(`${file}/content`, text)
  const list = async () =>
    (await person.get(`${file}/versions`)).json.value.map((one: Json) => [one.id, one.size])
  const content = async (path: string) => {
    const answer = await person.get(path)
    return answer.status === 302
      ? (await download(answer.headers.get('location') ?? '')).bytes.toString()
      : answer.status
  }
  const send = (method: string, path: string) => graph(person.to, person.accessToken, method, path)
  return { ...person, list, content, send }
}

describe('the versions of a file', () => {
  it('are listed, read, restored and deleted', async () => {
    const { get, list, content, send } = await written()
    const three = [['3.0', 5], ['2.0', 4], ['1.0', 3]] // biome-ignore format: a table
    expect(await list()).toEqual(three)
    expect((await get(`${file}?$expand=versions`)).json.versions).toHaveLength(3)
    expect((await get(`${file}/versions/2.0`)).json).toMatchObject({ id: '2.0', size: 4 })
    expect(await content(`${file}/versions/2.0/content`)).toBe('two!')
    expect(await content(`${file}/versions/current/content`)).toBe('three')
    expect((await send('POST', `${file}/versions/1.0/restoreVersion`)).status).toBe(204)
    expect(await content(`${file}/content`)).toBe('one')
    expect(await list()).toEqual([['4.0', 3], ...three])
    expect((await send('DELETE', `${file}/versions/3.0`)).status).toBe(204)
    expect((await send('DELETE', `${file}/versions/4.0`)).status).toBe(400)
    expect(await content(`${file}/versions/3.0/content`)).toBe(404)
    expect(await list()).toEqual([
      ['4.0', 3],
      ['2.0', 4],
      ['1.0', 3],
    ])
  })

  it('do not count against the quota, and a folder has none', async () => {
    const { get, make } = await written()
    expect((await get('/me/drive')).json.quota.used).toBe(5)
    await make('/me/drive/root/children', 'a')
    expect((await get('/me/drive/root:/a:/versions')).json.value).toEqual([])
    expect((await get(`${file}/versions/9.0`)).status).toBe(404)
  })
})
