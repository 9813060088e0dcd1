import { describe, expect, it } from 'vitest'
import { listPlace } from '../../../src/graph/files/list.ts'
import { ownPlace, type Place } from '../../../src/graph/place.ts'
import { script } from '../../helpers/microsoft/fake-folders.ts'
import {
  aFile,
  aFolder,
  atOf,
  fakeGraph,
  missing,
  ok,
  type Told,
} from '../../helpers/microsoft/fake-graph.ts'

const remoteItem = { id: 'R', name: 'General', folder: {}, parentReference: { driveId: 'b!R' } }
const empty = ok({ value: [] })

/** The names of each page, or the item that is no folder; and what was asked. */
async function listed(answers: Record<string, Told[]>, place: Place = ownPlace(['p'])) {
  const graph = fakeGraph(script(answers))
  const listing = await listPlace(atOf(graph, place))
  const told = () => graph.asked.map(({ method, path }) => `${method} ${path.split('?')[0]}`)
  if ('item' in listing) return { item: listing.item.name, told: told(), graph }
  const pages: (string | undefined)[][] = []
  for await (const page of listing.folder) pages.push(page.map(({ name }) => name))
  return { pages, told: told(), graph }
}

describe('the list of a folder', () => {
  it('comes a page at a time, with one request for each', async () => {
    const next = 'https://graph.example/v1.0/me/drive/root:/p:/children?$skiptoken=2'
    const { pages, graph } = await listed({
      'GET /me/drive/root:/p:/children': [
        ok({ value: [aFile('a'), aFolder('b')], '@odata.nextLink': next }),
        ok({ value: [aFile('c')] }),
      ],
    })
    expect(pages).toEqual([['a', 'b'], ['c']])
    expect(graph.asked.map(({ path }) => path)).toEqual([
      '/me/drive/root:/p:/children?$top=1000&$select=id,name,size,webUrl,folder,file,package,remoteItem,lastModifiedDateTime,fileSystemInfo',
      '/me/drive/root:/p:/children?$skiptoken=2',
    ])
    // Lists leave shortcuts out otherwise.
    expect(graph.asked[0]?.headers).toEqual({ prefer: 'Include-Feature=AddToOneDrive' })
  })

  it.each([{}, { value: 'text' }, { value: null }, { id: 'I', name: 'p', folder: {} }])(
    'is not taken from a response that is no list: %j',
    async (json) => {
      const refused = listed({ 'GET /me/drive/root:/p:/children': [ok(json)] })
      await expect(refused).rejects.toMatchObject({ kind: 'service', reason: 'unreadable-answer' })
    },
  )

  it('of the root may be empty, which needs no look', async () => {
    const { pages, told } = await listed({ 'GET /me/drive/root/children': [empty] }, ownPlace([]))
    expect(pages).toEqual([[]])
    expect(told).toHaveLength(1)
  })

  it.each([
    ['a path', ownPlace(['p']), '/me/drive/root:/p:'],
    [
      'an address',
      { drive: '/drives/D', item: 'I', prefix: 'https://a.example/p', path: [] },
      '/drives/D/items/I',
    ],
  ])('of %s may be empty, or be that of a file', async (_, place, address) => {
    const answers = { [`GET ${address}/children`]: [empty] }
    const folder = await listed({ ...answers, [`GET ${address}`]: [ok(aFolder('p'))] }, place)
    expect(folder.pages).toEqual([[]])
    const file = await listed({ ...answers, [`GET ${address}`]: [ok(aFile('p'))] }, place)
    expect(file.item).toBe('p')
    const notebook = { ...aFolder('p'), package: { type: 'oneNote' } }
    expect((await listed({ ...answers, [`GET ${address}`]: [ok(notebook)] }, place)).item).toBe('p')
  })

  it('of a shortcut is that of what it stands for', async () => {
    const { pages, told } = await listed({
      'GET /me/drive/root:/p:/children': [empty],
      'GET /me/drive/root:/p:': [ok({ id: 'S', name: 'p', remoteItem })],
      'GET /drives/b!R/items/R': [ok({ ...aFolder('General'), id: 'R' })],
      'GET /drives/b!R/items/R/children': [ok({ value: [aFile('a')] })],
    })
    expect(pages).toEqual([['a']])
    expect(told).toHaveLength(4)
  })
})

describe('a list that is refused', () => {
  it.each([400, 404, 405, 422, 501])('with %i may be of a file', async (status) => {
    const { item } = await listed({
      'GET /me/drive/root:/p:/children': [{ status, json: { error: { code: 'x', message: 'No.' } } }],
      'GET /me/drive/root:/p:': [ok(aFile('p'))],
    })
    expect(item).toBe('p')
  })

  it('of a folder is told as it was refused', async () => {
    const refusal = { status: 400, json: { error: { code: 'invalidRequest', message: 'Too much.' } } }
    const answers = {
      'GET /me/drive/root:/p:/children': [refusal],
      'GET /me/drive/root:/p:': [ok(aFolder('p'))],
    }
    await expect(listed(answers)).rejects.toMatchObject({ message: 'Listing "/p" failed: Too much.' })
  })

  it('says what is not there', async () => {
    const answers = { 'GET /me/drive/root:/p:/children': [missing], 'GET /me/drive/root:/p:': [missing] }
    await expect(listed(answers)).rejects.toMatchObject({
      kind: 'not-found',
      message: 'There is nothing at "/p".',
    })
  })

  it.each([403, 507])('for another reason is not looked into: %i', async (status) => {
    const refusal = { status, json: { error: { code: 'x', message: 'No.' } } }
    await expect(listed({ 'GET /me/drive/root:/p:/children': [refusal] })).rejects.toMatchObject({
      kind: 'not-allowed',
    })
  })

  it('on a later page is told then', async () => {
    const next = 'https://graph.example/v1.0/me/drive/root:/p:/children?$skiptoken=2'
    const answers = {
      'GET /me/drive/root:/p:/children': [ok({ value: [aFile('a')], '@odata.nextLink': next }), missing],
    }
    await expect(listed(answers)).rejects.toMatchObject({ kind: 'not-found' })
    const elsewhere = { value: [aFile('a')], '@odata.nextLink': 'https://other.example/v1.0/x' }
    await expect(listed({ 'GET /me/drive/root:/p:/children': [ok(elsewhere)] })).rejects.toMatchObject({
      kind: 'service',
    })
  })
})
