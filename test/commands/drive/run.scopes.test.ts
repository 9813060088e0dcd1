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

  it('saves a folder of the own drive', async () => {
    await places.world.run(['mkdir', '-p', '/Reports/2026'])
    expect(await places.world.run(['drive', 'add', 'now', '/Reports/2026'])).toMatchObject({ code: 0 })
  })
})
