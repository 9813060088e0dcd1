import { expect, it } from 'vitest'
import { type Answer, ada, control, grace, type Json, sandbox } from '../../helpers/sandbox/client.ts'
import { charles, personOf, worldOfPlaces } from '../../helpers/sandbox/places.ts'

const problem = ({ status, json }: Answer) => [status, json.error]

it('a place that cannot be arranged is refused with a sentence, and nothing of it stays', async () => {
  const { to, site } = await worldOfPlaces()
  const libraries = [{ name: 'A' }, { name: 'a' }]
  const cases = [
    ['site', { path: '/sites/x' }, 'name is missing.'],
    ['site', { path: 'x', name: 'X' }, /^A site’s path looks like \/sites\/team/],
    ['site', { path: '/sites/Project-X', name: 'X' }, "There is a site at '/sites/Project-X' already."],
    ['site', { path: '/sites/x', name: 'X', libraries }, 'Two libraries have the same address.'],
    ['site', { path: '/sites/x', name: 'X', username: grace }, /^A site needs a work account/],
    [
      'site',
      { path: '/sites/x', name: 'X', members: [{ username: 'no@body.example' }] },
      /^There is no user/,
    ],
    ['rights', { in: 'nowhere', username: ada, role: 'read' }, /^There is no drive 'nowhere': name a user/],
    ['rights', { in: charles, username: ada, role: 'all' }, /^role must be "read" or "write" or "none"/],
    ['rights', { in: charles, path: '/ok/a*b', username: ada, role: 'read' }, /reserved character/],
    ['link', { in: charles, path: '/x', type: 'sing' }, /^type must be/],
    ['shortcut', { username: ada, at: '/x' }, 'A shortcut needs either "to" or "dangling": true.'],
    ['shortcut', { username: ada, at: '/', dangling: true }, /^The name/],
    ['shortcut', { username: ada, at: '/x', to: { in: 'nowhere' } }, /^There is no drive/],
  ] as const
  for (const [name, body, message] of cases) {
    const expected = typeof message === 'string' ? message : expect.stringMatching(message)
    expect(problem(await control(to, 'POST', name, body)), JSON.stringify(body)).toEqual([400, expected])
  }
  const { get } = await personOf(to, ada)
  expect((await get('/sites?search=*')).json.value.map((one: Json) => one.displayName)).toEqual(['Project X'])
  for (const drive of [ada, charles, site.drives[0].driveId])
    expect(
      (await control(to, 'GET', `drive?in=${encodeURIComponent(drive)}&shortcuts`)).json.children,
    ).toEqual([])
})

it('a site can be open to an organization, and a drive is shown by its id or path', async () => {
  const to = await sandbox()
  const made = await control(to, 'POST', 'site', { path: '/teams/all', name: 'All', everyone: 'read' })
  const [{ driveId, webUrl }] = made.json.drives
  expect(webUrl).toBe(`${to.origin}/teams/all/Shared%20Documents`)
  const { get, make } = await personOf(to, ada)
  expect((await get(`/drives/${driveId}/root`)).status).toBe(200)
  expect((await make(`/drives/${driveId}/root/children`, 'a')).status).toBe(403)
  await control(to, 'POST', 'shortcut', {
    username: ada,
    at: '/All',
    to: { in: '/teams/all/Shared Documents' },
  })
  const shown = (await control(to, 'GET', `drive?username=${ada}&shortcuts`)).json.children
  expect(shown).toMatchObject([{ name: 'All', remoteItem: { driveId }, children: [] }])
  expect((await control(to, 'GET', `drive?username=${ada}`)).json.children).toEqual([])
  const path = encodeURIComponent('/teams/all/Shared Documents')
  expect((await control(to, 'GET', `drive?in=${path}`)).json.name).toBe('root')
})
