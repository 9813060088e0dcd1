import { beforeEach, describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'

describe('passing trouble', () => {
  const at = useLinked()
  const soon = { 'retry-after': '0.05' }
  const made = ['-f', 'name=once', '-F', 'folder={}', '-f', '@microsoft.graph.conflictBehavior=rename']
  const post = () => at.world.run(['api', '/me/drive/root/children', ...made])
  const count = async () => (await at.requests('graph')).length
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })

  it.each([
    [['/me/drive'], 'GET', { status: 500, headers: soon }],
    [['/me/drive'], 'GET', { status: 429, headers: soon }],
    [['/me/drive'], 'GET', { lost: true }],
    [['-X', 'HEAD', '/me/drive'], 'HEAD', { reset: true }],
    [['-X', 'PUT', '/me/drive/root:/put:/content', '--input', '-'], 'PUT', { lost: true }],
    [['-X', 'PUT', '/me/drive/root:/put:/content', '--input', '-'], 'PUT', { status: 504, after: true }],
  ])('%j is sent again', async (args, method, effect) => {
    await at.weather(method, effect)
    const { code, stdout } = await at.world.run(['api', ...args], { input: 'body' })
    expect(code).toBe(0)
    if (method !== 'HEAD') JSON.parse(stdout)
    expect(await count()).toBe(2)
  })

  it('a DELETE whose answer was lost is done, although it finds nothing any more', async () => {
    await at.putFile('/gone')
    await at.forgetRequests()
    await at.weather('DELETE', { lost: true })
    expect(await at.world.run(['api', '-X', 'DELETE', '/me/drive/root:/gone'])).toMatchObject({
      code: 0,
      stdout: '',
    })
    expect((await at.requests('graph')).map(({ status }) => status)).toEqual(['lost', 404])
    expect((await at.world.run(['api', '-X', 'DELETE', '/me/drive/root:/gone'])).code).toBe(8)
  })

  it.each([[{ status: 429, headers: soon }], [{ status: 503, headers: soon }]])(
    'a POST is sent again after %j, which says that nothing was started',
    async (effect) => {
      await at.weather('POST', effect)
      expect((await post()).code).toBe(0)
      expect(await count()).toBe(2)
    },
  )

  it.each([
    [{ status: 500 }, 6],
    [{ status: 503 }, 6],
    [{ status: 502, after: true }, 6],
    [{ status: 504, after: true, headers: soon }, 6],
    [{ lost: true }, 7],
    [{ reset: true }, 7],
  ])('a POST is not sent again after %j: it may have been done', async (effect, exitCode) => {
    await at.weather('POST', effect)
    const before = (await at.drive()).length
    await at.forgetRequests()
    const { code, stdout, stderr } = await post()
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
    expect(stderr).toContain(
      'It may have worked anyway, so the POST was not repeated. Check before you send it again.',
    )
    expect(await count()).toBe(1)
    const done = 'after' in effect || 'lost' in effect
    expect((await at.drive()).length - before).toBe(done ? 1 : 0)
  })

  it('a PUT that would number a second file is not sent again either', async () => {
    await at.weather('PUT', { lost: true })
    const path = '/me/drive/root:/numbered:/content?@microsoft.graph.conflictBehavior=rename'
    const { code } = await at.world.run(['api', '-X', 'PUT', path, '--input', '-'], { input: 'x' })
    expect(code).toBe(7)
    expect((await at.drive()).filter((one) => one.startsWith('/numbered'))).toEqual(['/numbered (file)'])
  })

  it('has its bound in --max-wait', async () => {
    await at.weather('GET', { status: 429, headers: { 'retry-after': '60' } }, 9)
    const { code, stderr, milliseconds } = await at.world.run(['api', '/me/drive', '--max-wait', '2'])
    expect(code).toBe(6)
    expect(stderr).toContain('--max-wait')
    expect(milliseconds).toBeLessThan(20_000)
  })
})
