import { describe, expect, it } from 'vitest'
import { findItem, findTarget, lookUp } from '../../../src/graph/files/find.ts'
import { ownPlace, type Place } from '../../../src/graph/place.ts'
import { script } from '../../helpers/microsoft/fake-folders.ts'
import { aFile, aFolder, fakeGraph, missing, ok } from '../../helpers/microsoft/fake-graph.ts'

const remoteItem = { id: 'R', name: 'General', folder: {}, parentReference: { driveId: 'b!R' } }
const shortcut = ok({ id: 'S', name: 'Team', remoteItem })
const denied = { status: 403, json: { error: { code: 'accessDenied', message: 'No.' } } }
const told = ({ asked }: ReturnType<typeof fakeGraph>) => asked.map(({ method, path }) => `${method} ${path}`)

describe('the item at a place', () => {
  it('is found with one request', async () => {
    const graph = fakeGraph(script({ 'GET /me/drive/root:/a.txt:': [ok(aFile('a.txt'))] }))
    const place = ownPlace(['a.txt'])
    const found = await findItem(graph, place)
    expect(found).toMatchObject({ item: { id: 'id of a.txt', kind: 'file' }, behind: undefined })
    expect(found.place).toBe(place)
    expect(graph.asked).toHaveLength(1)
  })

  it('is found in the drive that a shortcut on the way leads to', async () => {
    const graph = fakeGraph(
      script({
        'GET /me/drive/root:/Team/a.txt:': [missing],
        'GET /me/drive/root:/Team:': [shortcut],
        'GET /drives/b!R/items/R:/a.txt:': [ok(aFile('a.txt'))],
      }),
    )
    expect(await findItem(graph, ownPlace(['Team', 'a.txt']))).toMatchObject({
      item: { name: 'a.txt' },
      place: { drive: '/drives/b!R', item: 'R', prefix: '/Team', path: ['a.txt'] },
    })
  })

  it('is read with keys where the cloud ignores a path after an ID', async () => {
    const graph = fakeGraph(
      script({
        'GET /drives/D/items/I:/a.txt:': [ok({ ...aFolder('f'), id: 'I' })],
        "GET /drives/D/items/I/children('a.txt')": [ok(aFile('a.txt'))],
      }),
    )
    const place: Place = { drive: '/drives/D', item: 'I', prefix: 'team:', path: ['a.txt'] }
    expect(await findItem(graph, place)).toMatchObject({
      item: { name: 'a.txt' },
      place: { byKeys: true, item: 'I', path: ['a.txt'] },
    })
  })

  it('may be none, which callers that go on are told with the answer', async () => {
    const graph = fakeGraph(() => missing)
    const place = ownPlace(['a', 'b'])
    expect(await lookUp(graph, place)).toMatchObject({ item: undefined, place, answer: { status: 404 } })
    await expect(findItem(graph, place)).rejects.toMatchObject({
      ...{ kind: 'not-found', reason: 'no-such-item', code: 'itemNotFound' },
      message: 'There is nothing at "/a/b".',
      hint: 'To see what is there: od-link ls /a',
    })
    const root: Place = { drive: '/drives/D', prefix: 'team:', path: [] }
    await expect(findItem(graph, root)).rejects.toMatchObject({
      message: 'There is nothing at "team:/".',
      hint: undefined,
    })
  })

  it('is not asked for twice when it is missing', async () => {
    const parent = 'GET /me/drive/root:/a:'
    const graph = fakeGraph(script({ 'GET /me/drive/root:/a/b:': [missing], [parent]: [ok(aFolder('a'))] }))
    expect(await lookUp(graph, ownPlace(['a', 'b']))).toMatchObject({ item: undefined })
    expect(told(graph).map((one) => one.split('?')[0])).toEqual(['GET /me/drive/root:/a/b:', parent])
  })

  it('is not said to be missing where it was refused', async () => {
    const graph = fakeGraph(() => denied)
    await expect(lookUp(graph, ownPlace(['a']))).rejects.toMatchObject({
      kind: 'not-allowed',
      message: 'Reading "/a" is not allowed: No.',
    })
  })

  it('is looked for behind five shortcuts, one in the other, and no further', async () => {
    // In each drive, the first name is a shortcut.
    const graph = fakeGraph((what) => {
      if (what.endsWith('root:/x:') || what.endsWith('R:/x:')) return ok(aFile('x'))
      return /:\/[^/]+:$/.test(what) ? shortcut : missing
    })
    expect(await findItem(graph, ownPlace(['1', '2', '3', '4', '5', 'x']))).toMatchObject({
      item: { name: 'x' },
    })
    await expect(findItem(graph, ownPlace(['1', '2', '3', '4', '5', '6', 'x']))).rejects.toMatchObject({
      kind: 'not-found',
    })
  })
})

describe('what a shortcut at the end stands for', () => {
  it('is found, and the shortcut only where that is asked', async () => {
    const answers = {
      'GET /me/drive/root:/Team:': [shortcut],
      'GET /drives/b!R/items/R': [ok({ ...aFolder('General'), id: 'R' })],
    }
    const place = ownPlace(['Team'])
    const graph = fakeGraph(script(answers))
    expect(await findItem(graph, place)).toMatchObject({ item: { kind: 'shortcut', id: 'S' }, place })
    expect(await findTarget(graph, place)).toMatchObject({
      item: { kind: 'folder', id: 'R' },
      place: { drive: '/drives/b!R', item: 'R', path: [] },
    })
    expect(told(graph)).toEqual([
      'GET /me/drive/root:/Team:',
      'GET /me/drive/root:/Team:',
      'GET /drives/b!R/items/R',
    ])
  })

  it('is a shortcut again where they lead in a circle', async () => {
    const graph = fakeGraph(() => shortcut)
    expect(await findTarget(graph, ownPlace(['Team']))).toMatchObject({ item: { kind: 'shortcut' } })
    expect(graph.asked).toHaveLength(6)
  })
})
