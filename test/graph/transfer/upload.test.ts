import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { maxRetries } from '../../../src/graph/request.ts'
import type { UploadConflict } from '../../../src/graph/transfer/upload.ts'
import { answerOf, missing } from '../../helpers/microsoft/fake-graph.ts'
import {
  bytes,
  item,
  uploadPath as path,
  pieceSize,
  fileSize as size,
  useUploads,
} from '../../helpers/microsoft/upload-session.ts'

const soon = { 'retry-after': '0.01' }
/** When a time limit that a test shortens is over. */
const soonMs = 400

const at = useUploads()
const { put, start, expectWhole, ranges } = at
const [firstRange, lastRange] = [`bytes 0-${pieceSize - 1}/${size}`, `bytes ${pieceSize}-${size - 1}/${size}`]

describe('an upload', () => {
  it('goes piece by piece to a session of Graph, and reports its progress', async () => {
    const got = await put({ onConflict: 'rename' })
    expectWhole(got)
    expect(got.graph.asked).toMatchObject([
      {
        method: 'POST',
        version: '/v1.0',
        path: `${path}:/createUploadSession`,
        body: { item: { '@microsoft.graph.conflictBehavior': 'rename' } },
      },
    ])
    expect(at.session.seen).toMatchObject([
      { method: 'PUT', headers: { 'content-range': firstRange, 'content-length': String(pieceSize) } },
      { method: 'PUT', headers: { 'content-range': lastRange, 'content-length': '12345' } },
    ])
    expect(got.progress).toEqual(
      [pieceSize / 2, pieceSize, pieceSize + 6_173, size].map((done) => [done, size]),
    )
  })

  it.each([
    [200, { id: '02' }, { id: '02' }],
    [201, { id: '02' }, { id: '02' }],
    [201, '', {}],
  ])('is done by a %i with %j', async (status, body, result) => {
    at.session.answers.PUT = [{ status, body }]
    expect((await put({ size: 5 })).created).toEqual(result)
    expect(ranges()).toEqual(['bytes 0-4/5'])
  })

  it('continues where the session continues', async () => {
    at.session.kept = Buffer.from(bytes.subarray(0, 3_000_000))
    at.session.answers.PUT = [{ status: 202, body: { nextExpectedRanges: ['3000000-3999999', '9000000-'] } }]
    expectWhole(await put())
    expect(ranges()[1]).toBe(`bytes 3000000-${size - 1}/${size}`)
  })

  it('starts again when the session does', async () => {
    at.session.answers.PUT = [{ status: 202, body: { nextExpectedRanges: ['0-'] } }]
    expectWhole(await put())
    expect(ranges()).toEqual([firstRange, firstRange, lastRange])
  })

  it.each<[unknown]>([[undefined], ['5-'], [[]], [['x']], [['-5']], [[`${size}-`]], [[`${size + 1}-`]]])(
    'continues after what it sent when the session expects %j',
    async (nextExpectedRanges) => {
      at.session.answers.PUT = [
        { status: 202, body: { nextExpectedRanges } },
        { status: 201, body: item },
      ]
      expect((await put()).created).toEqual(item)
      expect(ranges()).toEqual([firstRange, lastRange])
    },
  )

  it('ends when the session always asks for the same bytes', async () => {
    const again = { status: 202, headers: soon, body: { nextExpectedRanges: ['0-'] } }
    at.session.answers = { PUT: Array(20).fill(again), GET: Array(20).fill({ ...again, status: 200 }) }
    expect((await put()).error).toMatchObject({ kind: 'service', reason: 'upload-unfinished' })
    expect(ranges()).toEqual(Array(maxRetries + 1).fill(firstRange))
  })

  it('asks the session where it stands when it has everything and does not end', async () => {
    at.session.answers = {
      PUT: ['the truth', { status: 202, headers: soon, body: {} }],
      GET: [{ status: 200, body: { nextExpectedRanges: [] } }],
    }
    const now = { lastModifiedDateTime: new Date().toISOString() }
    const told = { status: 200, json: { ...item, size, ...now }, headers: { date: new Date().toUTCString() } }
    expect((await put({ told })).created).toMatchObject(item)
    expect(ranges()).toEqual([firstRange, lastRange])
  })

  it.each([401, 404, 408, 410, 416, 429, 500, 502, 503, 504, 509])(
    'asks the session where it stands after a %i, and continues there',
    async (status) => {
      at.session.answers.PUT = [{ status, headers: soon }]
      at.session.kept = Buffer.from(bytes.subarray(0, 1_000))
      const got = await put()
      expectWhole(got)
      expect(got.asked).toEqual(['PUT', 'GET', 'PUT', 'PUT'])
      expect(ranges()[1]).toBe(`bytes 1000-${1_000 + pieceSize - 1}/${size}`)
    },
  )

  it('sends the same piece again when the session does not say where it stands', async () => {
    at.session.answers.PUT = ['the truth', { status: 503, headers: soon }]
    at.session.answers.GET = [{ status: 500 }]
    expectWhole(await put())
    expect(ranges()).toEqual([firstRange, lastRange, lastRange])
  })

  it('sends the same piece again when the session is lost while it is asked', async () => {
    at.session.answers.PUT = [{ status: 503, headers: soon }]
    at.session.answers.GET = ['cut']
    expectWhole(await put())
    expect(ranges()).toEqual([firstRange, firstRange, lastRange])
  })

  it('continues after a broken connection', async () => {
    at.session.answers.PUT = ['the truth', 'cut']
    const got = await put()
    expectWhole(got)
    expect(got.asked).toEqual(['PUT', 'PUT', 'GET', 'PUT'])
  })

  it.each([400, 403, 409, 413])('ends at once after a %i, and cancels the session', async (status) => {
    at.session.answers.PUT = [{ status, headers: soon }]
    const { error, asked } = await put()
    expect(error.message).toMatch(/\/me\/drive\/root:\/folder\/file/)
    expect(asked).toEqual(['PUT', 'DELETE'])
  })

  it('ends after too many failures in a row, with the last one', async () => {
    at.session.answers.PUT = Array.from({ length: 50 }, () => ({ status: 503, headers: soon }))
    const { error, asked } = await put()
    expect(error).toMatchObject({ kind: 'service', message: 'Microsoft Graph is unavailable (HTTP 503).' })
    expect(asked.filter((method) => method === 'PUT')).toHaveLength(maxRetries + 1)
    expect(asked.at(-1)).toBe('DELETE')
  })

  it('that progresses starts counting failures again', async () => {
    const failures = Array.from({ length: maxRetries }, () => ({ status: 503, headers: soon }))
    at.session.answers.PUT = [...failures, 'the truth', ...failures]
    expectWhole(await put())
    expect(ranges()).toHaveLength(2 * maxRetries + 2)
  })

  it('waits as long as the server asks, up to its limit', async () => {
    at.session.answers.PUT = [{ status: 503, headers: soon }]
    expectWhole(await put())
    expect(at.waits).toEqual([expect.stringMatching(/Retrying in 0 s…$/)])
    at.session.answers.PUT = [{ status: 503, headers: { 'retry-after': '60' } }]
    expect((await put()).error).toMatchObject({ kind: 'service' })
    expect(at.waits).toHaveLength(1)
  })

  it('ends with the failure of the network when it may not wait', async () => {
    at.session.answers.PUT = ['cut']
    expect((await put({ maxWaitMs: 0 })).error).toMatchObject({ kind: 'network' })
  })
})

describe('an upload without a network', () => {
  it('is reported at once before anything has arrived', async () => {
    await at.session.stop()
    expect((await put()).error).toMatchObject({ kind: 'network', sent: false })
    expect(at.waits).toEqual([])
  })

  it('waits for it once something has arrived', async () => {
    at.session.most = 1
    at.whileWaiting = at.session.comeBack
    expectWhole(await put())
    expect(at.waits).toHaveLength(1)
  })
})

describe('an upload that cannot start', () => {
  it('for a taken name has the options as next steps', async () => {
    const opened = { status: 409, json: { error: { code: 'nameAlreadyExists', message: 'Taken.' } } }
    const { error, asked } = await put({ opened })
    expect(error).toMatchObject({
      kind: 'taken',
      message: `The name is taken: ${path} already exists.`,
      hint: 'To replace the existing file: --on-conflict replace\nTo keep both: --on-conflict rename',
    })
    expect(asked).toEqual([])
  })

  it.each([5, 0])('names the upload in its error, with %i bytes', async (size) => {
    const { error } = await put({ size, opened: missing, told: missing })
    expect(error).toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining(`The upload to ${path} failed (HTTP 404)`),
    })
  })

  it('goes to no URL that cannot be trusted', async () => {
    for (const opened of [{ status: 200, json: { uploadUrl: 'http://evil.example/' } }, { status: 200 }]) {
      const { error } = await put({ opened })
      expect(error).toMatchObject({
        kind: 'service',
        message: expect.stringContaining('cannot be trusted'),
      })
    }
  })
})

describe('a file without bytes', () => {
  it.each<[UploadConflict, mayRepeat: boolean]>([
    ['fail', true],
    ['replace', true],
    ['rename', false],
  ])('is sent in one request, with %s', async (onConflict, mayRepeat) => {
    const { created, graph, asked } = await put({ size: 0, onConflict, told: { status: 201, json: item } })
    expect(created).toEqual(item)
    expect(graph.asked).toMatchObject([
      {
        method: 'PUT',
        version: '/v1.0',
        path: `${path}:/content?@microsoft.graph.conflictBehavior=${onConflict}`,
        headers: { 'content-type': 'application/octet-stream', 'content-length': '0' },
      },
    ])
    expect(graph.asked[0]?.mayRepeat?.(answerOf({ status: 503 }))).toBe(mayRepeat)
    expect(asked).toEqual([])
  })

  it('is complete when Graph says so without a body', async () => {
    expect((await put({ size: 0, told: { status: 201 } })).created).toEqual({})
  })
})

describe('an upload that is cancelled', () => {
  it('leaves nothing of its session', async () => {
    at.session.answers.PUT = ['silence']
    const { finished, cancel } = start({ maxWaitMs: 0 })
    const ended = finished.catch((error) => error)
    await expect.poll(() => at.session.seen.length).toBe(1)
    await cancel()
    expect(at.session.seen.map(({ method }) => method)).toEqual(['PUT', 'DELETE'])
    await at.session.stop()
    await ended
  })

  it('waits for the session that it has requested, and leaves nothing of it either', async () => {
    const opened = { status: 200, json: { uploadUrl: at.session.url } }
    const { cancel, finished, graph } = start({ opened: sleep(100, opened) })
    const ended = finished.catch((error) => error)
    await expect.poll(() => graph.asked.length).toBe(1)
    await cancel()
    expect(await ended).toMatchObject({ kind: 'interrupted' })
    expect(at.session.seen.map(({ method }) => method)).toContain('DELETE')
    expect(at.session.kept.length).toBeLessThan(size)
  })

  it('before it requests a session never does', async () => {
    const { cancel, finished, graph } = start()
    await Promise.all([cancel(), finished.catch(() => {})])
    expect([graph.asked, at.session.seen]).toEqual([[], []])
  })

  it('before it has a session sends nothing', async () => {
    const { cancel, finished } = start({ opened: { status: 409 } })
    await cancel()
    await finished.catch(() => {})
    expect(at.session.seen).toEqual([])
  })

  it('ends with its own failure, whatever becomes of the session', async () => {
    at.session.answers.PUT = [{ status: 507 }]
    at.session.most = 1
    expect((await put()).error).toMatchObject({ kind: 'not-allowed' })
  })

  it('waits up to five seconds for a silent server', async () => {
    at.session.answers = { PUT: [{ status: 507 }], DELETE: ['silence'] }
    const { error } = await hurried(5_000, put)
    expect(error).toMatchObject({ kind: 'not-allowed' })
  })
})

it('a piece may take longer than a server may be silent', async () => {
  at.session.answers.PUT = [{ status: 201, body: item }]
  const { created } = await hurried(120_000, () => put({ size: 5, pauseMs: soonMs * 0.6 }))
  expect(created).toEqual(item)
})

it('a session that does not answer where it stands is given half a minute', async () => {
  at.session.answers = { PUT: [{ status: 503, headers: soon }], GET: ['silence'] }
  expectWhole(await hurried(30_000, put))
})

/** Shortens time limits of up to so many milliseconds. */
async function hurried<T>(most: number, work: () => Promise<T>): Promise<T> {
  const { setTimeout: real } = globalThis
  globalThis.setTimeout = Object.assign(
    (then: () => void, ms = 0) => real(then, ms <= most ? Math.min(ms, soonMs) : ms),
    real,
  ) as typeof real
  return work().finally(() => {
    globalThis.setTimeout = real
  })
}
