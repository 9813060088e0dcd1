import { describe, expect, it } from 'vitest'
import { addressOf, followShortcut, pagesOf } from '../../src/graph/drive.ts'
import { createFolder } from '../../src/graph/folders.ts'
import { ownPlace, showPlace } from '../../src/graph/place.ts'
import { isDangling, targetOf } from '../../src/graph/shortcuts.ts'
import { plain, script, taken } from '../helpers/microsoft/fake-folders.ts'
import { aFolder, fakeGraph, missing, ok, type Told } from '../helpers/microsoft/fake-graph.ts'

const remoteItem = { id: 'R', name: 'General', folder: {}, parentReference: { driveId: 'b!R' } }
const shortcut = ok({ id: 'S', name: 'Team', remoteItem })
const gone = ok({ id: 'S', name: 'Team', remoteItem: { id: 'R', parentReference: { driveId: 'b!R' } } })
const mounted: Told = {
  status: 400,
  json: { error: { code: 'invalidRequest', message: 'Cannot perform operation within a mounted folder.' } },
}
const made = (name: string): Told => ({ status: 201, json: aFolder(name) })
const told = ({ asked }: ReturnType<typeof fakeGraph>) =>
  asked.map(({ method, path }) => `${method} ${path.split('?')[0]}`)
const create = (answers: Record<string, Told[]>, path: string[], options: object = {}) => {
  const graph = fakeGraph(script(answers))
  return { graph, folder: createFolder(graph, ownPlace(path), { ...plain, ...options }) }
}

describe('a path through a shortcut', () => {
  it.each([
    ['at work', missing],
    ['on a personal drive', mounted],
  ])('goes on in the drive that it leads to, %s', async (_, refusal) => {
    const { graph, folder } = create(
      {
        'POST /me/drive/root:/Team/a:/children': [refusal],
        'GET /me/drive/root:/Team/a:': [refusal],
        'GET /me/drive/root:/Team:': [shortcut],
        'POST /drives/b!R/items/R:/a:/children': [made('New')],
      },
      ['Team', 'a', 'New'],
    )
    expect(await folder).toMatchObject({ path: '/Team/a/New', created: true })
    expect(told(graph)).toEqual([
      'POST /me/drive/root:/Team/a:/children',
      'GET /me/drive/root:/Team:',
      'POST /drives/b!R/items/R:/a:/children',
    ])
  })

  it('needs no further look with -p, whose parents lead there', async () => {
    const { graph, folder } = create(
      {
        'POST /me/drive/root:/Team/a:/children': [missing],
        'POST /me/drive/root:/Team:/children': [missing],
        'POST /me/drive/root/children': [taken],
        'GET /me/drive/root:/Team:': [shortcut],
        'POST /drives/b!R/items/R/children': [made('a')],
        'POST /drives/b!R/items/R:/a:/children': [made('New')],
      },
      ['Team', 'a', 'New'],
      { parents: true },
    )
    expect(await folder).toMatchObject({ path: '/Team/a/New' })
    expect(graph.asked).toHaveLength(6)
  })

  it('is shown as it was typed when a parent is missing there', async () => {
    const { folder } = create(
      {
        'POST /me/drive/root:/Team/a:/children': [missing],
        'GET /me/drive/root:/Team:': [shortcut],
        'POST /drives/b!R/items/R:/a:/children': [missing],
        'GET /drives/b!R/items/R:/a:': [missing],
      },
      ['Team', 'a', 'New'],
    )
    await expect(folder).rejects.toMatchObject({
      message: 'There is no folder "/Team/a".',
      hint: 'od-link mkdir -p /Team/a/New',
    })
  })

  it.each([false, true])('says that the folder is gone (-p: %s)', async (parents) => {
    const { folder } = create(
      {
        'POST /me/drive/root:/Team:/children': [missing],
        'POST /me/drive/root/children': [taken],
        'GET /me/drive/root:/Team:': [gone],
        'POST /drives/b!R/items/R/children': [missing],
      },
      ['Team', 'New'],
      { parents },
    )
    await expect(folder).rejects.toMatchObject({
      kind: 'not-found',
      message:
        '"/Team" is a shortcut to a folder that no longer exists, or is no longer shared with this account.',
    })
  })

  it('ends where shortcuts lead in a circle', async () => {
    const again = {
      id: 'S',
      name: 'Team',
      remoteItem: { ...remoteItem, parentReference: { driveId: 'b!R' } },
    }
    const circle = fakeGraph((what) =>
      what.startsWith('GET') && !what.endsWith('/children') ? ok(again) : missing,
    )
    await expect(createFolder(circle, ownPlace(['Team', 'x', 'New']), plain)).rejects.toMatchObject({
      kind: 'not-found',
    })
    const pages = []
    for await (const page of pagesOf(circle, ownPlace(['Team', 'x']))) pages.push(page.status)
    expect(pages).toEqual([404])
    expect(circle.asked.length).toBeLessThan(40)
  })
})

describe('a shortcut', () => {
  it('is used as the folder that it stands for', async () => {
    const answers = { 'POST /me/drive/root/children': [taken], 'GET /me/drive/root:/Team:': [shortcut] }
    expect(await create(answers, ['Team'], { onConflict: 'reuse' }).folder).toEqual({
      path: '/Team',
      name: 'Team',
      id: 'R',
      webUrl: '',
      created: false,
    })
    await expect(create(answers, ['Team']).folder).rejects.toMatchObject({
      message: 'The name is taken: "/Team" is a folder.',
    })
    await expect(
      create({ ...answers, 'GET /me/drive/root:/Team:': [gone] }, ['Team']).folder,
    ).rejects.toMatchObject({
      message: 'The name is taken: "/Team" is a shortcut to a folder that is gone.',
    })
  })

  it('is listed as what it stands for, and lists ask for shortcuts', async () => {
    const page = ok({ value: [aFolder('a')] })
    const graph = fakeGraph(
      script({
        'GET /me/drive/root:/Team:/children': [ok({ value: [] })],
        'GET /me/drive/root:/Team:': [shortcut],
        'GET /drives/b!R/items/R/children': [page],
      }),
    )
    const values = []
    for await (const { json } of pagesOf(graph, ownPlace(['Team']))) values.push(json?.value)
    expect(values).toEqual([[aFolder('a')]])
    expect(graph.asked[0]?.headers).toEqual({ prefer: 'Include-Feature=AddToOneDrive' })
  })

  it('on a path that is too deep to be addressed at once is followed', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `n${n}`)
    const upper = `/me/drive/root:/${names.slice(0, 25).join('/')}:`
    const graph = fakeGraph((what) => {
      if (what === `GET ${upper}`) return missing
      const { length } = what.match(/n\d+/g) ?? []
      if (what.startsWith('GET /drives/')) return ok({ ...aFolder('n'), id: 'deep' })
      if (length === 3) return shortcut
      return length < 3 ? ok(aFolder('n')) : missing
    })
    const address = await addressOf(graph, ownPlace(names))
    // Below the shortcut's target it is still too deep, so that drive is asked for an ancestor.
    expect(address).toBe('/drives/b!R/items/deep:/n28/n29:')
  })

  it('has a target only with its IDs', () => {
    const place = ownPlace(['Team'])
    expect(showPlace(targetOf(place, { remoteItem }) ?? place)).toBe('/Team')
    expect(targetOf(place, { remoteItem: { id: 'R' } })).toBeUndefined()
    expect(targetOf(place, {})).toBeUndefined()
    expect(isDangling({ remoteItem: { id: 'R' } })).toBe(true)
    expect(isDangling({ remoteItem })).toBe(false)
    expect(isDangling({})).toBe(false)
  })

  it('is not looked for where the refusal has another cause', async () => {
    const graph = fakeGraph(() => ({ status: 403, json: {} }))
    expect(await followShortcut(graph, ownPlace(['a', 'b', 'c']))).toBeUndefined()
    expect(graph.asked).toHaveLength(1)
  })

  it.each([
    ['drive-blocked', 423, 'notAllowed', 'Access to this site has been blocked.'],
    ['drive-read-only', 403, 'serviceReadOnly', 'Database Is Read Only'],
    ['no-space', 507, 'quotaLimitReached', 'Insufficient Space Available'],
  ])('is not what is told where the drive refuses: %s', async (reason, status, code, message) => {
    const blocked = { status, json: { error: { code, message } } }
    const graph = fakeGraph((what) => (what.startsWith('POST') ? missing : blocked))
    const options = { onConflict: 'fail', parents: false } as const
    await expect(createFolder(graph, ownPlace(['Team', 'New']), options)).rejects.toMatchObject({ reason })
  })
})
