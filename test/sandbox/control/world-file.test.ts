import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readWorldFile, startSandbox } from '../../../sandbox/index.ts'
import { call, type Json, sandbox } from '../../helpers/sandbox/client.ts'
import { personOf } from '../../helpers/sandbox/places.ts'

const [eve, tom] = ['eve@fabrikam.example', 'tom@fabrikam.example']
const world = {
  users: [
    { username: eve, name: 'Eve', kind: 'work' },
    { username: tom, name: 'Tom', kind: 'work' },
  ],
  sites: [{ path: '/sites/lab', name: 'Lab', members: [{ username: eve }] }],
  files: [
    { in: '/sites/lab/Shared Documents', path: '/Plans/2026.txt', content: 'build it\n' },
    { in: tom, path: '/Drafts' },
  ],
  rights: [{ in: tom, path: '/Shared', username: eve, role: 'write' }],
  links: [{ in: tom, path: '/Shared', type: 'edit', scope: 'organization' }],
  shortcuts: [
    { username: eve, at: '/Of Tom', to: { in: tom, path: '/Shared' } },
    { username: eve, at: '/Below/Lost', dangling: true },
  ],
}

describe('a users file with a world of its own', () => {
  it('has sites, files, rights, links and shortcuts, which a state file keeps as a person leaves them', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'od-link-world-'))
    const state = join(dir, 'state.json')
    try {
      const first = await sandbox({ ...readWorldFile(JSON.stringify(world)), state })
      const { get, remove } = await personOf(first, eve)
      const site = (await get('/sites?search=lab')).json.value[0].id
      const file = (await get(`/sites/${site}/drive/root:/Plans/2026.txt`)).json
      expect((await call(file['@microsoft.graph.downloadUrl'])).text).toBe('build it\n')
      const shortcut = (await get('/me/drive/root:/Of Tom')).json
      expect(shortcut.remoteItem.name).toBe('Shared')
      expect((await get('/me/drive/sharedWithMe')).json.value.map((one: Json) => one.name)).toEqual([
        'Shared',
      ])
      expect((await get('/me/drive/root:/Below/Lost')).json.remoteItem.name).toBeUndefined()
      const toms = await personOf(first, tom)
      expect((await toms.get('/me/drive/root/children')).json.value.map((one: Json) => one.name)).toEqual([
        'Drafts',
        'Shared',
      ])
      expect((await remove('/me/drive/root:/Of Tom')).status).toBe(204)
      await first.close()
      const second = await sandbox({ ...readWorldFile(JSON.stringify(world)), state })
      const again = await personOf(second, eve)
      expect((await again.get('/me/drive/root:/Of Tom')).status).toBe(404)
      expect((await again.get(`/sites/${site}/drive/root:/Plans/2026.txt`)).json.id).toBe(file.id)
      await second.close()
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })

  it.each([
    [{ sites: [{ path: '/sites/x' }] }, 'sites[0].name is missing.'],
    [{ sites: [{ path: 'x', name: 'X' }] }, 'sites[0]: A site’s path looks like'],
    [
      {
        files: [
          { in: eve, path: '/a' },
          { in: 'nobody', path: '/a' },
        ],
      },
      "files[1]: There is no drive 'nobody'",
    ],
    [
      {
        files: [
          { in: eve, path: '/a' },
          { in: eve, path: '/a', content: 'x' },
        ],
      },
      "files[1]: '/a' is not a file.",
    ],
    [{ files: [{ in: eve, path: '/a*b', content: 'x' }] }, 'files[0]: The'],
    [{ rights: [{ in: eve, username: tom, role: 'own' }] }, 'rights[0].role must be "read" or'],
    [{ shortcuts: [{ username: eve, at: '/x' }] }, 'shortcuts[0]: A shortcut needs either'],
  ])('is refused with a sentence that names the entry: %j', async (places, message) => {
    const read = readWorldFile(JSON.stringify({ users: world.users, ...places }))
    await expect(startSandbox(read)).rejects.toThrow(message)
  })
})
