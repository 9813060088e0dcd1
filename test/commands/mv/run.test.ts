import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'

describe('od-link mv', () => {
  const at = useLinked()
  const mv = (...args: string[]) => at.world.run(['mv', ...args])
  const item = async (path: string) =>
    (await (await at.graph('GET', `/me/drive/root:${path}`)).json()) as {
      id: string
      fileSystemInfo: { lastModifiedDateTime: string }
    }
  const has = async (path: string) => (await at.drive()).some((one) => one.replace(' (file)', '') === path)
  beforeAll(async () => {
    await at.world.run(['mkdir', '-p', '/A/Sub/Deep'])
    await at.world.run(['mkdir', '/Archive'])
  })
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })

  it('renames a file, which keeps its id and its modification time', async () => {
    await at.putFile('/A/draft ö.txt')
    const before = await item('/A/draft ö.txt')
    expect(await mv('/A/draft ö.txt', '/A/final.txt')).toMatchObject({
      code: 0,
      stdout: '/A/final.txt\n',
      stderr: '',
    })
    expect(await item('/A/final.txt')).toMatchObject({ id: before.id, fileSystemInfo: before.fileSystemInfo })
    expect(await has('/A/draft ö.txt')).toBe(false)
  })

  it('changes the case of a name, of a file and of a folder', async () => {
    expect((await mv('/A/final.txt', '/A/Final.TXT')).stdout).toBe('/A/Final.TXT\n')
    expect((await mv('/A/Sub', '/A/SUB')).stdout).toBe('/A/SUB\n')
    expect(await has('/A/SUB/Deep')).toBe(true)
  })

  it('moves into a folder, with and without its slash, several too', async () => {
    for (const name of ['1', '2', '3', '4']) await at.putFile(`/A/${name}`)
    expect((await mv('/A/1', '/Archive')).stdout).toBe('/Archive/1\n')
    expect((await mv('/A/2', '/Archive/')).stdout).toBe('/Archive/2\n')
    expect((await mv('/A/3', '/A/4', '/Archive')).stdout).toBe('/Archive/3\n/Archive/4\n')
    expect((await mv('/Archive/3', '/')).stdout).toBe('/3\n')
    expect((await mv('/A/SUB', '/Archive/')).stdout).toBe('/Archive/SUB\n')
    expect(await has('/Archive/SUB/Deep')).toBe(true)
    const json = JSON.parse((await mv('--json', '/Archive/1', '/A/one')).stdout)
    expect(json).toMatchObject([{ path: '/A/one', from: '/Archive/1', name: 'one', type: 'file' }])
  })

  it('replaces nothing unless it is told to', async () => {
    await at.putFile('/A/taken')
    await at.putFile('/A/other')
    const refused = await mv('/A/other', '/A/taken')
    expect(refused).toMatchObject({ code: 3, stdout: '' })
    expect(refused.stderr).toContain('od-link mv --on-conflict replace /A/other /A/taken')
    expect(await has('/A/other')).toBe(true)
    expect((await mv('/A/other', '/A/taken', '--on-conflict', 'rename')).stdout).toBe('/A/taken 1\n')
    const { id } = await item('/A/taken 1')
    expect((await mv('/A/taken 1', '/A/taken', '--on-conflict', 'replace')).code).toBe(0)
    expect((await item('/A/taken')).id).toBe(id)
  })

  it('never replaces anything by a folder, and does not offer it', async () => {
    await at.world.run(['mkdir', '-p', '/F/One/Deep'])
    await at.world.run(['mkdir', '-p', '/F/Two/One/Kept'])
    await at.putFile('/F/file')
    for (const to of ['/F/Two/', '/F/file']) {
      const { code, stderr } = await mv('--on-conflict', 'replace', '/F/One', to)
      expect([code, stderr]).toEqual([3, expect.stringContaining('--on-conflict rename')])
      expect((await mv('/F/One', to)).stderr).not.toContain('replace')
    }
    const moves = (await at.requests()).filter(({ method }) => method === 'PATCH')
    expect(moves.map(({ path }) => /conflictBehavior=(\w+)/.exec(path)?.[1])).toEqual(Array(4).fill('fail'))
    expect(await has('/F/Two/One/Kept')).toBe(true)
  })

  it('never replaces what it has just moved, and creates no folder for what is missing', async () => {
    for (const path of ['/A/twin', '/A/Sub2/twin'])
      await at.graph('PUT', `/me/drive/root:${path}:/content`, path)
    const { code, stdout, stderr } = await mv(
      '/A/twin',
      '/A/Sub2/twin',
      '/Archive',
      '--on-conflict',
      'replace',
    )
    expect([code, stdout]).toEqual([3, '/Archive/twin\n'])
    expect(stderr).toContain('"/A/Sub2/twin" would get the same name as "/A/twin".')
    expect(await has('/A/Sub2/twin')).toBe(true)
    expect((await mv('/A/Sub2/twin', '/Archive/', '--on-conflict', 'rename')).stdout).toBe(
      '/Archive/twin 1\n',
    )
    expect((await mv('-p', '/A/nothing', '/Never/here/')).code).toBe(8)
    expect(await has('/Never')).toBe(false)
  })

  it('refuses what cannot be meant', async () => {
    const self = await mv('/Archive', '/Archive/SUB/')
    expect([self.code, self.stdout]).toEqual([2, ''])
    expect(self.stderr).toContain('"/Archive" cannot be moved into itself')
    expect((await mv('/', '/Archive/')).stderr).toContain('The root of the drive cannot be moved')
    expect((await mv('/A/taken')).stderr).toContain('Missing argument: <to>')
    expect((await mv('/A/nothing', '/Archive')).code).toBe(8)
    expect((await mv('/A/taken', '/nowhere/x')).code).toBe(8)
    expect((await mv('/A/taken', '/A/one/x')).code).toBe(2)
    expect((await mv('-p', '/A/taken', '/nowhere/2026/x')).stdout).toBe('/nowhere/2026/x\n')
  })

  it('goes on after one of several that fails', async () => {
    await at.putFile('/A/5')
    const { code, stdout, stderr } = await mv('/A/nothing', '/A/5', '/Archive')
    expect([code, stdout]).toEqual([8, '/Archive/5\n'])
    expect(stderr).toContain('1 of 2 were not moved. /A/nothing: There is nothing at "/A/nothing".')
  })

  it('finds what has moved when the answer was lost', async () => {
    await at.putFile('/A/lost')
    await at.weather('PATCH /v1.0/me/drive', { lost: true })
    expect(await mv('/A/lost', '/Archive/lost')).toMatchObject({ code: 0, stdout: '/Archive/lost\n' })
  })

  it('does not move to another drive, and says how to', async () => {
    const folder = { ...(await item('/Archive')), parentReference: { driveId: 'b!another' } }
    await at.weather('/GET .*root:\\/Archive:$/', { status: 200, body: folder }, 2)
    const { code, stderr } = await mv('/A/one', '/Archive/')
    expect(code).toBe(2)
    expect(stderr).toContain('does not move items between drives')
    expect(stderr).toContain('od-link download /A/one one && od-link upload one /Archive/')
  })
})
