import { describe, expect, it } from 'vitest'
import { type Answer, drive, type Json } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'
const names = ({ json }: Answer) => json.value.map((one: Json) => one.name)

describe('a search', () => {
  it('finds words in texts', async () => {
    const { get, put } = await drive()
    await put('/me/drive/root:/a.txt:/content', 'The Analytical Engine')
    await put('/me/drive/root:/a.bin:/content', 'The Analytical Engine')
    expect(names(await get("/me/drive/root/search(q='analytical')"))).toEqual(['a.txt'])
  })

  it('finds names anywhere below, whatever their case', async () => {
    const { get, make, put } = await drive()
    await make(children, 'Reports')
    await put('/me/drive/root:/Reports/old report.txt:/content', 'x')
    await make(children, "it's")
    const found = async (q: string, where = 'root') =>
      names(await get(`/me/drive/${where}/search(q='${q}')`)).sort()
    expect(await found('REPORT')).toEqual(['Reports', 'old report.txt'])
    expect(await found('report', 'root:/Reports:')).toEqual(['old report.txt'])
    expect(await found("it''s")).toEqual(["it's"])
    expect(await found('nothing')).toEqual([])
    expect(await found('')).toEqual(['Reports', "it's", 'old report.txt'].sort())
    const everywhere = await get("/me/drive/search(q='report')")
    expect(names(everywhere)).toHaveLength(2)
    // Work drives do not tell where and whose.
    expect(everywhere.json.value[0].parentReference).toBeUndefined()
    const page = await get("/me/drive/root/microsoft.graph.search(q='report')?$top=1")
    expect(page.json.value).toHaveLength(1)
    expect((await get(page.json['@odata.nextLink'])).json.value).toHaveLength(1)
    expect((await get('/me/drive/root/search')).status).toBe(400)
  })
})
