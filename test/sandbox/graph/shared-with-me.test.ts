import { expect, it } from 'vitest'
import { ada, grace, type Json } from '../../helpers/sandbox/client.ts'
import { charles, margaret, personOf, scopes, worldOfPlaces } from '../../helpers/sandbox/places.ts'

const path = '/me/drive/sharedWithMe'

it('tells less to a scope that does not open the items, save on personal accounts', async () => {
  const { to, arrange } = await worldOfPlaces()
  await arrange('rights', { in: charles, path: '/Plans', username: ada, role: 'read' })
  await arrange('rights', { in: margaret, path: '/Pictures', username: grace, role: 'read' })
  const told = async (username: string, scope: string) => {
    const [one] = (await (await personOf(to, username, scope)).get(path)).json.value
    return [Object.keys(one), Object.keys(one.remoteItem)].map((names) => names.toSorted())
  }
  // The narrow scope first: a token lists whatever was consented to.
  expect(await told(ada, scopes.ownDrive)).toEqual([
    ['folder', 'id', 'name', 'remoteItem'],
    ['folder', 'id', 'name', 'parentReference'],
  ])
  const [all, remote] = await told(ada, scopes.drives)
  expect(all).toEqual(expect.arrayContaining(['createdBy', 'size', 'webUrl']))
  expect(remote).toEqual(expect.arrayContaining(['shared', 'sharepointIds', 'webUrl']))
  expect((await told(grace, scopes.ownDrive))[0]).toEqual(expect.arrayContaining(['createdBy', 'webUrl']))
})

it('tells what other organizations share only where that is asked for', async () => {
  const { to, arrange } = await worldOfPlaces()
  await arrange('rights', { in: charles, path: '/Plans', username: ada, role: 'read' })
  await arrange('rights', { in: margaret, path: '/Pictures', username: ada, role: 'read' })
  const { get } = await personOf(to, ada)
  const names = async (query: string) => (await get(path + query)).json.value.map((one: Json) => one.name)
  expect(await names('')).toEqual(['Plans'])
  expect(await names('?allowexternal=true')).toEqual(['Plans', 'Pictures'])
})
