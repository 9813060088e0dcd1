import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Part, startTampering, type Tamper } from '../../helpers/microsoft/tampering.ts'
import { useLinked } from '../../helpers/program/linked.ts'
import { below, makeMany, makeManyInJson, treeOf, withParents } from '../../helpers/program/many-folders.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'

const batch = 'POST /v1.0/$batch'
const creation = '/POST .*children$/'
let number = 0

describe('bad weather on the way to many folders', () => {
  const at = useLinked()
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })
  afterAll(async () => {
    const { counts } = await at.sandbox.control('GET', 'score')
    expect(counts).toMatchObject({ renewedTwice: 0, noConflictBehavior: 0 })
  })

  const soon = { headers: { 'retry-after': '0.1' } }

  it.each([
    ['a batch is refused for its number', batch, { status: 429, ...soon }, 1],
    ['a batch is refused so without a time', batch, { status: 429 }, 1],
    ['a batch is refused because the server is busy', batch, { status: 503, ...soon }, 2],
    ['a gateway gives up before the work', batch, { status: 502 }, 1],
    ['a gateway gives up after the work', batch, { status: 504, after: true }, 1],
    ['a gateway sends HTML', batch, { status: 502, body: '<html>', contentType: 'text/html' }, 1],
    ['the answer to a batch is lost', batch, { lost: true }, 2],
    ['the connection is reset before the work', batch, { reset: true }, 2],
    ['the answer to a batch is cut off', batch, { truncate: true }, 2],
    ['the answer to a batch has no answers', batch, { status: 200, body: { responses: [] }, after: true }, 2],
    [
      'the answer to a batch makes no sense',
      batch,
      { status: 200, body: { responses: [{ id: 7 }, null, 3] } },
      1,
    ],
    // The first batches have one request each, or few.
    ['a batch is too large', batch, { status: 413 }, 1, 3],
    ['a batch is refused for one of its requests', batch, { status: 400 }, 1, 3],
    ['folders are refused for their number', creation, { status: 429, ...soon }, 6],
    [
      'folders are refused with a date',
      creation,
      { status: 429, headers: { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' } },
      5,
    ],
    ['single folders fail for a moment', creation, { status: 500 }, 3],
    ['single folders meet a busy server', creation, { status: 503, ...soon }, 3],
    ['single answers are lost after the work', creation, { lost: true }, 7],
    ['single answers are lost before the work', creation, { reset: true }, 3],
    ['a list is refused for its number', 'GET /v1.0/me/drive/root/children', { status: 429, ...soon }, 1],
    ['a list fails for a moment', 'GET /v1.0/me/drive/root/children', { status: 500 }, 1],
    ['the token is refused on a batch', batch, { status: 401 }, 1],
    ['the token is refused on single folders', creation, { status: 401 }, 1],
  ])('is borne when %s', async (_what, match, effect, count, skip = 0) => {
    number += 1
    const paths = treeOf(`/w${number}`, 4, 30)
    await at.sandbox.control('POST', 'weather', { match, effect, count, skip })
    const { code, folders, summary, stderr } = await makeManyInJson(at.world, paths)
    expect({ code, stderr, failed: summary.failed }).toEqual({ code: 0, stderr: '', failed: 0 })
    expect(folders).toHaveLength(120)
    expect(new Set(folders.map(({ path }) => path)).size).toBe(120)
    // What this run created is reported as created, whatever became of the first answer.
    expect(summary).toMatchObject({ created: 120, exists: 0, parentsCreated: 5 })
    expect(await below(at, `/w${number}`)).toEqual(withParents(paths))
  })

  it('of a busy server stops everything for as long as it asks', async () => {
    const before = (await at.sandbox.control('GET', 'score')).counts.askedBeforeRetryAfter
    await at.world.run(['mkdir', '/', 'wait'])
    await at.weather('/children', { status: 429, headers: { 'retry-after': '1' } }, 3)
    const paths = treeOf('/wait', 4, 30)
    const { code, milliseconds } = await makeMany(at.world, paths, '--jobs', '1')
    expect(code).toBe(0)
    expect(milliseconds).toBeGreaterThan(1_000)
    expect((await at.sandbox.control('GET', 'score')).counts.askedBeforeRetryAfter).toBe(before)
  })

  it('is borne when a batch gets no answer at all, after the longest wait for one', async () => {
    const paths = treeOf('/hanging', 3, 30)
    await at.weather(batch, { hang: 'body' }, 1)
    const { code, summary } = await makeManyInJson(at.world, paths, '--max-wait', '6')
    expect({ code, created: summary.created }).toEqual({ code: 0, created: 90 })
  })

  it('is borne when tokens end in the middle, again and again; each is renewed once', async () => {
    await at.sandbox.control('POST', 'settings', { latencyMs: 30, accessTtlSeconds: 1 })
    await at.sandbox.control('POST', 'expire')
    const paths = treeOf('/expiring', 20, 60)
    const { code, lines } = await makeMany(at.world, paths, '--jobs', '1')
    await at.sandbox.control('POST', 'settings', { latencyMs: 0, accessTtlSeconds: 3600 })
    expect({ code, count: lines.length }).toEqual({ code: 0, count: 1_200 })
    const renewals = (await at.requests('token')).length
    expect(renewals).toBeGreaterThan(1)
    expect(renewals).toBeLessThan(12)
    await at.sandbox.control('POST', 'expire')
  })

  it('is borne when a refused token takes long to be renewed, which is done once', async () => {
    await at.world.run(['mkdir', '/', 'slowly'])
    await at.forgetRequests()
    await at.sandbox.control('POST', 'expire')
    await at.weather('/oauth2/v2.0/token', { delayMs: 1_500 })
    const { code, summary } = await makeManyInJson(at.world, treeOf('/slowly', 10, 60))
    expect({ code, created: summary.created }).toEqual({ code: 0, created: 600 })
    expect((await at.requests('token')).length).toBe(1)
  })

  it('that does not pass fails the folders that it meets, and no others', async () => {
    const existing = await at.world.run(['mkdir', '-p', '--json', '/stubborn/p2'])
    await at.weather('/GET .*/items/', { status: 500 }, 1)
    const paths = ['/stubborn/p1/a', '/stubborn/p2/b', '/stubborn/p3']
    await at.weather(
      `POST /v1.0/me/drive/items/${JSON.parse(existing.stdout)[0].id}/children`,
      { status: 403 },
      1,
    )
    const { code, lines, stderr } = await makeMany(at.world, paths)
    expect({ code, lines: lines.sort() }).toEqual({ code: 9, lines: ['/stubborn/p1/a', '/stubborn/p3'] })
    expect(stderr).toMatch(/\n\/stubborn\/p2\/b\n/)
  })

  it('that never passes is given up, in a bounded time, with the code for it', async () => {
    await at.weather(batch, { status: 503, headers: { 'retry-after': '0.1' } }, 1_000)
    const busy = await makeMany(at.world, treeOf('/never', 2, 40))
    expect(busy.code).toBe(6)
    expect(busy.stderr).toMatch(
      /next: Try again in a few minutes\.\n +Or let it wait longer: od-link mkdir .*--max-wait/,
    )
    expect(busy.stderr.split('\n').filter((line) => line.startsWith('/'))).toHaveLength(80)
    await at.calm()
    await at.weather(batch, { status: 429, headers: { 'retry-after': '3515' } }, 1_000)
    const throttled = await makeMany(at.world, ['/never'], '--max-wait', '2')
    expect(throttled.code).toBe(6)
    expect(throttled.milliseconds).toBeLessThan(10_000)
  })

  it('of a link that Microsoft ends in the middle stops, and says how to sign in again', async () => {
    await at.sandbox.control('POST', 'settings', { latencyMs: 30 })
    const paths = treeOf('/revoked', 30, 60)
    const running = at.world.start(['mkdir', '--from-file', '-', '--jobs', '1'], { input: paths.join('\n') })
    await running.seen(/\/revoked\/p0\/c5\n/)
    await at.sandbox.control('POST', 'revoke')
    await at.sandbox.control('POST', 'expire')
    const { code, stdout, stderr } = await running.ended
    await at.sandbox.control('POST', 'settings', { latencyMs: 0 })
    expect(code).toBe(4)
    expect(stderr.slice(-600)).toMatch(/next: od-link login/)
    const done = stdout.split('\n').slice(0, -1)
    const missing = stderr.split('\n').filter((line) => line.startsWith('/'))
    expect([...done, ...missing].sort()).toEqual(paths.toSorted())
    expect(done.every((path) => !missing.includes(path))).toBe(true)
    await at.world.login()
    expect((await makeManyInJson(at.world, paths)).summary).toMatchObject({
      folders: 1_800,
      failed: 0,
      skipped: 0,
    })
  })
})

describe('a server that answers a batch in its own way', () => {
  const at = useLinked()
  let tamper: Tamper
  let front: Awaited<ReturnType<typeof startTampering>>
  let world: World
  beforeAll(async () => {
    front = await startTampering(at.sandbox.origin, (parts) => tamper(parts))
    world = newWorld(at.sandbox, undefined, { OD_LINK_GRAPH_HOST: front.origin })
    await world.login()
  })
  afterAll(() => {
    world.remove()
    front.stop()
  })

  const everyOther = (change: (part: Part) => Part | undefined): Tamper => {
    let count = 0
    const left = new Set(Array.from({ length: 40 }, (_, n) => n * 3))
    return (parts) => parts.flatMap((part) => (left.delete(count++) ? (change(part) ?? []) : part))
  }

  it.each<[string, () => Tamper]>([
    ['in any order', () => (parts) => parts.toSorted(() => Math.random() - 0.5)],
    ['with some left out', () => everyOther(() => undefined)],
    ['without bodies', () => everyOther(({ body: _, ...part }) => part)],
    ['without headers', () => (parts) => parts.map(({ headers: _, ...part }) => part as Part)],
    [
      'with a Location that leads nowhere',
      () => (parts) => parts.map((part) => ({ ...part, headers: { Location: 'https://example.invalid' } })),
    ],
    ['with a status that is none', () => everyOther((part) => ({ ...part, status: 0 }))],
    ['with one twice', () => (parts) => [...parts, parts[0] as Part]],
  ])('%s is understood', async (_how, start) => {
    number += 1
    tamper = start()
    const paths = treeOf(`/t${number}`, 5, 25)
    const { code, summary } = await makeManyInJson(world, paths)
    expect({ code, summary }).toMatchObject({ code: 0, summary: { failed: 0, skipped: 0, created: 125 } })
    expect(await below(at, `/t${number}`)).toEqual(withParents(paths))
  })
})
