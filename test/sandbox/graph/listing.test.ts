import { describe, expect, it } from 'vitest'
import { drive, type Json } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

describe('listing', () => {
  it('pages through the children, each once, by opaque links', async () => {
    const { make, get } = await drive()
    const names = Array.from({ length: 25 }, (_, index) => `Folder ${index}`)
    for (const name of names) await make(children, name)
    const seen: string[] = []
    let url = `${children}?$top=10&$select=name`
    const sizes: number[] = []
    while (url) {
      const { json } = await get(url)
      seen.push(...json.value.map((one: Json) => one.name))
      sizes.push(json.value.length)
      url = json['@odata.nextLink']
    }
    expect(sizes).toEqual([10, 10, 5])
    expect(seen.sort()).toEqual(names.sort())
  })

  it('gives 200 a page unless told otherwise, and at most 1000', async () => {
    const { make, get } = await drive()
    await Promise.all(Array.from({ length: 201 }, (_, index) => make(children, `f${index}`)))
    const { json } = await get(children)
    expect([json.value.length, json['@odata.nextLink']]).toEqual([
      200,
      expect.stringContaining('$skiptoken='),
    ])
    expect((await get(`${children}?$top=1000`)).json.value).toHaveLength(201)
    for (const query of ['$top=1001', '$top=0', '$top=x', '$skip=1', '$skiptoken=x']) {
      expect((await get(`${children}?${query}`)).status, query).toBe(400)
    }
  })

  it('reads the names of query options, percent-encoded or not', async () => {
    const { make, get } = await drive()
    await make(children, 'a')
    await make(children, 'b')
    expect((await get(`${children}?top=1`)).json.value).toHaveLength(1)
    expect((await get(`${children}?%24top=1`)).json.value).toHaveLength(1)
    expect((await get(`${children}?%24top=1&%24select=name`)).json.value).toEqual([{ name: 'a' }])
    expect((await get(`${children}?$TOP=1`)).json.value).toHaveLength(2)
  })
})
