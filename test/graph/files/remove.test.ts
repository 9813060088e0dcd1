import { describe, expect, it } from 'vitest'
import { removeItem } from '../../../src/graph/files/remove.ts'
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

/** A drive whose answer to the removal is lost. @param isThere whether the item is there afterwards. */
function afterLostAnswer(isThere: boolean) {
  let asked = 0
  const graph = fakeGraph(async (what, _, lookFirst) => {
    if (!what.startsWith('DELETE')) return ++asked === 1 || isThere ? ok(aFile('a.txt')) : missing
    const found = await lookFirst?.()
    return found ? { status: found.status, repeated: true } : { status: 403 }
  })
  return removeItem(atOf(graph, ownPlace(['a.txt'])), false)
}

it('has removed what is gone after an attempt whose answer was lost', async () => {
  expect(await afterLostAnswer(false)).toMatchObject({ name: 'a.txt' })
})

it('tries again while it is still there', async () => {
  await expect(afterLostAnswer(true)).rejects.toMatchObject({ kind: 'not-allowed' })
})

/** Removes `/a`, or another place. */
function remove(answers: Record<string, Told[]>, { place = ownPlace(['a']), recursive = false } = {}) {
  const graph = fakeGraph(script(answers))
  return { graph, removed: removeItem(atOf(graph, place), recursive) }
}

const done: Told = { status: 204 }
const get = 'GET /me/drive/root:/a:'
const remoteItem = { id: 'R', folder: {}, parentReference: { driveId: 'b!R' } }

describe('what is removed', () => {
  it('is the file that was looked at, and no later version', async () => {
    const answers = {
      [get]: [ok({ ...aFile('a'), eTag: '"1"' })],
      'DELETE /me/drive/items/id%20of%20a': [done],
    }
    const { graph, removed } = remove(answers)
    expect(await removed).toMatchObject({ name: 'a', kind: 'file' })
    expect(graph.asked.at(-1)?.headers).toEqual({ 'if-match': '"1"' })
  })

  it.each([
    ['a folder', aFolder('a')],
    ['a notebook', { ...aFile('a'), package: {} }],
  ])('may be %s only where that was said, whose tag says nothing', async (_, item) => {
    const answers = { [get]: [ok({ ...item, eTag: '"1"' })], 'DELETE /me/drive/items/id%20of%20a': [done] }
    await expect(remove(answers).removed).rejects.toMatchObject({
      ...{ kind: 'usage', reason: 'not-a-file', message: '"/a" is a folder.' },
      next: [{ intro: 'To remove it with everything in it:', flags: { recursive: true } }],
    })
    const { graph, removed } = remove(answers, { recursive: true })
    expect(await removed).toMatchObject({ name: 'a' })
    expect(graph.asked.at(-1)?.headers).toEqual({})
  })

  it('is a shortcut alone, and not what it stands for', async () => {
    const answers = { [get]: [ok({ id: 'S', name: 'a', remoteItem })], 'DELETE /me/drive/items/S': [done] }
    expect(await remove(answers).removed).toMatchObject({ kind: 'shortcut', id: 'S' })
  })

  it('is behind a shortcut where the path leads through one', async () => {
    const answers = {
      'GET /me/drive/root:/Team/b:': [missing],
      'GET /me/drive/root:/Team:': [ok({ id: 'S', name: 'Team', remoteItem })],
      'GET /drives/b!R/items/R:/b:': [ok(aFile('b'))],
      'DELETE /drives/b!R/items/id%20of%20b': [done],
    }
    expect(await remove(answers, { place: ownPlace(['Team', 'b']) }).removed).toMatchObject({ name: 'b' })
  })

  it('is never what a path starts from', async () => {
    const saved: Place = { drive: '/drives/D', prefix: 'team:', path: [] }
    await expect(remove({}, { place: saved, recursive: true }).removed).rejects.toMatchObject({
      message: '"team:" cannot be removed.',
    })
    const library: Place = { drive: '/drives/D', prefix: 'https://a.example/x', path: [] }
    const answers = { 'GET /drives/D/root': [ok({ ...aFolder('x'), root: {} })] }
    await expect(remove(answers, { place: library, recursive: true }).removed).rejects.toMatchObject({
      message: '"https://a.example/x" cannot be removed.',
    })
  })

  it('is not gone where the drive refuses', async () => {
    const refusals: [Told, object][] = [
      [missing, { kind: 'not-found' }],
      [
        { status: 412, json: {} },
        { kind: 'taken', reason: 'changed-meanwhile' },
      ],
      [{ status: 302 }, { kind: 'service', message: expect.stringMatching(/^Removing "\/a" failed/) }],
    ]
    for (const [refusal, told] of refusals) {
      const answers = { [get]: [ok(aFile('a'))], 'DELETE /me/drive/items/id%20of%20a': [refusal] }
      await expect(remove(answers).removed).rejects.toMatchObject(told)
    }
  })
})
