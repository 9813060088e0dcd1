import { describe, expect, it } from 'vitest'
import type { Destination } from '../../../src/graph/files/destination.ts'
import { fileItemOf } from '../../../src/graph/files/file-item.ts'
import { findMovable, moveItem } from '../../../src/graph/files/move.ts'
import { ownPlace, type Place } from '../../../src/graph/place.ts'
import type { UploadConflict } from '../../../src/graph/transfer/upload.ts'
import { script, taken } from '../../helpers/microsoft/fake-folders.ts'
import {
  aFile,
  aFolder,
  atOf,
  fakeGraph,
  missing,
  ok,
  type Told,
} from '../../helpers/microsoft/fake-graph.ts'

const address = 'https://a.example/x'
const change = 'PATCH /me/drive/items/id%20of%20a.txt'
const modified = '2026-01-01T00:00:00.000Z'
const file = { ...aFile('a.txt'), lastModifiedDateTime: modified }
const into: Record<string, Told[]> = { 'GET /me/drive/root:/b:': [ok(aFolder('b'))] }

/** Moves the file `/a/a.txt`, or another item or place. */
function move(
  answers: Record<string, Told[]>,
  destination: Destination,
  { onConflict = 'fail' as UploadConflict, item = file as object, place = ownPlace(['a', 'a.txt']) } = {},
) {
  const graph = fakeGraph(script(answers))
  const moved = moveItem({ at: atOf(graph, place), item: fileItemOf(item) }, destination, onConflict)
  return { graph, moved }
}

const toName = (place: Place): Destination => ({ file: place, existing: undefined })

describe('what is to be moved', () => {
  const find = (place: Place, answers: Record<string, Told[]> = {}) =>
    findMovable(atOf(fakeGraph(script(answers)), place))

  it.each<[what: string, place: Place, shown: string]>([
    ['the root', ownPlace([]), 'The root of the drive'],
    ['a saved drive', { drive: '/drives/D', prefix: 'team:', path: [] }, '"team:"'],
    [
      'what the address of a shortcut stands for',
      { drive: '/drives/D', item: 'I', prefix: address, path: [], isTarget: true },
      `"${address}"`,
    ],
  ])('is not %s', async (_, place, shown) => {
    await expect(find(place)).rejects.toMatchObject({
      ...{ kind: 'usage', reason: 'invalid-path' },
      message: `${shown} cannot be moved.`,
      hint: 'Name something in it.',
    })
  })

  it('may be what an address names, unless that is a root', async () => {
    const place: Place = { drive: '/drives/D', item: 'I', prefix: address, path: [] }
    const answers = (item: object) => ({ 'GET /drives/D/items/I': [ok(item)] })
    expect(await find(place, answers(file))).toMatchObject({ item: { name: 'a.txt' }, at: { place } })
    await expect(find(place, answers({ ...aFolder('x'), root: {} }))).rejects.toMatchObject({
      message: `"${address}" cannot be moved.`,
    })
  })

  it('is found behind a shortcut, in its own drive', async () => {
    const remoteItem = { id: 'R', folder: {}, parentReference: { driveId: 'b!R' } }
    const answers = {
      'GET /me/drive/root:/Team/a.txt:': [missing],
      'GET /me/drive/root:/Team:': [ok({ id: 'S', name: 'Team', remoteItem })],
      'GET /drives/b!R/items/R:/a.txt:': [ok(file)],
    }
    expect(await find(ownPlace(['Team', 'a.txt']), answers)).toMatchObject({
      at: { place: { drive: '/drives/b!R', item: 'R', path: ['a.txt'] } },
    })
  })
})

describe('a move', () => {
  it('into another folder keeps the name and the time', async () => {
    const { graph, moved } = move({ ...into, [change]: [ok(file)] }, { folder: ownPlace(['b']) })
    expect(await moved).toMatchObject({ place: ownPlace(['b', 'a.txt']), item: { id: 'id of a.txt' } })
    expect(graph.asked.at(-1)).toMatchObject({
      path: '/me/drive/items/id%20of%20a.txt?@microsoft.graph.conflictBehavior=fail',
      body: {
        name: 'a.txt',
        parentReference: { id: 'id of b' },
        fileSystemInfo: { lastModifiedDateTime: modified },
      },
    })
  })

  it('to another name in the same folder asks for no folder', async () => {
    const { graph, moved } = move(
      { [change]: [ok({ ...file, name: 'c.txt' })] },
      toName(ownPlace(['A', 'c.txt'])),
    )
    expect(await moved).toMatchObject({ place: ownPlace(['A', 'c.txt']) })
    expect(graph.asked[0]?.body).toEqual({
      name: 'c.txt',
      fileSystemInfo: { lastModifiedDateTime: modified },
    })
  })

  it('into a folder beside it, or to a name there, is one to another parent', async () => {
    const answers = {
      'GET /me/drive/root:/a/sub:': [ok(aFolder('sub'))],
      [change]: [ok({ id: 'id of a.txt' })],
    }
    const parentReference = { id: 'id of sub' }
    const folder = move(answers, { folder: ownPlace(['a', 'sub']) })
    expect(await folder.moved).toMatchObject({ place: ownPlace(['a', 'sub', 'a.txt']) })
    expect(folder.graph.asked.at(-1)?.body).toMatchObject({ name: 'a.txt', parentReference })
    const name = move(answers, toName(ownPlace(['a', 'sub', 'c.txt'])))
    expect(await name.moved).toMatchObject({ place: ownPlace(['a', 'sub', 'c.txt']) })
    expect(name.graph.asked.at(-1)?.body).toMatchObject({ name: 'c.txt', parentReference })
  })

  it('of what an address names has the name of the item', async () => {
    const place: Place = { drive: '/me/drive', item: 'id of a.txt', prefix: address, path: [] }
    const { graph, moved } = move(
      { ...into, [change]: [ok({ id: 'id of a.txt' })] },
      { folder: ownPlace(['b']) },
      { place },
    )
    expect(await moved).toMatchObject({ place: ownPlace(['b', 'a.txt']) })
    expect(graph.asked.at(-1)?.body).toMatchObject({ name: 'a.txt' })
  })

  it('of a folder, or of what has no time, sends none', async () => {
    const folder = { ...aFolder('a.txt'), lastModifiedDateTime: modified }
    for (const item of [folder, aFile('a.txt')]) {
      const { graph, moved } = move({ [change]: [ok(item)] }, toName(ownPlace(['a', 'c'])), { item })
      await moved
      expect(graph.asked[0]?.body).toEqual({ name: 'c' })
    }
  })

  it('to the same name in another case renames the item itself', async () => {
    const { graph, moved } = move(
      { [change]: [ok({ ...aFolder('A.txt'), id: 'id of a.txt' })] },
      { folder: ownPlace(['a', 'A.txt']) },
      { item: aFolder('a.txt') },
    )
    expect(await moved).toMatchObject({ place: ownPlace(['a', 'A.txt']) })
    expect(graph.asked[0]?.body).toEqual({ name: 'A.txt' })
  })

  it('is shown with the name that the drive gave', async () => {
    const options = { onConflict: 'rename' as const }
    const folder = { folder: ownPlace(['b']) }
    const { moved } = move({ ...into, [change]: [ok({ ...file, name: 'a 1.txt' })] }, folder, options)
    expect(await moved).toMatchObject({ place: ownPlace(['b', 'a 1.txt']) })
    const unnamed = move({ ...into, [change]: [ok({ id: 'x' })] }, folder, options)
    expect(await unnamed.moved).toMatchObject({ place: ownPlace(['b', 'a.txt']) })
  })

  it('may be tried again, except where that would number it twice', async () => {
    for (const onConflict of ['fail', 'replace', 'rename'] as const) {
      const { graph, moved } = move(
        { ...into, [change]: [ok(file)] },
        { folder: ownPlace(['b']) },
        { onConflict },
      )
      await moved
      const { mayRepeat } = graph.asked.at(-1) ?? {}
      expect(mayRepeat?.(new Error('lost') as never)).toBe(onConflict !== 'rename')
      expect(mayRepeat?.({ status: 503 } as never)).toBe(true)
    }
  })

  it.each([
    ['has moved', 'id of a.txt', true],
    ['has not, and another item has the name', 'another', false],
  ])('whose answer was lost looks whether it %s', async (_, id, isDone) => {
    const graph = fakeGraph(async (what, request, lookFirst) => {
      if (request.method === 'GET') return ok(what.endsWith('/b:') ? aFolder('b') : { ...file, id })
      expect((await lookFirst?.())?.status).toBe(isDone ? 200 : undefined)
      return ok(file)
    })
    const at = atOf(graph, ownPlace(['a', 'a.txt']))
    await moveItem({ at, item: fileItemOf(file) }, { folder: ownPlace(['b']) }, 'fail')
    expect(graph.asked.map(({ path }) => path.split('?')[0])).toContain('/me/drive/root:/b/a.txt:')
    expect.assertions(2)
  })
})

describe('a move is refused', () => {
  it('to a name that is taken', async () => {
    const name = ownPlace(['b', 'a.txt'])
    const refusal = {
      ...{ kind: 'taken', reason: 'name-taken' },
      message: 'The name is taken: "/b/a.txt" already exists.',
      next: [
        { intro: 'To replace the existing file:', flags: { 'on-conflict': 'replace' } },
        { intro: 'To keep both:', flags: { 'on-conflict': 'rename' } },
      ],
    }
    await expect(move({ ...into, [change]: [taken] }, toName(name)).moved).rejects.toMatchObject(refusal)
  })

  it('to the address of a file, which says nothing of its folder', async () => {
    const place: Place = { drive: '/drives/D', item: 'I', prefix: address, path: [] }
    await expect(move({}, toName(place)).moved).rejects.toMatchObject({
      message: `The name is taken: "${address}" already exists.`,
    })
  })

  it('into itself', async () => {
    const place = ownPlace(['a'])
    const options = { place, item: aFolder('a') }
    const refusal = {
      ...{ kind: 'usage', reason: 'invalid-path', hint: 'Name another folder.' },
      message: '"/a" cannot be moved into itself.',
    }
    for (const destination of [{ folder: ownPlace(['A', 'b']) }, toName(ownPlace(['a', 'c']))])
      await expect(move({}, destination, options).moved).rejects.toMatchObject(refusal)
  })

  it('by the drive, in its words', async () => {
    const denied = { status: 403, json: { error: { code: 'accessDenied', message: 'No.' } } }
    await expect(
      move({ ...into, [change]: [denied] }, { folder: ownPlace(['b']) }).moved,
    ).rejects.toMatchObject({
      message: 'Moving "/a/a.txt" is not allowed: No.',
    })
    await expect(move({ [change]: [{ status: 302 }] }, toName(ownPlace(['a', 'c']))).moved).rejects.toThrow(
      'Moving "/a/a.txt" failed (HTTP 302).',
    )
  })
})

describe('another drive', () => {
  const folder: Place = { drive: '/drives/D', item: 'I', prefix: 'team:', path: [] }
  const get = 'GET /drives/D/items/I'
  const inDrive = (driveId: string | undefined) => ({ parentReference: { driveId } })

  it.each([
    ['says so', inDrive('B'), inDrive('A')],
    ['is taken for another where nothing says whether it is', {}, {}],
    ['is one even where only one side says so', inDrive('A'), {}],
  ])('%s', async (_, ofFolder, ofItem) => {
    const answers = { [get]: [ok({ ...aFolder('b'), ...ofFolder })] }
    await expect(move(answers, { folder }, { item: { ...file, ...ofItem } }).moved).rejects.toMatchObject({
      ...{ kind: 'usage', reason: 'refused-request' },
      message: '"/a/a.txt" is in another drive, and Microsoft Graph does not move items between drives.',
      hint: 'To copy a file by way of this computer, and remove it afterwards with od-link rm: od-link download /a/a.txt a.txt && od-link upload a.txt team:/\nWithin SharePoint, Graph copies by itself: POST …/copy with od-link api.',
    })
  })

  it('is the same one by its ID, in any case and without leading zeros', async () => {
    const answers = { [get]: [ok({ ...aFolder('b'), ...inDrive('0AB1') })], [change]: [ok(file)] }
    expect(await move(answers, { folder }, { item: { ...file, ...inDrive('ab1') } }).moved).toMatchObject({
      place: { prefix: 'team:', path: ['a.txt'] },
    })
  })

  it.each([
    ['00AB1', 'ab1', true],
    ['0a0b', 'ab', false],
  ])('is compared without leading zeros only: %s and %s', async (one, other, isSame) => {
    const answers = { [get]: [ok({ ...aFolder('b'), ...inDrive(one) })], [change]: [ok(file)] }
    const { moved } = move(answers, { folder }, { item: { ...file, ...inDrive(other) } })
    expect(
      await moved.then(
        () => true,
        () => false,
      ),
    ).toBe(isSame)
  })

  it('is compared by the addresses where only one side says which it is in', async () => {
    const item = { ...file, ...inDrive('A') }
    const { moved } = move({ ...into, [change]: [ok(file)] }, { folder: ownPlace(['b']) }, { item })
    expect(await moved).toMatchObject({ place: ownPlace(['b', 'a.txt']) })
  })

  it('has paths of its own: the same one is not the item itself', async () => {
    const place = ownPlace(['a'])
    for (const elsewhere of [
      { ...folder, path: ['a', 'b'] },
      { drive: '/me/drive', item: 'I', prefix: 'team:', path: ['a', 'b'] },
    ]) {
      const answers = {
        'GET /drives/D/items/I:/a/b:': [ok({ ...aFolder('b'), ...inDrive('B') })],
        'GET /me/drive/items/I:/a/b:': [ok({ ...aFolder('b'), ...inDrive('B') })],
      }
      const item = { ...aFolder('a'), ...inDrive('A') }
      await expect(move(answers, { folder: elsewhere }, { place, item }).moved).rejects.toMatchObject({
        reason: 'refused-request',
      })
    }
  })

  it('is taken for one where the folder has no ID', async () => {
    const answers = { 'GET /me/drive/root:/b:': [ok({ name: 'b', folder: {} })] }
    await expect(move(answers, { folder: ownPlace(['b']) }).moved).rejects.toMatchObject({ kind: 'usage' })
  })
})
