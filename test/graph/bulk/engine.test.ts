import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts'
import { addLink } from '../../../src/accounts/links.ts'
import { OdLinkError } from '../../../src/errors.ts'
import { createFolders, type FolderResult, showFolder } from '../../../src/graph/bulk/index.ts'
import { FolderTree } from '../../../src/graph/bulk/tree.ts'
import { type Part, startTampering, type Tamper } from '../../helpers/microsoft/tampering.ts'
import { treeOf } from '../../helpers/program/many-folders.ts'
import { recordOf, useOwnSettings } from '../../helpers/program/own-settings.ts'
import { call, control, type Json, signIn } from '../../helpers/sandbox/client.ts'

useOwnSettings()
let sandbox: Sandbox
let tokens: Json
let front: Awaited<ReturnType<typeof startTampering>>
let tamper: Tamper = () => undefined
let number = 0
let top = ''
/** Waits are a tenth as long here, and the engine's own clock runs ten times as fast. */
const { setTimeout: realTimeout } = globalThis
const realNow = performance.now.bind(performance)
beforeAll(async () => {
  const sooner = (work: () => void, ms = 0, ...more: []) => realTimeout(work, ms / 10, ...more)
  globalThis.setTimeout = Object.assign(sooner, realTimeout) as typeof setTimeout
  performance.now = () => realNow() * 10
  sandbox = await startSandbox()
  tokens = await signIn(sandbox)
  front = await startTampering(sandbox.origin, (parts) => tamper(parts))
})
afterAll(async () => {
  front?.stop()
  await sandbox?.close()
  globalThis.setTimeout = realTimeout
  performance.now = realNow
})
beforeEach(async () => {
  tamper = () => undefined
  number += 1
  top = `/t${number}`
  await control(sandbox, 'DELETE', 'weather')
  await control(sandbox, 'DELETE', 'log')
})

const weather = (match: string, effect: object, count = 1, skip = 0) =>
  control(sandbox, 'POST', 'weather', { match, effect, count, skip })
const batch = 'POST /v1.0/$batch'
const creation = '/POST .*children$/'
const soon = { headers: { 'retry-after': '0.02' } }
const graph = (method: string, path: string, body?: object) =>
  call(`${sandbox.origin}/v1.0/me/drive/root${path}`, {
    method,
    headers: { authorization: `Bearer ${tokens.access_token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
const file = (path: string) =>
  call(`${sandbox.origin}/v1.0/me/drive/root:${path}:/content`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${tokens.access_token}`, 'content-type': 'text/plain' },
    body: 'text',
  })

interface Options {
  jobs?: number
  maxWaitMs?: number
  failFast?: boolean
  stopAfter?: number
}
/** Creates these folders. @returns the result of each: `status path: error`. */
async function create(
  paths: string[],
  { jobs = 2, maxWaitMs = 20_000, failFast = false, stopAfter }: Options = {},
) {
  const account = await addLink(
    recordOf({
      graphOrigin: front.origin,
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
      registration: { clientId: sandbox.clientId, tenant: 'common' },
      tokenEndpoint: `${sandbox.origin}/common/oauth2/v2.0/token`,
    }),
    undefined,
  )
  const tree = new FolderTree()
  for (const path of paths) tree.add(path.split('/').filter(Boolean))
  const settled: FolderResult[] = []
  const many = createFolders(tree.close(), [account], {
    maxWaitMs,
    jobs,
    failFast,
    onSettled(of, one) {
      expect(of.id).toBe(account.id)
      settled.push(one)
      if (settled.length === stopAfter) many.stop(new OdLinkError('interrupted', 'Enough.'))
    },
  })
  await many.finished
  const [engine] = many.engines
  const counts = engine?.states.all
  expect(settled).toHaveLength(tree.size)
  expect(new Set(settled.map(({ folder }) => folder)).size).toBe(tree.size)
  const told = settled
    .map(({ folder, status, error }) => `${status} ${showFolder(folder)}${error ? `: ${error.message}` : ''}`)
    .sort()
  const errors = settled.flatMap(({ error }) => (error ? [error] : []))
  return { told, counts, errors, engine, settled }
}
const requests = async () =>
  (await control(sandbox, 'GET', 'log')).json.filter(({ kind }: Json) => kind === 'graph') as {
    inBatch?: true
    method: string
    path: string
  }[]
const inner = async () => (await requests()).filter(({ inBatch }) => inBatch)

describe('the folders of a list', () => {
  it('are created, parents first, and reported once with what the drive has', async () => {
    const { told, counts, engine, settled } = await create([`${top}/a`, `${top}/b/c`])
    expect(told).toEqual([`created ${top}`, `created ${top}/a`, `created ${top}/b`, `created ${top}/b/c`])
    expect(counts).toEqual({ created: 4, exists: 0, failed: 0, skipped: 0 })
    expect(engine?.states.named).toEqual({ created: 2, exists: 0, failed: 0, skipped: 0 })
    expect([engine?.states.done, engine?.results.requests, engine?.results.refused]).toEqual([2, 5, 0])
    expect(settled[0]?.item).toMatchObject({ name: top.slice(1), folder: {} })
    // A list of the top, and a creation each.
    expect((await inner()).map(({ method }) => method)).toEqual(['GET', 'POST', 'POST', 'POST', 'POST'])
    // A batch for each level.
    expect((await requests()).filter(({ inBatch }) => !inBatch)).toHaveLength(4)
  })

  it('that exist are found in lists, in whatever spelling', async () => {
    await create([`${top}/a`, `${top}/b/c`])
    await control(sandbox, 'DELETE', 'log')
    const { told } = await create([`${top.toUpperCase()}/A`, `${top}/b/c`])
    expect(told.map((line) => line.split(' ')[0])).toEqual(['exists', 'exists', 'exists', 'exists'])
    expect((await inner()).map(({ method }) => method)).toEqual(['GET', 'GET', 'GET'])
  })

  it('are created if they are missing', async () => {
    await create([`${top}/a`, `${top}/empty`])
    const { counts } = await create([`${top}/a/x`, `${top}/b`, `${top}/empty/y`])
    expect(counts).toEqual({ created: 3, exists: 3, failed: 0, skipped: 0 })
  })

  it('are created twenty at a time', async () => {
    const { counts } = await create(treeOf(top, 3, 30), { jobs: 1 })
    expect(counts).toMatchObject({ created: 94 })
    expect((await requests()).filter(({ inBatch }) => !inBatch).length).toBeLessThanOrEqual(8)
    expect((await inner()).filter(({ method }) => method === 'POST')).toHaveLength(94)
  })

  it('in a large folder are not searched page after page', async () => {
    await create(Array.from({ length: 450 }, (_, n) => `${top}/n${n}`))
    await control(sandbox, 'DELETE', 'log')
    const { told } = await create([`${top}/n449`, `${top}/new`])
    expect(told).toEqual([`created ${top}/new`, `exists ${top}`, `exists ${top}/n449`])
    expect((await inner()).length).toBeLessThan(8)
    // For a list that is long enough, every page is worth reading.
    await control(sandbox, 'DELETE', 'log')
    const { counts } = await create(Array.from({ length: 450 }, (_, n) => `${top}/n${n}`))
    expect(counts).toMatchObject({ exists: 451, created: 0 })
    expect((await inner()).filter(({ method }) => method === 'POST')).toEqual([])
  })
})

describe('a folder that cannot be created', () => {
  it('fails with all folders below it, and with no others', async () => {
    await graph('POST', '/children', { name: top.slice(1), folder: {} })
    await file(`${top}/f`)
    const { told, errors } = await create([`${top}/f/x/y`, `${top}/ok`])
    const why = `The name is taken by a file.`
    expect(told).toEqual(
      [
        `created ${top}/ok`,
        `exists ${top}`,
        `failed ${top}/f: ${why}`,
        `skipped ${top}/f/x/y: ${why}`,
        `skipped ${top}/f/x: ${why}`,
      ].sort(),
    )
    expect(errors[0]).toMatchObject({
      kind: 'taken',
      code: 'nameAlreadyExists',
      next: ['Choose another name.'],
    })
  })

  it('stops everything with failFast', async () => {
    await graph('POST', '/children', { name: top.slice(1), folder: {} })
    await file(`${top}/f`)
    const { counts } = await create([`${top}/f`, ...treeOf(`${top}/more`, 10, 30)], {
      failFast: true,
      jobs: 1,
    })
    expect(counts?.failed).toBe(1)
    expect(counts?.skipped).toBeGreaterThan(100)
  })

  it.each([
    [
      'is refused',
      { status: 403, body: { error: { code: 'accessDenied', message: 'No.' } } },
      /is not allowed: No\.$/,
    ],
    [
      'has a bad name',
      { status: 400, body: { error: { code: 'x', innerError: { code: 'invalidPath' }, message: 'Bad.' } } },
      /does not accept .*: Bad\.$/,
    ],
  ])('because it %s, fails without the others', async (_, effect, message) => {
    await create([`${top}/a`])
    await weather('/bad', effect, 9)
    await weather(creation, effect, 1)
    const { told, counts } = await create([`${top}/b`, `${top}/a/c`], { jobs: 1 })
    expect(counts).toMatchObject({ failed: 1, exists: 2, created: 1 })
    expect(told.find((line) => line.startsWith('failed'))).toMatch(message)
  })

  it('for lack of space ends the run', async () => {
    await control(sandbox, 'POST', 'settings', { quotaFull: true })
    const { counts, errors } = await create(treeOf(top, 3, 30))
    await control(sandbox, 'POST', 'settings', { quotaFull: false })
    expect(counts).toMatchObject({ created: 0, exists: 0 })
    expect(errors).toHaveLength(94)
    for (const error of errors)
      expect(error).toMatchObject({ kind: 'not-allowed', message: expect.stringContaining('no space left') })
  })
})

describe('bad weather', () => {
  it.each<[what: string, match: string, effect: object, count: number, skip?: number]>([
    ['a batch is throttled', batch, { status: 429, ...soon }, 2],
    ['a busy server refuses a batch', batch, { status: 503, ...soon }, 2],
    ['a gateway gives up after the work', batch, { status: 504, after: true, ...soon }, 1],
    ['an answer is lost', batch, { lost: true }, 1],
    ['a connection breaks', batch, { reset: true }, 1],
    ['an answer has no answers', batch, { status: 200, body: { responses: [] }, after: true }, 1],
    ['the answers are not valid', batch, { status: 200, body: { responses: [{ id: 7 }, null, 3, []] } }, 1],
    ['the answers are not a list', batch, { status: 200, body: { responses: 7 } }, 1],
    ['a batch is too large', batch, { status: 413 }, 1, 3],
    ['a batch is refused for one of its requests', batch, { status: 400 }, 1, 1],
    ['folders are throttled', creation, { status: 429, ...soon }, 3],
    ['folders fail for a moment', creation, { status: 500 }, 2],
    ['folders are lost after the work', creation, { lost: true }, 3],
    ['folders meet a gateway after the work', creation, { status: 504, after: true }, 2],
    [
      'folders are refused once without a reason',
      creation,
      { status: 400, body: { error: { code: 'invalidRequest' } } },
      1,
    ],
    ['a list is throttled', 'GET /v1.0/me/drive/root/children', { status: 429, ...soon }, 1],
    ['a list fails for a moment', 'GET /v1.0/me/drive/root/children', { status: 500 }, 1],
    ['a list is not a list', 'GET /v1.0/me/drive/root/children', { status: 200, body: { value: 7 } }, 1],
    ['the token is refused on a batch', batch, { status: 401 }, 1],
    ['the token is refused on folders', creation, { status: 401 }, 1],
  ])('is tolerated when %s', async (_, match, effect, count, skip = 0) => {
    await weather(match, effect, count, skip)
    const { counts, errors } = await create(treeOf(top, 2, 15), { jobs: 2 })
    expect(errors).toEqual([])
    // What this run created is reported as created, whatever happened to the first answer.
    expect(counts).toEqual({ created: 33, exists: 0, failed: 0, skipped: 0 })
  })

  it('is counted by its refusals', async () => {
    await weather(batch, { status: 429, ...soon }, 1)
    const { engine } = await create([`${top}/a`])
    expect([engine?.results.refused, engine?.results.requests]).toEqual([1, 4])
    expect(engine?.results.trouble?.message).toBe(
      'Microsoft is throttling this app: too many requests in a short time (HTTP 429).',
    )
    expect(engine?.pause).toBe(0)
  })

  it('that does not pass ends the run, and each folder has the reason', async () => {
    await weather(batch, { status: 503, headers: { 'retry-after': '0.01' } }, 999)
    const busy = await create([`${top}/a`])
    expect(busy.told).toEqual(
      [
        `skipped ${top}/a: Microsoft Graph is unavailable (HTTP 503).`,
        `skipped ${top}: Microsoft Graph is unavailable (HTTP 503).`,
      ].sort(),
    )
    await control(sandbox, 'DELETE', 'weather')
    await weather(batch, { status: 429, headers: { 'retry-after': '3515' } }, 999)
    const started = Date.now()
    const throttled = await create([`${top}/a`], { maxWaitMs: 2_000 })
    expect(throttled.told[0]).toContain(
      'Microsoft is throttling this app: too many requests in a short time (HTTP 429).',
    )
    expect(Date.now() - started).toBeLessThan(4_000)
  })

  it('on one folder fails that one', async () => {
    await create([`${top}/p1`])
    const { json } = await graph('POST', `:${top}:/children`, { name: 'p2', folder: {} })
    const refused = { status: 403, body: { error: { message: 'No.' } } }
    await weather(`POST /v1.0/me/drive/items/${encodeURIComponent(json.id)}/children`, refused, 9)
    const { counts } = await create([`${top}/p1/a`, `${top}/p2/b`, `${top}/p3`], { jobs: 1 })
    expect(counts).toEqual({ created: 2, exists: 3, failed: 1, skipped: 0 })
  })

  it('of a token that is refused again and again ends the run', async () => {
    await weather(batch, { status: 401, body: { error: { message: 'No.' } } }, 999)
    const { errors } = await create([`${top}/a`])
    for (const error of errors)
      expect(error).toMatchObject({
        kind: 'service',
        reason: 'token-refused',
        message: expect.stringContaining('does not accept a token issued just now: No.'),
      })
    expect(errors).toHaveLength(2)
  })

  it('of an account without a drive ends the run', async () => {
    await weather(
      'GET /v1.0/me/drive/root/children',
      { status: 404, body: { error: { message: 'Not found.' } } },
      9,
    )
    const { errors } = await create([`${top}/a`])
    expect(errors[0]).toMatchObject({
      kind: 'not-allowed',
      message: 'This account has no OneDrive that can be reached.',
    })
  })

  it('of a person who stops the run skips the rest', async () => {
    const { counts, errors } = await create(treeOf(top, 10, 30), { jobs: 1, stopAfter: 5 })
    expect(counts?.created).toBeGreaterThanOrEqual(5)
    expect(counts?.skipped).toBeGreaterThan(50)
    expect(errors.at(-1)).toMatchObject({ kind: 'interrupted', message: 'Enough.' })
  })
})

describe('a server that answers in its own way', () => {
  it('is understood, whatever some of its answers look like', async () => {
    const changes: ((part: Part) => unknown)[] = [
      () => undefined,
      ({ body: _, ...part }) => part,
      (part) => ({ ...part, body: [] }),
      (part) => ({ ...part, status: 99 }),
      (part) => ({ ...part, status: 600 }),
      (part) => ({ ...part, status: 201.5 }),
    ]
    let count = 0
    tamper = (parts) =>
      parts.map((part) => {
        count += 1
        const change = count % 3 === 0 ? changes.pop() : undefined
        return (change ? (change(part) ?? null) : part) as Part
      })
    const { counts, errors } = await create(treeOf(top, 3, 12))
    expect(errors).toEqual([])
    expect(counts).toEqual({ created: 40, exists: 0, failed: 0, skipped: 0 })
    expect(changes).toEqual([])
  })

  it('in any order, without headers, with something else among them, is understood as well', async () => {
    tamper = (parts) =>
      [7, ...parts.toReversed().map(({ headers: _, ...part }) => part), null] as unknown as Part[]
    const { counts, errors } = await create(treeOf(top, 2, 12))
    expect(errors).toEqual([])
    expect(counts).toEqual({ created: 27, exists: 0, failed: 0, skipped: 0 })
  })
})
