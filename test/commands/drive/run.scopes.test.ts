import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ada, charles, usePlaces } from '../../helpers/microsoft/place-world.ts'

const places = usePlaces('--scope', 'User.Read Files.ReadWrite')

describe('od-link drive add, with a link for its own drive only', () => {
  it('says which scope the place needs, and saves nothing', async () => {
    const shared = await places.arrange('rights', {
      in: charles,
      path: '/Shared',
      username: ada,
      role: 'write',
    })
    const { code, stderr } = await places.world.run(['drive', 'add', 'shared', shared.webUrl])
    expect(code).toBe(9)
    expect(stderr).toContain('is in another drive')
    expect(stderr).toContain(`od-link login --account ${ada} --scope 'User.Read Files.ReadWrite.All'`)
    const { stdout } = await places.world.run(['drive', 'list', '--json'])
    expect(JSON.parse(stdout)).toEqual([])
  })

  it('has every command say so, for an address and behind a shortcut', async () => {
    const to = { in: charles, path: '/Shared' }
    const { webUrl } = await places.arrange('rights', { ...to, username: ada, role: 'write' })
    await places.arrange('shortcut', { username: ada, at: '/Short', to })
    const local = join(places.world.dir, 'local.txt')
    writeFileSync(local, 'text')
    for (const args of [
      ['mkdir', webUrl, 'x'],
      ['mkdir', '/Short/x'],
      ['ls', '/Short'],
      ['upload', local, `${webUrl}/`],
      ['upload', local, '/Short/x.txt'],
      ['share', webUrl],
      ['open', webUrl],
    ]) {
      const { code, stdout, stderr } = await places.world.run(args)
      expect([args, code, stdout]).toEqual([args, 9, ''])
      expect(stderr).toContain(`od-link login --account ${ada} --scope 'User.Read Files.ReadWrite.All'`)
    }
  })

  it('saves a folder of the own drive', async () => {
    await places.world.run(['mkdir', '-p', '/Reports/2026'])
    expect(await places.world.run(['drive', 'add', 'now', '/Reports/2026'])).toMatchObject({ code: 0 })
  })
})
