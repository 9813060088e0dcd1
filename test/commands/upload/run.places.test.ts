import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { charles, usePlaces } from '../../helpers/microsoft/place-world.ts'

describe('files outside of the own drive', () => {
  const places = usePlaces()
  const run = (...args: string[]) => places.world.run(args, { cwd: places.world.dir })
  let address: string
  beforeAll(async () => {
    address = (await places.inLibrary('/General')).webUrl
    await run('drive', 'add', 'team', address)
    writeFileSync(join(places.world.dir, 'report.txt'), 'a report')
    const shared = { in: charles, path: '/Reports', username: 'ada@contoso.example', role: 'write' }
    await places.arrange('rights', shared)
    await places.arrange('shortcut', {
      username: 'ada@contoso.example',
      at: '/Team',
      to: { in: charles, path: '/Reports' },
    })
  })

  it('are in a saved drive, with every command', async () => {
    expect(await run('upload', 'report.txt', 'team:')).toMatchObject({
      code: 0,
      stdout: 'team:/report.txt\n',
    })
    expect((await run('upload', '-p', 'report.txt', 'team:/2026/')).stdout).toBe('team:/2026/report.txt\n')
    expect((await run('ls', 'team:')).stdout).toBe('2026/\nreport.txt\n')
    expect((await run('download', 'team:/report.txt', '-')).stdout).toBe('a report')
    expect((await run('mv', 'team:/report.txt', 'team:/2026/moved.txt')).stdout).toBe(
      'team:/2026/moved.txt\n',
    )
    expect((await run('open', 'team:/2026')).stdout).toMatch(/^https?:\/\//)
    expect((await run('share', 'team:/2026/moved.txt')).code).toBe(0)
    expect((await run('rm', 'team:/2026/moved.txt')).stdout).toBe('team:/2026/moved.txt\n')
    expect((await run('rm', '-r', 'team:')).code).toBe(2)
  })

  it('are at a web address', async () => {
    expect((await run('upload', 'report.txt', address, '--on-conflict', 'replace')).code).toBe(0)
    expect((await run('ls', address)).stdout).toContain('report.txt\n')
  })

  it('are behind a shortcut', async () => {
    expect(await run('upload', 'report.txt', '/Team/')).toMatchObject({
      code: 0,
      stdout: '/Team/report.txt\n',
    })
    expect((await run('upload', '-p', 'report.txt', '/Team/2026/x.txt')).stdout).toBe('/Team/2026/x.txt\n')
    expect((await run('ls', '/Team')).stdout).toBe('2026/\nreport.txt\n')
    expect((await run('ls')).stdout).toContain('Team/\n')
    expect((await run('ls', '-l')).stdout).toMatch(/ {2}Team\/ -> \S+/)
    expect((await run('download', '/Team/2026/x.txt', '-')).stdout).toBe('a report')
    expect((await run('mv', '/Team/report.txt', '/Team/2026/')).stdout).toBe('/Team/2026/report.txt\n')
    expect((await run('rm', '/Team/2026/report.txt')).code).toBe(0)
    const other = await run('mv', '/Team/2026/x.txt', '/')
    expect(other.code).toBe(2)
    expect(other.stderr).toContain('does not move items between drives')
  })

  it('stay when only the shortcut is removed', async () => {
    expect(await run('rm', '/Team')).toMatchObject({ code: 0, stdout: '/Team\n' })
    expect(await places.drive(charles)).toContain('/Reports/2026/x.txt (file)')
  })
})
