import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, type Request, startServer, type TestServer } from '../../helpers/network/server.ts'
import { changeRecord, jsonError, useLinked } from '../../helpers/program/linked.ts'
import { peakMemoryMb } from '../../helpers/system/peak-memory.ts'

const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('od-link api --paginate', () => {
  const at = useLinked()
  const api = (...args: string[]) => at.world.run(['api', '--paginate', ...args])
  const names = Array.from({ length: 7 }, (_, n) => `Folder ${n}`)
  beforeAll(() => at.world.run(['mkdir', '/', ...names]))
  beforeEach(() => at.calm())

  it('prints an item a line, of all pages', async () => {
    await at.forgetRequests()
    const { code, stdout, stderr } = await api('/me/drive/root/children?$top=3&$select=name')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines(stdout)).toEqual(names.map((name) => ({ name })))
    expect(await at.requests('graph')).toHaveLength(3)
  })

  it('or one array with --slurp, as fields of the query have it', async () => {
    const { code, stdout } = await api(
      '--slurp',
      '/me/drive/root/children',
      '-f',
      '$top=3',
      '-f',
      '$select=name',
    )
    expect({ code, items: JSON.parse(stdout) }).toEqual({ code: 0, items: names.map((name) => ({ name })) })
    expect((await api('--slurp', '/me/drive/root:/Folder 1:/children')).stdout).toBe('[]\n')
  })

  it('ends a delta with its link, which goes on from there', async () => {
    const all = lines((await api('/me/drive/root/delta')).stdout)
    const link = all.at(-1)['@odata.deltaLink']
    await at.putFile('/new.txt')
    const changes = lines((await api(link)).stdout)
    expect(changes.map(({ name }) => name)).toContain('new.txt')
    expect(changes.map(({ name }) => name)).not.toContain('Folder 1')
  })

  it('prints what is no list as one item', async () => {
    expect(lines((await api('/me/drive')).stdout)).toMatchObject([{ driveType: 'business' }])
  })

  it.each([
    [{ status: 404 }, 8],
    [{ status: 403 }, 9],
    [{ status: 200, body: {}, headers: {}, contentType: 'text/html', truncate: true }, 7],
  ])('cut off by %j it fails, and what was printed is whole', async (effect, exitCode) => {
    const first = '/me/drive/root/children?$top=3&$select=name'
    for (const flags of [[], ['--slurp']]) {
      await at.sandbox.control('POST', 'weather', { match: 'GET', skip: 1, count: 9, effect: { ...effect } })
      const { code, stdout, stderr } = await api(first, '--max-wait', '1', ...flags)
      await at.calm()
      expect(code).toBe(exitCode)
      expect(stderr).toMatch(/^od-link: /m)
      expect(flags.length ? JSON.parse(stdout) : lines(stdout)).toHaveLength(3)
    }
  })

  it('goes on after passing trouble', async () => {
    await at.sandbox.control('POST', 'weather', { match: 'GET', skip: 1, effect: { lost: true } })
    const { code, stdout } = await api('/me/drive/root/children?$top=3')
    expect({ code, count: lines(stdout).length }).toEqual({ code: 0, count: 8 })
  })
})

describe('a next page', () => {
  const at = useLinked()
  let graph: TestServer
  let other: TestServer
  let answer: (request: Request) => Answer | Promise<Answer>
  beforeAll(async () => {
    other = await startServer(() => ({ status: 200, body: { value: [{ evil: true }] } }))
    graph = await startServer((request) => answer(request))
    changeRecord(at.world, { graphOrigin: graph.origin })
  })
  afterAll(() => Promise.all([graph.stop(), other.stop()]))

  it.each([
    () => `${other.origin}/v1.0/me/drive/root/children?$skiptoken=x`,
    () => `${graph.origin}@127.0.0.1:${other.port}/v1.0/me`,
    () => `${graph.origin.replace('//', '//user:password@')}/v1.0/me`,
    () => `//127.0.0.1:${other.port}/v1.0/me`,
    () => `${graph.origin}/control/settings`,
    () => `${graph.origin}/v1.0/../control`,
    () => 'file:///etc/passwd',
  ])('at another host is not requested, and the token is not sent there: %#', async (link) => {
    graph.seen.length = 0
    answer = () => ({ status: 200, body: { value: [{ id: 1 }], '@odata.nextLink': link() } })
    const { code, stdout, stderr } = await at.world.run(['api', '--json', '--paginate', '/me/x'])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '{"id":1}\n' })
    expect(jsonError(stderr)).toMatchObject({
      kind: 'service',
      hint: expect.stringContaining('Nothing was sent'),
    })
    expect([graph.seen.length, other.connections()]).toEqual([1, 0])
  })

  it('that was already read is not requested again', async () => {
    answer = () => ({
      status: 200,
      body: { value: [{ id: 1 }], '@odata.nextLink': `${graph.origin}/v1.0/me/x` },
    })
    const { code, stdout, stderr } = await at.world.run(['api', '--paginate', '/me/x'])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '{"id":1}\n' })
    expect(stderr).toContain('Microsoft Graph links back to a page that was already read.')
  })

  it('is also recognized after others', async () => {
    const linkTo = (page: number) => `${graph.origin}/v1.0/me/x?page=${page}`
    answer = ({ url }) => {
      const page = Number(/page=(\d)/.exec(url)?.[1] ?? 0)
      return {
        status: 200,
        body: { value: [{ page }], '@odata.nextLink': linkTo(page === 4 ? 2 : page + 1) },
      }
    }
    const { code, stdout, stderr } = await at.world.run(['api', '--paginate', '/me/x'])
    expect({ code, pages: lines(stdout).map(({ page }) => page) }).toEqual({
      code: 6,
      pages: [0, 1, 2, 3, 4],
    })
    expect(stderr).toContain('Microsoft Graph links back to a page that was already read.')
  })

  it('is not requested with a URL of more than 64 KB', async () => {
    graph.seen.length = 0
    const link = `${graph.origin}/v1.0/me/x?$skiptoken=${'x'.repeat(1024 * 1024)}`
    answer = () => ({ status: 200, body: { value: [{ id: 1 }], '@odata.nextLink': link } })
    const { code, stdout, stderr } = await at.world.run(['api', '--paginate', '/me/x'])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '{"id":1}\n' })
    expect(stderr).toContain('The link to the next page is too long (1.0 MB; od-link follows up to 64.0 KB).')
    expect(stderr.length).toBeLessThan(500)
    expect(graph.seen).toHaveLength(1)
  })

  it.runIf(process.platform === 'linux')(
    'is not kept, so that endless pages do not fill the memory',
    async () => {
      let [last, asked] = [0, 0]
      const link = (page: number) => `${graph.origin}/v1.0/me/x?page=${page}&$skiptoken=${'x'.repeat(12_000)}`
      answer = ({ url }) => {
        asked += 1
        graph.seen.length = 0
        const page = Number(/page=(\d+)/.exec(url)?.[1] ?? 0)
        return { status: 200, body: { value: [], ...(page < last && { '@odata.nextLink': link(page + 1) }) } }
      }
      const peakOf = async (pages: number) => {
        ;[last, asked] = [pages, 0]
        const running = at.world.start(['api', '--paginate', '/me/x'])
        const peak = await peakMemoryMb(running)
        expect({ asked, code: (await running.ended).code }).toEqual({ asked: pages + 1, code: 0 })
        return peak
      }
      const few = await peakOf(500)
      // The links of the others alone are 66 MB.
      expect((await peakOf(6_000)) - few).toBeLessThan(55)
    },
  )

  it('is not requested when nobody reads any more', async () => {
    let page = 0
    const value = Array.from({ length: 500 }, (_, id) => ({ id, text: 'x'.repeat(1_000) }))
    answer = () => ({
      status: 200,
      body: { value, '@odata.nextLink': `${graph.origin}/v1.0/me/x?page=${++page}` },
    })
    const running = at.world.start(['api', '--paginate', '/me/x'])
    await running.seen(/"id":1,/)
    running.child.stdout?.destroy()
    expect((await running.ended).code).toBe(0)
  })

  it('is the end of an array that is closed, when Ctrl-C comes while it is awaited', async () => {
    const next = `${graph.origin}/v1.0/me/x?page=2`
    const first = { status: 200, body: { value: [{ id: 1 }], '@odata.nextLink': next } }
    answer = ({ url }) => (url.includes('page=2') ? new Promise<Answer>(() => {}) : first)
    const running = at.world.start(['api', '--paginate', '--slurp', '/me/x'])
    await running.seen(/"id":1/)
    running.child.kill('SIGINT')
    const { code, stdout } = await running.ended
    expect({ code, items: JSON.parse(stdout) }).toEqual({ code: 130, items: [{ id: 1 }] })
  })
})
