import { describe, expect, it } from 'vitest'
import {
  type DestinationOptions,
  findDestination,
  isFolderText,
} from '../../../src/graph/files/destination.ts'
import { ownPlace, type Place } from '../../../src/graph/place.ts'
import { script, taken } from '../../helpers/microsoft/fake-folders.ts'
import { aFile, aFolder, fakeGraph, missing, ok, type Told } from '../../helpers/microsoft/fake-graph.ts'

const remoteItem = { id: 'R', name: 'General', folder: {}, parentReference: { driveId: 'b!R' } }
const shortcut = ok({ id: 'S', name: 'Team', remoteItem })
const toFile = ok({ id: 'S', name: 'b', remoteItem: { ...remoteItem, folder: undefined, file: {} } })
const behind = { drive: '/drives/b!R', item: 'R' }

function find(answers: Record<string, Told[]>, place: Place, options: Partial<DestinationOptions> = {}) {
  return findDestination(fakeGraph(script(answers)), place, {
    ...{ mustBeFolder: false, parents: false },
    ...options,
  })
}

it.each([
  ['/a/', true],
  ['/', true],
  ['team:', true],
  ['', true],
  ['/a', false],
  ['team:/a', false],
])('what was typed can only be a folder: %j %j', (text, expected) => {
  expect(isFolderText(text)).toBe(expected)
})

describe('things go', () => {
  it('into the root without a look', async () => {
    const root = ownPlace([])
    expect(await find({}, root)).toEqual({ folder: root })
    const saved: Place = { drive: '/drives/D', prefix: 'team:', path: [] }
    expect(await find({}, saved, { mustBeFolder: true, unseen: true })).toEqual({ folder: saved })
  })

  it('into what an address leads to, when it is a folder', async () => {
    const place: Place = { drive: '/drives/D', item: 'I', prefix: 'https://a.example/x', path: [] }
    expect(await find({ 'GET /drives/D/items/I': [ok(aFolder('x'))] }, place)).toEqual({ folder: place })
    expect(await find({ 'GET /drives/D/items/I': [ok(aFile('x'))] }, place)).toMatchObject({
      file: place,
      existing: { name: 'x' },
    })
  })

  it('into a folder, or one that a shortcut leads to', async () => {
    const place = ownPlace(['a'])
    expect(await find({ 'GET /me/drive/root:/a:': [ok(aFolder('a'))] }, place)).toEqual({ folder: place })
    expect(await find({ 'GET /me/drive/root:/a:': [shortcut] }, place)).toMatchObject({ folder: behind })
  })

  it('to a file that is there, and not into it', async () => {
    const place = ownPlace(['b'])
    for (const item of [ok(aFile('b')), toFile]) {
      const answers = { 'GET /me/drive/root:/b:': [item] }
      expect(await find(answers, place)).toMatchObject({ file: place, existing: { name: 'b' } })
      await expect(find(answers, place, { mustBeFolder: true })).rejects.toMatchObject({
        ...{ kind: 'usage', reason: 'not-a-folder', hint: 'Name a folder.' },
        message: '"/b" is a file, not a folder.',
      })
    }
  })

  it('to a new name in a folder that is there', async () => {
    const answers = { 'GET /me/drive/root:/a/b:': [missing], 'GET /me/drive/root:/a:': [ok(aFolder('a'))] }
    expect(await find(answers, ownPlace(['a', 'b']))).toEqual({
      file: ownPlace(['a', 'b']),
      existing: undefined,
    })
    expect(await find({ 'GET /me/drive/root:/b:': [missing] }, ownPlace(['b']))).toEqual({
      file: ownPlace(['b']),
      existing: undefined,
    })
  })

  it('to a new name behind a shortcut', async () => {
    const answers = {
      'GET /me/drive/root:/Team/b:': [missing],
      'GET /me/drive/root:/Team:': [shortcut],
      'GET /drives/b!R/items/R:/b:': [missing],
    }
    expect(await find(answers, ownPlace(['Team', 'b']))).toMatchObject({ file: { ...behind, path: ['b'] } })
  })

  it('to a name that nobody looks at, where whoever writes finds out', async () => {
    const answers = { 'GET /me/drive/root:/a:': [ok(aFolder('a'))] }
    expect(await find(answers, ownPlace(['a', 'b']), { unseen: true })).toEqual({
      file: ownPlace(['a', 'b']),
      existing: undefined,
    })
    // What can only be a folder is looked at.
    expect(await find(answers, ownPlace(['a']), { unseen: true, mustBeFolder: true })).toEqual({
      folder: ownPlace(['a']),
    })
  })

  it('nowhere below a file', async () => {
    const answers = { 'GET /me/drive/root:/b/c:': [missing], 'GET /me/drive/root:/b:': [ok(aFile('b'))] }
    await expect(find(answers, ownPlace(['b', 'c']))).rejects.toMatchObject({
      message: '"/b" is a file, not a folder.',
    })
  })
})

describe('a folder that is missing', () => {
  const absent = {
    'GET /me/drive/root:/a/b:': [missing],
    'GET /me/drive/root:/a:': [missing],
  }

  it.each([
    ['the folder itself', { mustBeFolder: true }, '/a/b'],
    ['the one above', {}, '/a'],
    ['the one above of what nobody looks at', { unseen: true }, '/a'],
  ])('is said to be: %s', async (_, options, shown) => {
    await expect(find(absent, ownPlace(['a', 'b']), options)).rejects.toMatchObject({
      ...{ kind: 'not-found', reason: 'no-such-item' },
      message: `There is no folder "${shown}".`,
      next: [{ intro: 'To create it:', flags: { parents: true } }],
    })
  })

  const created = (name: string): Told => ({ status: 201, json: aFolder(name) })

  it('is created with its parents where that is asked', async () => {
    const answers = {
      'GET /me/drive/root:/a/b:': [missing, ok(aFolder('b'))],
      'GET /me/drive/root:/a:': [missing],
      'POST /me/drive/root:/a:/children': [missing, created('b')],
      'POST /me/drive/root/children': [created('a')],
    }
    const place = ownPlace(['a', 'b'])
    expect(await find(answers, place, { mustBeFolder: true, parents: true })).toEqual({ folder: place })
  })

  it('is created behind a shortcut', async () => {
    const answers = {
      'GET /me/drive/root:/Team/b/c:': [missing],
      'GET /me/drive/root:/Team/b:': [missing],
      'GET /me/drive/root:/Team:': [shortcut],
      'GET /drives/b!R/items/R:/b/c:': [missing],
      'GET /drives/b!R/items/R:/b:': [missing, missing, ok(aFolder('b'))],
      'POST /me/drive/root:/Team:/children': [missing],
      'POST /me/drive/root/children': [taken],
      'POST /drives/b!R/items/R/children': [created('b')],
    }
    expect(await find(answers, ownPlace(['Team', 'b', 'c']), { parents: true })).toMatchObject({
      file: { ...behind, path: ['b', 'c'] },
      existing: undefined,
    })
  })
})
