import { describe, expect, it } from 'vitest'
import { createFolder } from '../../src/graph/folders.ts'
import { ownPlace } from '../../src/graph/place.ts'
import {
  create,
  created,
  get,
  getParent,
  list,
  post,
  script,
  taken,
} from '../helpers/microsoft/fake-folders.ts'
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

describe('the parents of a folder that is created', () => {
  it('must exist', async () => {
    await expect(create(script({ [post]: [missing], [getParent]: [missing] })).folder).rejects.toMatchObject({
      kind: 'not-found',
      message: 'There is no folder "/p".',
      hint: 'od-link mkdir -p /p/new',
      code: 'itemNotFound',
    })
    await expect(create(() => missing, {}, ['new']).folder).rejects.toMatchObject({
      kind: 'not-allowed',
      message: 'This account has no OneDrive that can be reached.',
    })
    const noSite: Told = { status: 404, json: { error: { message: "User's mysite not found." } } }
    await expect(create(() => noSite).folder).rejects.toMatchObject({ kind: 'not-allowed' })
    const noRoom: Told = { status: 404, json: { error: { code: 'quotaLimitReached' } } }
    await expect(create(() => noRoom).folder).rejects.toMatchObject({
      message: 'There is no space left in this OneDrive (HTTP 404).',
    })
    await expect(
      create(script({ [post]: [taken], [get]: [missing], [list]: [missing], [getParent]: [missing] })).folder,
    ).rejects.toMatchObject({ message: 'There is no folder "/p".' })
  })

  it('are created with -p', async () => {
    const root = 'POST /me/drive/root/children'
    const { graph, folder: done } = create(
      script({ [post]: [missing, created], [root]: [{ status: 201, json: folder('p') }] }),
      { parents: true },
    )
    expect(await done).toMatchObject({ path: '/p/new', created: true })
    expect(graph.asked.map(({ path }) => path)).toEqual([
      '/me/drive/root:/p:/children',
      '/me/drive/root/children',
      '/me/drive/root:/p:/children',
    ])
    const forever = create(
      script({
        [post]: [missing],
        [root]: [{ status: 201, json: folder('p') }],
        'GET /me/drive/root:/p:': [ok(folder('p'))],
      }),
      {
        parents: true,
      },
    )
    await expect(forever.folder).rejects.toMatchObject({
      kind: 'not-found',
      message: 'Creating "/p/new" failed: Not found.',
    })
    expect(
      forever.graph.asked.filter(({ method, path }) => method === 'POST' && path.includes('root:')),
    ).toHaveLength(4)
  })

  it('are created with -p where one of them was created or removed meanwhile', async () => {
    const root = 'POST /me/drive/root/children'
    const { folder: done } = create(
      script({ [post]: [missing, created], [root]: [taken], 'GET /me/drive/root:/p:': [ok(folder('p'))] }),
      { parents: true },
    )
    expect(await done).toMatchObject({ path: '/p/new', created: true })
    const parentGone = create(
      script({
        [post]: [taken, created],
        [get]: [missing],
        [list]: [missing],
        [getParent]: [missing],
        [root]: [{ status: 201, json: folder('p') }],
      }),
      { parents: true },
    )
    expect(await parentGone.folder).toMatchObject({ path: '/p/new', created: true })
  })

  it('are all created with -p', async () => {
    const { graph, folder: done } = create(
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

  it.each([400, 405, 422])('cannot be files, which Graph refuses with %i', async (status) => {
    const refused: Told = { status, json: { error: { message: 'Odd.' } } }
    const inFile = { [post]: [refused], 'GET /me/drive/root:/p:': [ok(file('p'))] }
    await expect(create(script(inFile)).folder).rejects.toMatchObject({
      kind: 'not-found',
      message: '"/p" is a file, not a folder.',
      hint: 'Choose another parent.',
    })
    await expect(create(script(inFile), { parents: true }).folder).rejects.toMatchObject({
      kind: 'taken',
      message: 'The name is taken: "/p" is a file.',
      hint: 'Choose another name.',
    })
    const inFolder = { [post]: [refused], 'GET /me/drive/root:/p:': [ok(folder('p'))] }
    await expect(create(script(inFolder)).folder).rejects.toMatchObject({
      message: 'Creating "/p/new" failed: Odd.',
    })
  })

  it('follow the same rules further down', async () => {
    const path = ['a', 'b', 'c']
    const postDeep = 'POST /me/drive/root:/a/b:/children'
    const gets = { 'GET /me/drive/root:/a/b:': [missing], 'GET /me/drive/root:/a:': [ok(folder('a'))] }
    await expect(create(script({ [postDeep]: [missing], ...gets }), {}, path).folder).rejects.toMatchObject({
      message: 'There is no folder "/a/b".',
      hint: 'od-link mkdir -p /a/b/c',
    })
    const parents = create(
      script({
        [postDeep]: [missing, { status: 201, json: folder('C') }],
        'POST /me/drive/root:/a:/children': [{ status: 201, json: folder('b') }],
      }),
      { parents: true },
      path,
    )
    expect(await parents.folder).toMatchObject({ path: '/a/b/C', name: 'C' })
    const nameless = create(script({ [postDeep]: [{ status: 201, json: { id: 'x' } }] }), {}, path)
    expect(await nameless.folder).toMatchObject({ path: '/a/b/c', name: 'c' })
    expect(own.warnings).toEqual([])
    const there = create(
      script({
        [postDeep]: [taken],
        'GET /me/drive/root:/a/b/c:': [missing],
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
    const renamed = createFolder(lost, ownPlace(path), { onConflict: 'rename', parents: false })
    expect(await renamed).toMatchObject({ path: '/a/b/c 1' })
  })

  it('are not read where the refusal is not about them', async () => {
    const { graph, folder: refused } = create(() => ({ status: 403, json: { error: { message: 'No.' } } }))
    await expect(refused).rejects.toMatchObject({ message: 'Creating "/p/new" is not allowed: No.' })
    expect(graph.asked).toHaveLength(1)
  })

  it('that cannot be opened are reported as such, and no name is at fault', async () => {
    const error = {
      code: 'invalidRequest',
      message: 'ObjectHandle is Invalid',
      innerError: { code: 'invalidResourceId' },
    }
    const { folder: refused } = create(() => ({ status: 400, json: { error } }))
    await expect(refused).rejects.toMatchObject({
      kind: 'not-allowed',
      code: 'invalidResourceId',
      message: 'Creating "/p/new" failed, because OneDrive cannot open the item: ObjectHandle is Invalid.',
      hint: 'Check that it still exists, and is not in a locked Personal Vault.',
    })
  })

  it.each([
    [423, 'notAllowed', 'Access to this site has been blocked.', 'drive-blocked'],
    [403, 'serviceReadOnly', 'Database Is Read Only', 'drive-read-only'],
    [403, 'accountUpgradeRequired', 'Frozen.', 'drive-frozen'],
  ])('are not read where the whole drive refuses: %i %s', async (status, code, message, reason) => {
    const { graph, folder: refused } = create(() => ({ status, json: { error: { code, message } } }))
    await expect(refused).rejects.toMatchObject({ reason, message: expect.stringContaining(message) })
    expect(graph.asked).toHaveLength(1)
  })

  it('are read up to the nearest existing one, which may be a file', async () => {
    const refused: Told = { status: 400, json: {} }
    const deep = create(
      script({
        'POST /me/drive/root:/a/b:/children': [refused],
        'GET /me/drive/root:/a/b:': [missing],
        'GET /me/drive/root:/a:': [ok(file('a'))],
      }),
      {},
      ['a', 'b', 'c'],
    )
    await expect(deep.folder).rejects.toMatchObject({ message: '"/a" is a file, not a folder.' })
  })

  it('of a deep path must all exist', async () => {
    const path = Array.from({ length: 27 }, (_, n) => `n${n}`)
    const upper = `/me/drive/root:/${path.slice(0, 25).join('/')}`
    await expect(create(() => missing, {}, path).folder).rejects.toMatchObject({
      kind: 'not-found',
      message: `There is no folder "/${path.slice(0, -1).join('/')}".`,
    })
    const there = create((what) => (what.startsWith('GET') ? ok({ id: 'up' }) : created), {}, path)
    expect(await there.folder).toMatchObject({ created: true })
    expect(there.graph.asked.map((one) => one.path)).toEqual([
      `${upper}:?$select=id,remoteItem`,
      '/me/drive/items/up:/n25:/children',
    ])
    let look = 0
    const absent = create(
      (what) => {
        if (what.startsWith('GET') && what !== `GET ${upper}:`) return missing
        if (what !== `GET ${upper}:`) return created
        look += 1
        return look === 1 ? missing : ok({ id: 'up' })
      },
      { parents: true },
      path,
    )
    expect(await absent.folder).toMatchObject({ created: true })
    const other = ({ path }: { path: string }) => path.startsWith(upper) || !path.includes('/n0')
    expect(absent.graph.asked.filter(other).map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${upper}:?$select=id,remoteItem`,
      `POST ${upper}:/children`,
      `GET ${upper}:?$select=id,remoteItem`,
      'POST /me/drive/items/up:/n25:/children',
    ])
    // Whether one of the 24 above is a shortcut.
    expect(absent.graph.asked).toHaveLength(4 + 4)
    for (const parents of [true, false]) {
      const refused = create(() => ({ status: 403, json: {} }), { parents }, path)
      await expect(refused.folder).rejects.toMatchObject({ kind: 'not-allowed' })
      expect(refused.graph.asked).toHaveLength(1)
    }
  })
})
