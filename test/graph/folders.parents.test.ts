import { describe, expect, it } from 'vitest'
import { createFolder } from '../../src/graph/folders.ts'
import { get, list, made, make, post, script, taken } from '../helpers/microsoft/fake-folders.ts'
import {
  fakeGraph,
  aFile as file,
  aFolder as folder,
  missing,
  ok,
  type Told,
} from '../helpers/microsoft/fake-graph.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'

const own = useOwnSettings()

describe('a folder that is made, and its parents', () => {
  it('needs its parent', async () => {
    await expect(make(script({ [post]: [missing] })).folder).rejects.toMatchObject({
      kind: 'not-found',
      message: 'There is no folder "/p".',
      hint: 'od-link mkdir -p /p/new',
      code: 'itemNotFound',
    })
    await expect(make(() => missing, {}, ['new']).folder).rejects.toMatchObject({
      kind: 'not-allowed',
      message: 'This account has no OneDrive that can be reached.',
    })
    const noSite: Told = { status: 404, json: { error: { message: "User's mysite not found." } } }
    await expect(make(() => noSite).folder).rejects.toMatchObject({ kind: 'not-allowed' })
    const noRoom: Told = { status: 404, json: { error: { code: 'quotaLimitReached' } } }
    await expect(make(() => noRoom).folder).rejects.toMatchObject({
      message: 'Making "/p/new" failed: there is no space left in this OneDrive.',
    })
    await expect(
      make(script({ [post]: [taken], [get]: [missing], [list]: [missing] })).folder,
    ).rejects.toMatchObject({ message: 'There is no folder "/p".' })
  })

  it('makes its parents where that is wanted', async () => {
    const root = 'POST /me/drive/root/children'
    const { graph, folder: done } = make(
      script({ [post]: [missing, made], [root]: [{ status: 201, json: folder('p') }] }),
      { parents: true },
    )
    expect(await done).toMatchObject({ path: '/p/new', created: true })
    expect(graph.asked.map(({ path }) => path)).toEqual([
      '/me/drive/root:/p:/children',
      '/me/drive/root/children',
      '/me/drive/root:/p:/children',
    ])
    const forever = make(
      script({
        [post]: [missing],
        [root]: [{ status: 201, json: folder('p') }],
        'GET /me/drive/root:/p': [ok(folder('p'))],
      }),
      {
        parents: true,
      },
    )
    await expect(forever.folder).rejects.toMatchObject({
      kind: 'not-found',
      message: 'Making "/p/new" failed: Not found.',
    })
    expect(
      forever.graph.asked.filter(({ method, path }) => method === 'POST' && path.includes('root:')),
    ).toHaveLength(4)
  })

  it('makes its parents where one of them was made or removed meanwhile', async () => {
    const root = 'POST /me/drive/root/children'
    const { folder: done } = make(
      script({ [post]: [missing, made], [root]: [taken], 'GET /me/drive/root:/p': [ok(folder('p'))] }),
      { parents: true },
    )
    expect(await done).toMatchObject({ path: '/p/new', created: true })
    const parentGone = make(
      script({
        [post]: [taken, made],
        [get]: [missing],
        [list]: [missing],
        [root]: [{ status: 201, json: folder('p') }],
      }),
      { parents: true },
    )
    expect(await parentGone.folder).toMatchObject({ path: '/p/new', created: true })
  })

  it('makes all of its parents', async () => {
    const { graph, folder: done } = make(
      script({
        'POST /me/drive/root:/a/b:/children': [missing, { status: 201, json: folder('c') }],
        'POST /me/drive/root:/a:/children': [missing, { status: 201, json: folder('b') }],
        'POST /me/drive/root/children': [{ status: 201, json: folder('a') }],
      }),
      { parents: true },
      ['a', 'b', 'c'],
    )
    expect(await done).toMatchObject({ path: '/a/b/c', created: true })
    expect(graph.asked.map(({ body }) => (body as { name: string }).name)).toEqual(['c', 'b', 'a', 'b', 'c'])
  })

  it.each([400, 405, 422])('cannot be made in a file, which Graph refuses with %i', async (status) => {
    const refused: Told = { status, json: { error: { message: 'Odd.' } } }
    const inFile = { [post]: [refused], 'GET /me/drive/root:/p': [ok(file('p'))] }
    await expect(make(script(inFile)).folder).rejects.toMatchObject({
      kind: 'not-found',
      message: '"/p" is a file, not a folder.',
      hint: 'Choose another parent.',
    })
    await expect(make(script(inFile), { parents: true }).folder).rejects.toMatchObject({
      kind: 'taken',
      message: 'The name is taken: "/p" is a file.',
      hint: 'Choose another name.',
    })
    const inFolder = { [post]: [refused], 'GET /me/drive/root:/p': [ok(folder('p'))] }
    await expect(make(script(inFolder)).folder).rejects.toMatchObject({
      message: 'Making "/p/new" failed: Odd.',
    })
  })

  it('further down is the same', async () => {
    const path = ['a', 'b', 'c']
    const postDeep = 'POST /me/drive/root:/a/b:/children'
    await expect(make(script({ [postDeep]: [missing] }), {}, path).folder).rejects.toMatchObject({
      message: 'There is no folder "/a/b".',
      hint: 'od-link mkdir -p /a/b/c',
    })
    const parents = make(
      script({
        [postDeep]: [missing, { status: 201, json: folder('C') }],
        'POST /me/drive/root:/a:/children': [{ status: 201, json: folder('b') }],
      }),
      { parents: true },
      path,
    )
    expect(await parents.folder).toMatchObject({ path: '/a/b/C', name: 'C' })
    const nameless = make(script({ [postDeep]: [{ status: 201, json: { id: 'x' } }] }), {}, path)
    expect(await nameless.folder).toMatchObject({ path: '/a/b/c', name: 'c' })
    expect(own.warnings).toEqual([])
    const there = make(
      script({
        [postDeep]: [taken],
        'GET /me/drive/root:/a/b/c': [missing],
        'GET /me/drive/root:/a/b:/children': [ok({ value: [folder('c')] })],
      }),
      { onConflict: 'reuse' },
      path,
    )
    expect(await there.folder).toMatchObject({ path: '/a/b/c', created: false })
    const young = folder('c 1', { createdDateTime: new Date(Date.now() + 60_000).toISOString() })
    const lost = fakeGraph(async (what, _, lookFirst) => {
      if (what === postDeep) return { status: 201, json: (await lookFirst?.())?.json ?? {} }
      return what === 'GET /me/drive/root:/a/b:/children' ? ok({ value: [young] }) : missing
    })
    const renamed = createFolder(lost, path, { onConflict: 'rename', parents: false })
    expect(await renamed).toMatchObject({ path: '/a/b/c 1' })
  })

  it('is refused at once where the parent is not the matter', async () => {
    const { graph, folder: refused } = make(() => ({ status: 403, json: { error: { message: 'No.' } } }))
    await expect(refused).rejects.toMatchObject({ message: 'Making "/p/new" is not allowed: No.' })
    expect(graph.asked).toHaveLength(1)
  })

  it('in the nearest parent that there is, where the one above is a file', async () => {
    const refused: Told = { status: 400, json: {} }
    const deep = make(
      script({
        'POST /me/drive/root:/a/b:/children': [refused],
        'GET /me/drive/root:/a/b': [missing],
        'GET /me/drive/root:/a': [ok(file('a'))],
      }),
      {},
      ['a', 'b', 'c'],
    )
    await expect(deep.folder).rejects.toMatchObject({ message: '"/a" is a file, not a folder.' })
  })

  it('deep down needs each level', async () => {
    const path = Array.from({ length: 27 }, (_, n) => `n${n}`)
    const upper = `/me/drive/root:/${path.slice(0, 25).join('/')}`
    await expect(make(() => missing, {}, path).folder).rejects.toMatchObject({
      kind: 'not-found',
      message: `There is no folder "/${path.slice(0, -1).join('/')}".`,
    })
    const there = make((what) => (what.startsWith('GET') ? ok({ id: 'up' }) : made), {}, path)
    expect(await there.folder).toMatchObject({ created: true })
    expect(there.graph.asked.map((one) => one.path)).toEqual([
      `${upper}?$select=id`,
      '/me/drive/items/up:/n25:/children',
    ])
    let look = 0
    const absent = make(
      (what) => {
        if (what !== `GET ${upper}`) return made
        look += 1
        return look === 1 ? missing : ok({ id: 'up' })
      },
      { parents: true },
      path,
    )
    expect(await absent.folder).toMatchObject({ created: true })
    expect(absent.graph.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${upper}?$select=id`,
      `POST ${upper}:/children`,
      `GET ${upper}?$select=id`,
      'POST /me/drive/items/up:/n25:/children',
    ])
    for (const parents of [true, false]) {
      const refused = make(() => ({ status: 403, json: {} }), { parents }, path)
      await expect(refused.folder).rejects.toMatchObject({ kind: 'not-allowed' })
      expect(refused.graph.asked).toHaveLength(1)
    }
  })
})
