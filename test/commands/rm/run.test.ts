import { beforeEach, describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'

describe('od-link rm', () => {
  const at = useLinked()
  const rm = (...args: string[]) => at.world.run(['rm', ...args])
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })

  it('puts a file into the recycle bin, and says so', async () => {
    await at.putFile('/a.txt')
    expect(await rm('/a.txt')).toMatchObject({
      code: 0,
      stdout: '/a.txt\n',
      stderr: 'It is in the recycle bin of the drive.\n',
    })
    expect(await at.drive()).toEqual([])
    expect(await rm('/a.txt')).toMatchObject({ code: 8, stdout: '' })
  })

  it('needs -r for a folder, and never removes the root', async () => {
    await at.world.run(['mkdir', '-p', '/A/B'])
    const refused = await rm('/A')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('"/A" is a folder')
    expect(refused.stderr).toContain('od-link rm --recursive /A')
    for (const root of ['/', '.', '//']) {
      const { code, stdout } = await rm('-r', root)
      expect([code, stdout]).toEqual([2, ''])
    }
    expect((await at.requests('graph')).filter(({ method }) => method === 'DELETE')).toEqual([])
    expect((await rm('-r', '/A')).stdout).toBe('/A\n')
    expect(await at.drive()).toEqual([])
  })

  it('goes on after one of several that fails', async () => {
    for (const name of ['1', '2', '3']) await at.putFile(`/${name}`)
    const { code, stdout, stderr } = await rm('/1', '/nothing', '/2')
    expect([code, stdout]).toEqual([8, '/1\n/2\n'])
    expect(stderr).toContain('1 of 3 were not removed')
    expect(stderr).toContain('They are in the recycle bin')
    expect(JSON.parse((await rm('--json', '/3')).stdout)).toMatchObject([{ path: '/3', type: 'file' }])
  })

  it('removes only what it has looked at', async () => {
    await at.putFile('/changing')
    const changed = { id: 'x', name: 'changing', file: {}, eTag: '"{OTHER},1"' }
    const { id } = (await (await at.graph('GET', '/me/drive/root:/changing')).json()) as { id: string }
    await at.weather('/GET .*root:\\/changing:$/', { status: 200, body: { ...changed, id } })
    const { code, stderr } = await rm('/changing')
    expect(code).toBe(3)
    expect(stderr).toContain('Removing "/changing" failed')
    expect(await at.drive()).toEqual(['/changing (file)'])
  })

  it('is done when the answer was lost', async () => {
    await at.weather('DELETE /v1.0/me/drive', { lost: true })
    expect(await rm('/changing')).toMatchObject({ code: 0, stdout: '/changing\n' })
  })
})
