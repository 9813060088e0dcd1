import { describe, expect, it } from 'vitest'
import { type Answer, ada, control, drive, grace, graph, type Json } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

/** Reads all pages of a delta. */
async function read(get: (path: string) => Promise<Answer>, start: string) {
  const seen: Json[] = []
  let answer = await get(start)
  for (; answer.json['@odata.nextLink']; answer = await get(answer.json['@odata.nextLink'])) {
    seen.push(...answer.json.value)
  }
  return { seen: [...seen, ...answer.json.value], link: answer.json['@odata.deltaLink'] as string }
}

const names = (seen: Json[]) => seen.map((one) => one.name ?? one.id)

describe('a delta', () => {
  it('lists everything at first, then changes and deletions', async () => {
    const { get, make, put, remove } = await drive()
    await make(children, 'a')
    await make('/me/drive/root:/a:/children', 'b')
    const { id } = (await make(children, 'c')).json
    const first = await read(get, '/me/drive/root/delta?$top=2')
    expect(names(first.seen)).toEqual(['root', 'a', 'b', 'c'])
    expect((await read(get, first.link)).seen).toEqual([])
    await put('/me/drive/root:/a/f:/content', 'x')
    await remove('/me/drive/root:/c')
    const second = await read(get, first.link)
    expect(names(second.seen).sort()).toEqual(['a', 'f', 'root', id].sort())
    expect((await read(get, second.link)).seen).toEqual([])
    const latest = await get('/me/drive/root/delta?token=latest')
    expect(latest.json.value).toEqual([])
    await make(children, 'd')
    expect(names((await read(get, latest.json['@odata.deltaLink'])).seen)).toContain('d')
  })

  it.each([
    ['work', ada],
    ['personal', grace],
  ])('leaves out on a %s drive what Microsoft’s tables leave out', async (kind, username) => {
    const { to, get, put, make, remove } = await drive(username)
    const { id: folder } = (await make(children, 'a')).json
    const { id: file } = (await put('/me/drive/root:/a/f:/content', 'x')).json
    const first = await read(get, '/me/drive/root/delta')
    const { parentReference, cTag } = first.seen.find((one) => one.id === file)
    expect(parentReference).toMatchObject({ id: folder, driveId: expect.any(String) })
    // Real drives tell the path, Microsoft's page says that they do not.
    expect(parentReference.path).toMatch(/root:\/a$/)
    await control(to, 'POST', 'settings', { moods: { [username]: { deltaPaths: 'omitted' } } })
    for (const one of (await read(get, '/me/drive/root/delta')).seen)
      expect(one.parentReference.path).toBeUndefined()
    expect(cTag === undefined).toBe(kind === 'work')
    await remove(`/me/drive/items/${file}`)
    await remove(`/me/drive/items/${folder}`)
    const gone = (await read(get, first.link)).seen.filter((one) => one.deleted)
    expect(gone.map((one) => [one.id, one.name, one.size, Boolean(one.file), Boolean(one.folder)])).toEqual(
      kind === 'work'
        ? [
            [file, undefined, 1, true, false],
            [folder, undefined, 0, false, true],
          ]
        : [
            [file, 'f', undefined, true, false],
            [folder, 'a', undefined, false, true],
          ],
    )
    expect(gone[0].parentReference.id).toBe(folder)
  })

  it('keeps its pages apart, whatever changes between them', async () => {
    const { get, make, remove } = await drive()
    for (let number = 0; number < 6; number++) await make(children, `f${number}`)
    const first = (await get('/me/drive/root/delta?$top=3&$select=name')).json
    await remove('/me/drive/root:/f0')
    await make(children, 'a')
    const rest = await read(get, first['@odata.nextLink'])
    expect(names([...first.value, ...rest.seen])).toEqual(['root', 'f0', 'f1', 'f2', 'f3', 'f4', 'f5'])
    expect(names((await read(get, rest.link)).seen).filter((name) => /^[af]/.test(name))).toEqual(['a'])
  })

  it('is of the root by any address; of another folder on personal drives alone', async () => {
    const work = await drive(ada)
    const { id: root } = (await work.get('/me/drive/root')).json
    const { id: driveId } = (await work.get('/me/drive')).json
    for (const path of [
      `/me/drive/items/${root}`,
      `/drives/${driveId}/items/root`,
      `/drives/${driveId}/root`,
    ])
      expect(names((await read(work.get, `${path}/delta`)).seen), path).toEqual(['root'])
    await work.make(children, 'a')
    expect((await work.get('/me/drive/root:/a:/delta')).status).toBe(400)
    expect((await work.get('/me/drive/root:/nothing:/delta')).status).toBe(404)

    const { get, make, put, to, accessToken } = await drive(grace)
    for (const name of ['in', 'out', 'delta']) await make(children, name)
    await put('/me/drive/root:/out/b/c:/content', 'x')
    const first = await read(get, '/me/drive/root:/in:/microsoft.graph.delta()')
    expect(names(first.seen)).toEqual(['in'])
    const move = async (from: string, into: string) => {
      const { id } = (await get(`/me/drive/root:/${into}`)).json
      await graph(to, accessToken, 'PATCH', `/me/drive/root:/${from}`, { parentReference: { id } })
    }
    await move('out/b', 'in')
    const second = await read(get, first.link)
    expect(names(second.seen)).toEqual(['in', 'b', 'c'])
    await move('in/b', 'out')
    const third = (await read(get, second.link)).seen
    expect(third.map((one) => [one.name, Boolean(one.deleted)])).toEqual([
      ['in', false],
      ['b', true],
      ['c', true],
    ])
    expect(names((await read(get, '/me/drive/root:/delta:/delta')).seen)).toEqual(['delta'])
  })

  it('takes a time as its token on work drives', async () => {
    const { to, get, make } = await drive()
    await make(children, 'old')
    await control(to, 'POST', 'settings', { clockSkewSeconds: 3600 })
    const time = new Date(Date.now() + 1_800_000).toISOString()
    await make(children, 'new')
    const answer = await read(get, `/me/drive/root/delta?$deltatoken=${encodeURIComponent(time)}`)
    expect(names(answer.seen)).toEqual(['root', 'new'])
  })

  it('says where to start over, for a token of another history or folder', async () => {
    const { to, get, make } = await drive(grace)
    await make(children, 'a')
    const { link } = await read(get, '/me/drive/root:/a:/delta')
    const foreign = new URL(link).searchParams.get('token')
    for (const token of ['x', Buffer.from('["other",1,2,3]').toString('base64url'), foreign]) {
      const answer = await get(`/me/drive/root/delta(token='${token}')`)
      expect([answer.status, answer.json.error.code]).toEqual([410, 'resyncRequired'])
      expect(answer.headers.get('location')).toBe(`${to.origin}/v1.0/me/drive/root/delta`)
    }
  })
})
