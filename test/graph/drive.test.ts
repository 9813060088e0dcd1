import { describe, expect, it } from 'vitest'
import {
  addressOf,
  driveTypeOf,
  findChild,
  getItem,
  getItemOrListed,
  nextPage,
  pagesOf,
} from '../../src/graph/drive.ts'
import { ownPlace } from '../../src/graph/place.ts'
import {
  answerOf,
  fakeGraph,
  aFile as file,
  aFolder as folder,
  missing,
  ok,
} from '../helpers/microsoft/fake-graph.ts'

describe('the address of an item', () => {
  const names = (count: number) => Array.from({ length: count }, (_, n) => `n${n + 1}`)

  it.each([
    [[], '/me/drive/root'],
    [['a b', 'c#'], '/me/drive/root:/a%20b/c%23:'],
    [names(25), `/me/drive/root:/${names(25).join('/')}:`],
  ])('of %j needs no look-up', async (path, address) => {
    const graph = fakeGraph(() => missing)
    expect(await addressOf(graph, ownPlace(path))).toBe(address)
    expect(graph.asked).toEqual([])
  })

  it('that is deep is below the ID of an ancestor', async () => {
    const graph = fakeGraph((what) => ok({ id: what.includes('items') ? 'deeper' : 'deep/er' }))
    expect(await addressOf(graph, ownPlace(names(52)))).toBe('/me/drive/items/deeper:/n51/n52:')
    expect(graph.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /me/drive/root:/${names(25).join('/')}:?$select=id,remoteItem`,
      `GET /me/drive/items/deep%2Fer:/${names(50).slice(25).join('/')}:?$select=id,remoteItem`,
    ])
  })

  it('does not exist below an ancestor without an ID, or with a refusal that has one', async () => {
    const odd = fakeGraph(() => ok({}))
    await expect(addressOf(odd, ownPlace(names(26)))).rejects.toMatchObject({
      message: expect.stringContaining('/n25'),
    })
    const refused = fakeGraph(() => ({ status: 403, json: { id: 'x', error: { code: 'accessDenied' } } }))
    await expect(addressOf(refused, ownPlace(names(26)))).rejects.toMatchObject({ kind: 'not-allowed' })
    expect(refused.asked).toHaveLength(1)
  })

  it('below an ancestor that does not exist names that ancestor', async () => {
    const graph = fakeGraph((what) => (what.includes('items') ? missing : ok({ id: 'x' })))
    await expect(addressOf(graph, ownPlace(names(52)))).rejects.toMatchObject({
      kind: 'not-found',
      message: `Looking for "/${names(50).join('/')}" failed: Not found.`,
    })
  })
})

describe('reading an item', () => {
  const fields = '$select=id,name,webUrl,folder,file,package,remoteItem,createdDateTime'

  it('requests it by its path, closed with a colon', async () => {
    const graph = fakeGraph(() => ok(folder('a')))
    expect((await getItem(graph, ownPlace(['a']))).json).toMatchObject({ name: 'a' })
    await getItem(graph, ownPlace([]))
    expect(graph.asked.map(({ path }) => path)).toEqual([
      `/me/drive/root:/a:?${fields}`,
      `/me/drive/root?${fields}`,
    ])
  })

  it('goes through the list of its parent when the path finds nothing', async () => {
    const children = { value: [file('x'), folder('CAF\u00c9'), folder('y')] }
    const graph = fakeGraph((what) => (what.endsWith('/children') ? ok(children) : missing))
    expect((await getItemOrListed(graph, ownPlace(['p', 'cafe\u0301'])))?.json).toMatchObject({
      name: 'CAF\u00c9',
    })
    expect(graph.asked[1]?.path).toBe(`/me/drive/root:/p:/children?$top=200&${fields}`)
    expect(await getItemOrListed(graph, ownPlace(['p', 'none']))).toBeUndefined()
  })

  it('lists nothing where an item with a similar name exists', async () => {
    const json = { error: { code: 'itemNotFound', message: 'Incompatible with a similar name.' } }
    const graph = fakeGraph(() => ({ status: 404, json }))
    expect(await getItemOrListed(graph, ownPlace(['p', 'Mærsk']))).toMatchObject({ status: 404, json })
    expect(graph.asked).toHaveLength(1)
  })

  it('stops at a refusal', async () => {
    const graph = fakeGraph(() => ({ status: 403, json: {} }))
    expect((await getItemOrListed(graph, ownPlace(['a'])))?.status).toBe(403)
    expect(graph.asked).toHaveLength(1)
  })
})

describe('a list', () => {
  const page = (names: string[], next?: unknown) => ({
    value: names.map((name) => folder(name)),
    ...(next === undefined ? {} : { '@odata.nextLink': next }),
  })
  const named = (name: string) => (item: { name?: string | null }) => item.name === name

  it('is read page by page from the drive’s own host, and only until the item is found', async () => {
    const pages = [
      page(['a'], 'https://evil.example/v1.0/me/drive/root/children?$skiptoken=2'),
      page(['b'], 'https://graph.example/v1.0/me/drive/root/children?$skiptoken=3'),
      page(['c']),
    ]
    const graph = fakeGraph(() => ok(pages[graph.asked.length - 1] ?? page([])))
    expect((await findChild(graph, ownPlace([]), named('b')))?.json).toMatchObject({ name: 'b' })
    expect(graph.asked.map(({ path }) => path).slice(1)).toEqual(['/me/drive/root/children?$skiptoken=2'])
    graph.asked.length = 0
    expect(await findChild(graph, ownPlace([]), named('z'))).toBeUndefined()
    expect(graph.asked).toHaveLength(3)
  })

  it('that links back to itself ends', async () => {
    const graph = fakeGraph(() => ok(page(['a'], 'https://graph.example/v1.0/x?again')))
    expect(await findChild(graph, ownPlace([]), named('z'))).toBeUndefined()
    expect(graph.asked).toHaveLength(2)
  })

  it('that is refused or invalid has no items', async () => {
    expect(
      (
        await findChild(
          fakeGraph(() => missing),
          ownPlace([]),
          () => true,
        )
      )?.status,
    ).toBe(404)
    expect(
      await findChild(
        fakeGraph(() => ok({ value: 'none' })),
        ownPlace([]),
        () => true,
      ),
    ).toBeUndefined()
    expect(
      await findChild(
        fakeGraph(() => ({ status: 200 })),
        ownPlace([]),
        () => true,
      ),
    ).toBeUndefined()
  })

  it('is read to the end for the best of all', async () => {
    const pages = [page(['a', 'bb'], 'https://graph.example/v1.0/x'), page(['ccc', 'd'])]
    const longer = (one: { name?: string | null }, than: { name?: string | null }) =>
      (one.name ?? '').length > (than.name ?? '').length
    const graph = fakeGraph(() => ok(pages[graph.asked.length - 1] ?? page([])))
    expect((await findChild(graph, ownPlace([]), () => true, longer))?.json).toMatchObject({ name: 'ccc' })
  })

  it.each([
    ['https://graph.example/v1.0/me?x=y', '/me?x=y'],
    ['https://graph.example/beta/me', undefined],
    ['https://graph.example/v1.0', undefined],
    ['/v1.0/me', undefined],
    [7, undefined],
    [undefined, undefined],
  ])('continues at %j: %j', (link, path) => {
    expect(nextPage(answerOf(ok({ '@odata.nextLink': link })))).toBe(path)
  })
  it.each([
    [8_000, true],
    [8_001, false],
  ])('continues at a URL of %i characters: %s', (length, goes) => {
    const start = 'https://graph.example/v1.0/'
    const link = start + 'x'.repeat(length - start.length)
    expect(nextPage(answerOf(ok({ '@odata.nextLink': link }))) !== undefined).toBe(goes)
  })
  it('without a body does not continue', () => expect(nextPage(answerOf({ status: 200 }))).toBeUndefined())
})

describe('a list without an end', () => {
  let count = 0
  const endless = () => {
    count += 1
    return ok({ value: [], '@odata.nextLink': `https://graph.example/v1.0/x?page=${count}` })
  }

  it('is given up after a thousand pages', async () => {
    const graph = fakeGraph(endless)
    expect(await findChild(graph, ownPlace([]), () => true)).toBeUndefined()
    expect(graph.asked).toHaveLength(1_000)
  })

  it('is given up when the time is over, but one page is always requested', async () => {
    for (const [left, asked] of [
      [[0], 1],
      [[5, 0], 2],
      [[5, 5, -1], 3],
    ] as const) {
      const graph = fakeGraph(endless)
      const moments: number[] = [...left]
      graph.left = () => moments.shift() ?? 0
      await findChild(graph, ownPlace([]), () => true)
      expect(graph.asked).toHaveLength(asked)
    }
  })

  it('is given up when it links back to itself, or is refused', async () => {
    const circle = fakeGraph(() => ok({ value: [], '@odata.nextLink': 'https://graph.example/v1.0/x' }))
    expect(await findChild(circle, ownPlace([]), () => true)).toBeUndefined()
    expect(circle.asked).toHaveLength(2)
    const link = { '@odata.nextLink': 'https://graph.example/v1.0/x' }
    const refused = fakeGraph(() => ({ status: 403, json: link }))
    expect(await findChild(refused, ownPlace([]), () => true)).toMatchObject({ status: 403 })
    expect(refused.asked).toHaveLength(1)
    const seen: number[] = []
    for await (const { status } of pagesOf(refused, ownPlace([]))) seen.push(status)
    expect(seen).toEqual([403])
  })
})

describe('a drive', () => {
  it.each([
    [{ driveType: 'business' }, 'business'],
    [{ driveType: 'x'.repeat(50) }, 'x'.repeat(40)],
    [{ driveType: 7 }, 'unknown'],
    [{}, 'unknown'],
    [undefined, 'unknown'],
  ])('of %j is %s', (json, type) => {
    expect(driveTypeOf(answerOf({ status: 200, ...(json ? { json } : {}) }))).toBe(type)
  })
})
