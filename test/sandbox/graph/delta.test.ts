import { describe, expect, it } from 'vitest'
import { drive, type Json } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

describe('a delta', () => {
  it('lists everything at first, then changes and deletions', async () => {
    const { get, make, put, remove } = await drive()
    await make(children, 'a')
    await make('/me/drive/root:/a:/children', 'b')
    const { id } = (await make(children, 'c')).json
    const read = async (start: string) => {
      const seen: Json[] = []
      let answer = await get(start)
      for (; answer.json['@odata.nextLink']; answer = await get(answer.json['@odata.nextLink'])) {
        seen.push(...answer.json.value)
      }
      return { seen: [...seen, ...answer.json.value], link: answer.json['@odata.deltaLink'] as string }
    }
    const first = await read('/me/drive/root/delta?$top=2')
    expect(first.seen.map((one) => one.name)).toEqual(['root', 'a', 'b', 'c'])
    expect((await read(first.link)).seen).toEqual([])
    await put('/me/drive/root:/a/f:/content', 'x')
    await remove('/me/drive/root:/c')
    const second = await read(first.link)
    expect(second.seen.map((one) => one.name ?? one.id).sort()).toEqual(['a', 'f', 'root', id].sort())
    expect(second.seen.find((one) => one.id === id)).toEqual({ id, deleted: { state: 'deleted' } })
    expect((await read(second.link)).seen).toEqual([])
    const latest = await get('/me/drive/root/delta?token=latest')
    expect(latest.json.value).toEqual([])
    await make(children, 'd')
    expect((await read(latest.json['@odata.deltaLink'])).seen.map((one) => one.name)).toContain('d')
  })

  it('asks to start over for a token of another history', async () => {
    const { get } = await drive()
    for (const token of ['x', Buffer.from('["other",1,2,3]').toString('base64url')]) {
      const answer = await get(`/me/drive/root/delta(token='${token}')`)
      expect([answer.status, answer.json.error.code]).toEqual([410, 'resyncRequired'])
    }
    expect((await get('/me/drive/items/root:/nothing:/delta')).status).toBe(400)
  })
})
