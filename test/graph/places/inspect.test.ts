import { describe, expect, it } from 'vitest'
import type { Account } from '../../../src/accounts/account.ts'
import type { Place } from '../../../src/graph/place.ts'
import { inspectPlace } from '../../../src/graph/places/inspect.ts'
import { script } from '../../helpers/microsoft/fake-folders.ts'
import { fakeGraph, missing, ok, type Told } from '../../helpers/microsoft/fake-graph.ts'
import { useOwnSettings } from '../../helpers/program/own-settings.ts'

useOwnSettings()

const graphOrigin = 'https://graph.microsoft.com'
const site = 'https://contoso.sharepoint.com/sites/project-x'
const place: Place = { drive: '/drives/b!D', item: 'I', prefix: 'https://a.example/x', path: [] }
const item = {
  ...{ id: 'I', name: 'General', webUrl: `${site}/Shared%20Documents/General`, folder: {} },
  parentReference: { driveId: 'b!D', driveType: 'documentLibrary' },
}
const ada: Account = {
  ...{ id: 't.o', username: 'ada@contoso.example', displayName: 'Ada', kind: 'work', store: 'file' },
}

function inspect(
  answers: Record<string, Told[]>,
  { at = place, kind = 'work' as Account['kind'], grantedScope = 'User.Read Files.ReadWrite.All' } = {},
) {
  const graph = fakeGraph(script(answers))
  const caller = { account: { ...ada, kind }, grantedScope }
  return { graph, inspected: inspectPlace(graph, at, caller, graphOrigin) }
}
const told = (answer: object, more: Record<string, Told[]> = {}, options = {}) =>
  inspect({ 'GET /drives/b!D/items/I': [ok(answer)], ...more }, options).inspected

describe('a folder that is to be saved', () => {
  it('is known by its IDs, and told by where it is', async () => {
    const { graph, inspected } = inspect({ 'GET /drives/b!D/items/I': [ok(item)] })
    expect(await inspected).toEqual({
      ...{ id: 'b!D', item: 'I' },
      about: 'folder General, contoso.sharepoint.com/sites/project-x/Shared Documents',
    })
    expect(graph.asked.map(({ path }) => path)).toEqual([
      '/drives/b!D/items/I?$select=id,name,webUrl,folder,file,package,remoteItem,root,parentReference',
    ])
  })

  it.each([
    [
      'of a personal drive',
      { ...item, parentReference: { driveId: 'b!D', driveType: 'personal' } },
      'folder General of a personal OneDrive',
    ],
    ['without a page', { ...item, webUrl: undefined }, 'folder General'],
    ['with a page at a foreign host', { ...item, webUrl: 'https://evil.example/a/b' }, 'folder General'],
    [
      'with a page that cannot be decoded',
      { ...item, webUrl: `${site}/%ff` },
      'folder General, contoso.sharepoint.com',
    ],
    [
      'with letters that move the cursor',
      { ...item, webUrl: `${site}/a%1b%5b2Jb/c` },
      expect.not.stringContaining('\u001b'),
    ],
  ])('%s is told so', async (_, answer, about) => {
    expect(await told(answer)).toMatchObject({ about })
  })

  it('is in the drive that was asked, where it does not say in which it is', async () => {
    expect(await told({ ...item, parentReference: undefined })).toMatchObject({ id: 'b!D', item: 'I' })
    const at: Place = { drive: '/me/drive', prefix: '', path: ['a'] }
    const answers = { 'GET /me/drive/root:/a:': [ok({ ...item, parentReference: {} })] }
    await expect(inspect(answers, { at }).inspected).rejects.toMatchObject({
      ...{ kind: 'service', message: expect.stringMatching(/^Opening "\/a" failed/) },
    })
  })

  it('is what a shortcut stands for', async () => {
    const remoteItem = {
      ...{ id: 'R', name: 'Team', folder: {}, webUrl: `${site}/Docs/Team` },
      parentReference: { driveId: 'b!R' },
    }
    expect(await told({ ...item, remoteItem })).toEqual({
      ...{ id: 'b!R', item: 'R', about: 'folder Team, contoso.sharepoint.com/sites/project-x/Docs' },
    })
    await expect(told({ ...item, remoteItem: { id: 'R', folder: {} } })).rejects.toMatchObject({
      kind: 'service',
    })
  })

  it('is none when it is a file, is not there or is not shared', async () => {
    await expect(told({ ...item, folder: undefined, file: {} })).rejects.toMatchObject({
      ...{ kind: 'not-found', reason: 'not-a-folder' },
      message: '"https://a.example/x" is a file, not a folder.',
      hint: 'Copy the address of the folder that holds it.',
    })
    await expect(told({ ...item, id: undefined })).rejects.toMatchObject({ kind: 'service' })
    const { inspected } = inspect({ 'GET /drives/b!D/items/I': [missing] })
    await expect(inspected).rejects.toMatchObject({
      ...{ kind: 'not-found', message: expect.stringMatching(/^Opening "https:\/\/a\.example\/x" failed/) },
    })
  })
})

describe('a root that is to be saved', () => {
  const root = { ...item, root: {} }
  const drive = (json: object) => told(root, { 'GET /drives/b!D': [ok(json)] })
  const webUrl = `${site}/Shared%20Documents`

  it.each<[drive: object, about: string]>([
    [
      {
        driveType: 'documentLibrary',
        name: 'Documents',
        owner: { group: { displayName: 'Project X' } },
        webUrl,
      },
      'library Documents of Project X, contoso.sharepoint.com',
    ],
    [
      { driveType: 'documentLibrary', name: 'Documents', webUrl },
      'library Documents of project-x, contoso.sharepoint.com',
    ],
    [{ driveType: 'documentLibrary', name: 'Documents', owner: 'x' }, 'library Documents'],
    [
      { driveType: 'business', owner: { user: { displayName: 'Grace' } }, webUrl },
      'OneDrive of Grace, contoso.sharepoint.com',
    ],
    [
      {
        driveType: 'personal',
        owner: { user: { displayName: 'Grace' } },
        webUrl: 'https://onedrive.live.com/?cid=1',
      },
      'personal OneDrive of Grace',
    ],
    [{ driveType: 'personal', owner: { user: 'x' } }, 'personal OneDrive'],
    [{}, 'OneDrive'],
  ])('is the whole drive %j', async (json, about) => {
    expect(await drive(json)).toEqual({ id: 'b!D', about })
  })

  it('is a drive also where that may not be read', async () => {
    expect(await told(root, { 'GET /drives/b!D': [missing] })).toEqual({ id: 'b!D', about: 'a drive' })
  })
})

describe('a link for its own files only', () => {
  const narrow = { grantedScope: 'User.Read Files.ReadWrite' }

  it('does not reach another drive, and learns which scope would', async () => {
    for (const mine of [ok({ id: 'b!mine' }), missing])
      await expect(told(item, { 'GET /me/drive': [mine] }, narrow)).rejects.toMatchObject({
        ...{ kind: 'not-allowed', reason: 'scope-too-narrow' },
        message: '"https://a.example/x" is in another drive, and the link\'s scope only reaches its own.',
        hint: "To sign in again with the scope that it needs: od-link login --account t.o --scope 'User.Read Files.ReadWrite.All'",
      })
  })

  it('reaches its own, by whatever address', async () => {
    expect(await told(item, { 'GET /me/drive': [ok({ id: 'b!D' })] }, narrow)).toMatchObject({ id: 'b!D' })
    const at: Place = { drive: '/me/drive', prefix: '', path: ['a'] }
    const answers = { 'GET /me/drive/root:/a:': [ok(item)] }
    expect(await inspect(answers, { at, ...narrow }).inspected).toMatchObject({ item: 'I' })
  })

  it('of a personal account reaches what others share with it', async () => {
    const { graph, inspected } = inspect(
      { 'GET /drives/b!D/items/I': [ok(item)] },
      { kind: 'personal', ...narrow },
    )
    expect(await inspected).toMatchObject({ id: 'b!D' })
    expect(graph.asked).toHaveLength(1)
  })
})
