import { describe, expect, it } from 'vitest'
import { type CreateOptions, createFolder } from '../../src/graph/folders.ts'
import { ownPlace } from '../../src/graph/place.ts'
import {
  create,
  created,
  get,
  getParent,
  list,
  plain,
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

describe('a folder that is created', () => {
  it('takes one request', async () => {
    const { graph, folder: done } = create(script({ [post]: [created] }))
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
  ] as const)('with --on-conflict %s asks Graph to %s', async (onConflict, behavior) => {
    const { graph, folder: done } = create(script({ [post]: [created] }), { onConflict })
    await done
    expect(graph.asked[0]?.body).toMatchObject({ '@microsoft.graph.conflictBehavior': behavior })
  })

  it('may have another name, which is reported unless it was requested', async () => {
    const other: Told = { status: 201, json: folder('new 1') }
    expect(await create(script({ [post]: [other] })).folder).toMatchObject({
      path: '/p/new 1',
      name: 'new 1',
    })
    expect(own.warnings).toEqual(['OneDrive calls the folder "new 1", not "new".'])
    await create(script({ [post]: [other] }), { onConflict: 'rename' }).folder
    await create(script({ [post]: [{ status: 201, json: folder('NEW') }] })).folder
    expect(own.warnings).toHaveLength(1)
    expect(await create(script({ [post]: [{ status: 201, json: {} }] })).folder).toEqual({
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
      /^To use the existing folder: od-link mkdir --on-conflict reuse \/p\/new\nTo create a copy with a new name: od-link mkdir --on-conflict rename \/p\/new$/,
    ],
    [
      'a folder',
      folder('new'),
      'rename',
      '"/p/new" is a folder.',
      /^To use the existing folder: od-link mkdir --on-conflict reuse \/p\/new$/,
    ],
    ['a file', file('new'), 'reuse', '"/p/new" is a file.', /^Choose another name\.$/],
    [
      'a notebook',
      folder('new', { package: {} }),
      'reuse',
      '"/p/new" is a notebook.',
      /^Choose another name\.$/,
    ],
  ] as const)('is refused where the name is taken by %s: %j', async (_, item, onConflict, message, hint) => {
    await expect(
      create(script({ [post]: [taken], [get]: [ok(item)] }), { onConflict }).folder,
    ).rejects.toMatchObject({
      kind: 'taken',
      message: `The name is taken: ${message}`,
      code: 'nameAlreadyExists',
      hint: expect.stringMatching(hint),
    })
  })

  it('uses the existing folder with --on-conflict reuse', async () => {
    const there = { path: '/p/NEW', created: false }
    const options = { onConflict: 'reuse' } as const
    expect(
      await create(script({ [post]: [taken], [get]: [ok(folder('NEW'))] }), options).folder,
    ).toMatchObject(there)
    // A personal drive answers with the folder itself.
    expect(await create(script({ [post]: [ok(folder('NEW'))] }), options).folder).toMatchObject(there)
    await expect(create(script({ [post]: [ok(folder('NEW'))] })).folder).rejects.toMatchObject({
      kind: 'taken',
    })
  })

  it('is our own after a lost answer, if it is young', async () => {
    const found = (createdDateTime: string): Told => ok(folder('new', { createdDateTime }))
    const headers = { date: new Date().toUTCString() }
    const lost: Told = { ...taken, repeated: true }
    const young = { ...found(new Date(Date.now() + 1_000).toISOString()), headers }
    expect(await create(script({ [post]: [lost], [get]: [young] })).folder).toMatchObject({ created: true })
    const old = { ...found('2020-01-01T00:00:00Z'), headers }
    await expect(create(script({ [post]: [lost], [get]: [old] })).folder).rejects.toMatchObject({
      kind: 'taken',
    })
    await expect(create(script({ [post]: [taken], [get]: [young] })).folder).rejects.toMatchObject({
      kind: 'taken',
    })
  })

  it('that conflicts with something else than a name is refused in Graph’s own words', async () => {
    const conflict: Told = {
      status: 409,
      json: { error: { code: 'editConflict', message: 'Your changes conflict with others.' } },
    }
    const parent = { [getParent]: [ok(folder('p'))] }
    const answers = { ...parent, [post]: [conflict], [get]: [missing], [list]: [ok({ value: [] })] }
    await expect(create(script(answers)).folder).rejects.toMatchObject({
      kind: 'taken',
      reason: 'changed-meanwhile',
      code: 'editConflict',
      message: 'Creating "/p/new" failed: Your changes conflict with others.',
    })
    // Whatever it was, the folder exists now.
    const there = { [post]: [conflict], [get]: [ok(folder('new'))] }
    expect(await create(script(there), { onConflict: 'reuse' }).folder).toMatchObject({ created: false })
  })

  it('below a parent that does not exist, which Graph may call a conflict, is refused for that', async () => {
    const conflict: Told = {
      status: 409,
      json: { error: { code: 'invalidRequest', message: 'The parent folder does not exist.' } },
    }
    // Nor is it a shortcut, which Graph reports in the same way.
    const answers = { [post]: [conflict], [getParent]: [missing] }
    await expect(create(script(answers)).folder).rejects.toMatchObject({
      kind: 'not-found',
      message: 'There is no folder "/p".',
    })
  })

  it('whose name is taken has the usual code where Graph gives none', async () => {
    const wordless: Told = { status: 409, json: {} }
    await expect(
      create(script({ [post]: [wordless], [get]: [ok(folder('new'))] })).folder,
    ).rejects.toMatchObject({ kind: 'taken', code: 'nameAlreadyExists' })
  })

  it('is tried again when the item with its name is gone, three times', async () => {
    const gone = { [get]: [missing], [list]: [ok({ value: [] })], [getParent]: [ok(folder('p'))] }
    expect(await create(script({ [post]: [taken, taken, created], ...gone })).folder).toMatchObject({
      created: true,
    })
    const { graph, folder: never } = create(script({ [post]: [taken], ...gone }))
    await expect(never).rejects.toMatchObject({
      kind: 'taken',
      message: 'The name is taken: "/p/new" is an item that od-link cannot read.',
    })
    expect(graph.asked.filter(({ method }) => method === 'POST')).toHaveLength(3)
  })

  const words = 'The name is incompatible with a similar name'
  const similar = (status: number, error: object = { code: 'itemNotFound', message: words }): Told => ({
    status,
    json: { error },
  })
  const inner = { code: 'nameAlreadyExists', innerError: { code: 'similarRelationshipNameAlreadyExists' } }
  const shownBy = {
    creation: { [post]: [similar(409)], [get]: [missing] },
    'an inner code of the creation': { [post]: [similar(409, inner)], [get]: [missing] },
    'a creation that finds nothing': { [post]: [similar(404)], [get]: [missing] },
    'the look-up': { [post]: [taken], [get]: [similar(404)] },
  }
  it.each(Object.entries(shownBy))(
    'is refused at once where only a similar name exists, as shown by %s',
    async (_, answers) => {
      // A list of the parent, or a second attempt, would be an answer that the script does not have.
      const { graph, folder: refused } = create(script(answers))
      await expect(refused).rejects.toMatchObject({
        kind: 'taken',
        reason: 'similar-name',
        message:
          'The name is taken: OneDrive does not distinguish "/p/new" from an existing item with a similar name.',
        hint: 'Choose another name.',
      })
      expect(graph.asked).toHaveLength(2)
    },
  )

  it('is refused where the service created it somewhere else', async () => {
    const inPlace = (path: string): Told => ({
      status: 201,
      json: folder('new', { parentReference: { path } }),
    })
    expect(await create(script({ [post]: [inPlace('/drive/root:/P')] })).folder).toMatchObject({
      created: true,
    })
    await expect(create(script({ [post]: [inPlace('/drive/root:')] })).folder).rejects.toMatchObject({
      kind: 'service',
      reason: 'unreadable-answer',
      message: 'OneDrive did not create "/p/new" in the parent that was requested.',
      hint: 'Look for it in the folders above, and remove it there.',
    })
  })

  it('whose existing item cannot be read is reported so', async () => {
    await expect(
      create(script({ [post]: [taken], [get]: [{ status: 403, json: { error: { message: 'No.' } } }] }))
        .folder,
    ).rejects.toMatchObject({ kind: 'not-allowed', message: 'Reading "/p/new" is not allowed: No.' })
  })

  describe('after a lost answer', () => {
    /** What is found before the creation is sent again. */
    const lookedFor = async (
      tell: Parameters<typeof fakeGraph>[0],
      options: Partial<CreateOptions> = {},
      name = 'new',
    ) => {
      let found: unknown
      const graph = fakeGraph(async (what, request, lookFirst) => {
        if (request.method !== 'POST') return tell(what, request)
        found = await lookFirst?.()
        return created
      })
      await createFolder(graph, ownPlace(['p', name]), { ...plain, ...options })
      return found as { status: number; json: { name: string } } | undefined
    }

    it('is read', async () => {
      expect(await lookedFor(() => ok(folder('new')))).toMatchObject({ status: 200, json: { name: 'new' } })
      expect(await lookedFor(() => missing)).toBeUndefined()
    })

    // One moment for all: a tick between two of the same second would create one of them the younger.
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
    ])('with rename is the youngest of those with its name: %#', async (value, name) => {
      expect(await rename(value)).toBe(name)
    })

    it('with rename of a name that ends in a number is the one with another number after it', async () => {
      expect(await rename([dated('new 5', 1), dated('new 5 1', 1)], 'new 5')).toBe('new 5 1')
    })

    it('with rename counts as created', async () => {
      const value = [dated('new 1', 1)]
      expect(await lookedFor(() => ({ ...ok({ value }), headers }), { onConflict: 'rename' })).toMatchObject({
        status: 201,
      })
      expect(await lookedFor(() => missing, { onConflict: 'rename' })).toBeUndefined()
    })
  })
})
