import { describe, expect, it } from 'vitest'
import { type Answer, control, drive, type Json } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'
const names = ({ json }: Answer) => json.value.map((one: Json) => one.name)

describe('the order of a listing', () => {
  it('is by name, size or date, up or down, on every page', async () => {
    const { to, get, put } = await drive()
    for (const [index, [name, text]] of [
      ['b', '22'],
      ['c', '1'],
      ['A', '333'],
    ].entries()) {
      await control(to, 'POST', 'settings', { clockSkewSeconds: index * 10 })
      await put(`/me/drive/root:/${name}:/content`, text ?? '')
    }
    const ordered = async (by: string) => {
      const found: string[] = []
      let next = `${children}?$top=2&$select=name&$orderby=${encodeURIComponent(by)}`
      while (next) {
        const answer = await get(next)
        found.push(...names(answer))
        next = answer.json['@odata.nextLink']
      }
      return found.join('')
    }
    expect(await ordered('name')).toBe('Abc')
    expect(await ordered('name desc')).toBe('cbA')
    expect(await ordered('size')).toBe('cbA')
    expect(await ordered('size desc')).toBe('Abc')
    expect(await ordered('lastModifiedDateTime asc')).toBe('bcA')
    for (const by of ['id', 'name down', 'name,id', ''])
      expect((await get(`${children}?$orderby=${encodeURIComponent(by)}`)).status, by).toBe(400)
  })
})
