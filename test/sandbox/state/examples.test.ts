import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ada, grace, sandbox } from '../../helpers/sandbox/client.ts'
import { charles, margaret, personOf, scopes, shareOf } from '../../helpers/sandbox/places.ts'

const redeem = { prefer: 'redeemSharingLink' }

it('each example opens for the person it is for, and takes a folder', async () => {
  const to = await sandbox({ examples: true })
  expect(to.examples.map(({ kind, username }) => [kind, username])).toEqual([
    ['library', ada],
    ['shared folder', ada],
    ['shortcut', ada],
    ['shortcut', charles],
    ['lost shortcut', charles],
    ['shared folder', grace],
    ['shortcut', grace],
    ['lost shortcut', margaret],
  ])
  for (const { kind, username, address } of to.examples) {
    const { get, make } = await personOf(to, username, scopes.drives)
    const path = kind.endsWith('shortcut')
      ? `/me/drive/root:${address}`
      : `/shares/${shareOf(address)}/driveItem`
    const { json } = await get(path, redeem)
    const [drive, item] = json.remoteItem
      ? [json.remoteItem.parentReference.driveId, json.remoteItem.id]
      : [json.parentReference.driveId, json.id]
    // Gone, and in a drive where the person has rights elsewhere or none.
    const expected = kind === 'lost shortcut' ? [404, 403] : [201]
    expect(expected, address).toContain(
      (await make(`/drives/${drive}/items/${item}/children`, `of ${username}`)).status,
    )
  }
})

it('are kept in a state file, not added again', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-examples-'))
  try {
    const state = join(dir, 'state.json')
    const first = await sandbox({ examples: true, state })
    const before = await personOf(first, ada)
    const paths = first.examples.map(({ address }) => address.replace(first.origin, ''))
    expect((await before.remove('/me/drive/root:/Reports%20of%20Charles')).status).toBe(204)
    const site = (await before.get('/sites?search=project')).json.value[0].id
    await before.make(`/sites/${site}/drive/root/children`, 'kept')
    await first.close()
    const second = await sandbox({ examples: true, state })
    const after = await personOf(second, ada)
    expect(second.examples.map(({ address }) => address.replace(second.origin, ''))).toEqual(
      paths.filter((path) => path !== '/Reports of Charles'),
    )
    const kept = (await after.get(`/sites/${site}/drive/root:/kept`)).json
    expect(kept.createdBy.user.displayName).toBe('Ada Lovelace')
    const link = second.examples.find(({ kind }) => kind === 'shared folder')?.address ?? ''
    expect((await after.get(`/shares/${shareOf(link)}/driveItem`, redeem)).json.name).toBe('Sketches')
    await second.close()
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
