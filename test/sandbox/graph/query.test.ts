import { describe, expect, it } from 'vitest'
import { type Answer, drive, type Json } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'
const names = ({ json }: Answer) => json.value.map((one: Json) => one.name).join(' ')

/** A drive with two folders and three files. */
async function filled() {
  const person = await drive()
  await person.make(children, 'Alpha')
  await person.make(children, "it's")
  await person.put('/me/drive/root:/Alpha/inner.txt:/content', 'x')
  for (const [name, text] of Object.entries({ 'b.txt': '22', 'c.pdf': '1', 'd.txt': '333' }))
    await person.put(`/me/drive/root:/${name}:/content`, text)
  return person
}

describe('a filter', () => {
  it('chooses by facet, name, size and date, on every page', async () => {
    const { get } = await filled()
    const found = async (filter: string) => {
      const pages: string[] = []
      let next = `${children}?$top=1&%24filter=${encodeURIComponent(filter)}`
      while (next) {
        const answer = await get(next)
        pages.push(names(answer))
        next = answer.json['@odata.nextLink']
      }
      return pages.filter((one) => one !== '').join(' ')
    }
    expect(await found('folder ne null')).toBe("Alpha it's")
    expect(await found('file ne null and size gt 1')).toBe('b.txt d.txt')
    expect(await found("name eq 'ALPHA' or name eq 'it''s'")).toBe("Alpha it's")
    expect(await found("startswith(name,'b') or endswith(name,'.pdf')")).toBe('b.txt c.pdf')
    expect(await found("not (contains(name, '.txt') eq true) and folder eq null")).toBe('c.pdf')
    expect(await found("file/mimeType eq 'application/pdf'")).toBe('c.pdf')
    expect(await found('lastModifiedDateTime lt 2001-01-01T00:00:00Z')).toBe('')
    expect(await found('createdDateTime ge 2001-01-01')).toBe("Alpha b.txt c.pdf d.txt it's")
  })

  it('that makes no sense is refused', async () => {
    const { get } = await drive()
    for (const filter of [
      'colour eq 1',
      "name eq 'x",
      'name',
      'name like 1',
      "name eq 'x')",
      '',
      '(name eq 1',
    ])
      expect((await get(`${children}?$filter=${encodeURIComponent(filter)}`)).json.error?.code, filter).toBe(
        'BadRequest',
      )
  })
})

describe('what is included', () => {
  it('has options of its own', async () => {
    const { get } = await filled()
    const expanded = (what: string) => get(`/me/drive/root?$select=name&$expand=${encodeURIComponent(what)}`)
    expect((await expanded('children($select=name;$top=2;$orderby=size desc,name)')).json).toEqual({
      '@odata.context': expect.any(String),
      name: 'root',
      children: [{ name: 'd.txt' }, { name: 'b.txt' }],
    })
    const deeper = await expanded('children($select=name;$expand=children($select=name)),thumbnails')
    expect(deeper.json.children[0]).toEqual({ name: 'Alpha', children: [{ name: 'inner.txt' }] })
    expect(deeper.json.thumbnails).toEqual([])
    expect((await get(`${children}?$expand=children&$select=name&$top=1`)).json.value).toEqual([
      { name: 'Alpha', children: [expect.objectContaining({ name: 'inner.txt' })] },
    ])
  })

  it('and is not here is said to be in Graph', async () => {
    const { get } = await drive()
    const answer = await get('/me/drive/root?$expand=listItem')
    expect([answer.status, answer.json.error.code]).toEqual([501, 'notInSandbox'])
    expect((await get('/me/drive/root?$expand=kids')).json.error.code).toBe('BadRequest')
  })
})

it('orders by several properties, counts, and refuses what drives cannot do', async () => {
  const { get } = await filled()
  const ordered = async (by: string) => names(await get(`${children}?$orderby=${encodeURIComponent(by)}`))
  expect(await ordered('size desc,name desc')).toBe("d.txt b.txt c.pdf Alpha it's")
  expect(await ordered('createdDateTime DESC, name')).toMatch(/^[a-d]\..*Alpha/)
  expect((await get(`${children}?$count=true&$top=1`)).json['@odata.count']).toBe(5)
  for (const query of ['$count=x', '$search=x', '$apply=x', '$skip=1'])
    expect((await get(`${children}?${query}`)).status, query).toBe(400)
  expect((await get(`${children}?$select=name,content.downloadUrl&$filter=size eq 2`)).json.value).toEqual([
    { name: 'b.txt', '@microsoft.graph.downloadUrl': expect.any(String) },
  ])
})
