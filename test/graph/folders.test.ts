import { describe, expect, it } from 'vitest'
import { type CreateOptions, createFolder } from '../../src/graph/folders.ts'
import { get, list, made, make, plain, post, script, taken } from '../helpers/microsoft/fake-folders.ts'
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

describe('a folder that is made', () => {
  it('is asked for by one request', async () => {
    const { graph, folder: done } = make(script({ [post]: [made] }))
    expect(await done).toEqual({
      path: '/p/new',
      name: 'new',
      id: 'id of new',
      webUrl: 'https://drive.example/new',
      created: true,
    })
    expect(graph.asked).toEqual([
      {
        method: 'POST',
        path: '/me/drive/root:/p:/children',
        body: { name: 'new', folder: {}, '@microsoft.graph.conflictBehavior': 'fail' },
        lookFirst: true,
      },
    ])
    expect(own.warnings).toEqual([])
  })

  it.each([
    ['reuse', 'fail'],
    ['rename', 'rename'],
  ] as const)('with --on-conflict %s tells Graph to %s', async (onConflict, behavior) => {
    const { graph, folder: done } = make(script({ [post]: [made] }), { onConflict })
    await done
    expect(graph.asked[0]?.body).toMatchObject({ '@microsoft.graph.conflictBehavior': behavior })
  })

  it('may have another name, which is said unless it was asked for', async () => {
    const other: Told = { status: 201, json: folder('new 1') }
    expect(await make(script({ [post]: [other] })).folder).toMatchObject({ path: '/p/new 1', name: 'new 1' })
    expect(own.warnings).toEqual(['OneDrive calls the folder "new 1", not "new".'])
    await make(script({ [post]: [other] }), { onConflict: 'rename' }).folder
    await make(script({ [post]: [{ status: 201, json: folder('NEW') }] })).folder
    expect(own.warnings).toHaveLength(1)
    expect(await make(script({ [post]: [{ status: 201, json: {} }] })).folder).toEqual({
      path: '/p/new',
      name: 'new',
      id: '',
      webUrl: '',
      created: true,
    })
  })

  it.each([
    [
      'a folder',
      folder('new'),
      'fail',
      '"/p/new" is a folder.',
      /^To use .* reuse\nTo make another .* rename$/,
    ],
    [
      'a folder',
      folder('new'),
      'rename',
      '"/p/new" is a folder.',
      /^To use the folder that is there: --on-conflict reuse$/,
    ],
    ['a file', file('new'), 'reuse', '"/p/new" is a file.', /^Choose another name\.$/],
    [
      'a notebook',
      folder('new', { package: {} }),
      'reuse',
      '"/p/new" is a notebook.',
      /^Choose another name\.$/,
    ],
  ] as const)('is in the way of %s with %j', async (_, item, onConflict, message, hint) => {
    await expect(
      make(script({ [post]: [taken], [get]: [ok(item)] }), { onConflict }).folder,
    ).rejects.toMatchObject({
      kind: 'taken',
      message: `The name is taken: ${message}`,
      code: 'nameAlreadyExists',
      hint: expect.stringMatching(hint),
    })
  })

  it('uses the folder that is there where that is wanted', async () => {
    const there = { path: '/p/NEW', created: false }
    const options = { onConflict: 'reuse' } as const
    expect(await make(script({ [post]: [taken], [get]: [ok(folder('NEW'))] }), options).folder).toMatchObject(
      there,
    )
    // A personal drive answers with the folder itself.
    expect(await make(script({ [post]: [ok(folder('NEW'))] }), options).folder).toMatchObject(there)
    await expect(make(script({ [post]: [ok(folder('NEW'))] })).folder).rejects.toMatchObject({
      kind: 'taken',
    })
  })

  it('is our own where an answer was lost, if it is young', async () => {
    const found = (createdDateTime: string): Told => ok(folder('new', { createdDateTime }))
    const headers = { date: new Date().toUTCString() }
    const lost: Told = { ...taken, repeated: true }
    const young = { ...found(new Date(Date.now() + 1_000).toISOString()), headers }
    expect(await make(script({ [post]: [lost], [get]: [young] })).folder).toMatchObject({ created: true })
    const old = { ...found('2020-01-01T00:00:00Z'), headers }
    await expect(make(script({ [post]: [lost], [get]: [old] })).folder).rejects.toMatchObject({
      kind: 'taken',
    })
    await expect(make(script({ [post]: [taken], [get]: [young] })).folder).rejects.toMatchObject({
      kind: 'taken',
    })
  })

  it('whose name is taken has a code of its own where Graph gives none', async () => {
    const wordless: Told = { status: 409, json: {} }
    await expect(
      make(script({ [post]: [wordless], [get]: [ok(folder('new'))] })).folder,
    ).rejects.toMatchObject({ kind: 'taken', code: 'nameAlreadyExists' })
  })

  it('is tried again when what was in the way is gone, three times', async () => {
    const gone = { [get]: [missing], [list]: [ok({ value: [] })] }
    expect(await make(script({ [post]: [taken, taken, made], ...gone })).folder).toMatchObject({
      created: true,
    })
    const { graph, folder: never } = make(script({ [post]: [taken], ...gone }))
    await expect(never).rejects.toMatchObject({
      kind: 'taken',
      message: 'The name is taken: "/p/new" is an item that cannot be seen.',
    })
    expect(graph.asked.filter(({ method }) => method === 'POST')).toHaveLength(3)
  })

  it('is in the way of a similar name that cannot be seen', async () => {
    const similar: Told = { status: 404, json: { error: { code: 'itemNotFound', message: 'similar name' } } }
    await expect(
      make(script({ [post]: [similar], [get]: [missing], [list]: [ok({ value: [] })] })).folder,
    ).rejects.toMatchObject({
      message: 'The name is taken: "/p/new" is an item with a similar name.',
      code: 'itemNotFound',
    })
  })

  it('that cannot be looked at is told so', async () => {
    await expect(
      make(script({ [post]: [taken], [get]: [{ status: 403, json: { error: { message: 'No.' } } }] })).folder,
    ).rejects.toMatchObject({ kind: 'not-allowed', message: 'Looking at "/p/new" is not allowed: No.' })
  })

  describe('after an answer that was lost', () => {
    /** What is done before the creation is sent again. */
    const lookedFor = async (
      tell: Parameters<typeof fakeGraph>[0],
      options: Partial<CreateOptions> = {},
      name = 'new',
    ) => {
      let found: unknown
      const graph = fakeGraph(async (what, request, lookFirst) => {
        if (request.method !== 'POST') return tell(what, request)
        found = await lookFirst?.()
        return made
      })
      await createFolder(graph, ['p', name], { ...plain, ...options })
      return found as { status: number; json: { name: string } } | undefined
    }

    it('is looked for', async () => {
      expect(await lookedFor(() => ok(folder('new')))).toMatchObject({ status: 200, json: { name: 'new' } })
      expect(await lookedFor(() => missing)).toBeUndefined()
    })

    // One moment for all: a tick between two of the same second would make one of them the younger.
    const soon = Date.now() + 60_000
    const time = (second: number) => new Date(soon + second * 1000).toISOString()
    const dated = (name: string, second: number, more: object = {}) =>
      folder(name, { createdDateTime: time(second), ...more })
    const headers = { date: new Date().toUTCString() }
    const rename = async (value: object[], name?: string) =>
      (await lookedFor(() => ({ ...ok({ value }), headers }), { onConflict: 'rename' }, name))?.json.name

    it.each([
      [[dated('new', 0), dated('NEW 1', 2), dated('new 2', 1)], 'NEW 1'],
      [[dated('new 9', 1), dated('new 10', 1), dated('new', 1)], 'new 10'],
      [
        [dated('new', 1), dated('new x', 5), dated('newer 1', 5), dated('new 1 ', 5), dated('other 1', 5)],
        'new',
      ],
      [[dated('new 3', 5, { folder: undefined, file: {} }), dated('new', 1)], 'new'],
      [[folder('new 5', { createdDateTime: '2020-01-01T00:00:00Z' }), dated('new 1', 1)], 'new 1'],
      [[folder('other')], undefined],
    ])('and a rename is the youngest of those with its name: %#', async (value, name) => {
      expect(await rename(value)).toBe(name)
    })

    it('and a rename of what has a number itself is the one with another number behind it', async () => {
      expect(await rename([dated('new 5', 1), dated('new 5 1', 1)], 'new 5')).toBe('new 5 1')
    })

    it('and counts as made', async () => {
      const value = [dated('new 1', 1)]
      expect(await lookedFor(() => ({ ...ok({ value }), headers }), { onConflict: 'rename' })).toMatchObject({
        status: 201,
      })
      expect(await lookedFor(() => missing, { onConflict: 'rename' })).toBeUndefined()
    })
  })
})
