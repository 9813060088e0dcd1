import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readAddress } from '../../../src/graph/api/address.ts'
import { startUpload, type UploadConflict } from '../../../src/graph/api/upload.ts'
import type { Source } from '../../../src/graph/api/upload-source.ts'
import { maxRetries } from '../../../src/graph/request.ts'
import { notices } from '../../../src/notices.ts'
import { answerOf, fakeGraph, missing, type Told } from '../../helpers/microsoft/fake-graph.ts'
import { item, openSession, type Session } from '../../helpers/microsoft/upload-session.ts'

const pieceSize = 10 * 1024 * 1024
const bytes = randomBytes(2 * pieceSize + 12_345)
const path = '/me/drive/root:/folder/file'
const soon = { 'retry-after': '0.01' }
/** When a limit that a test hurries is over. */
const soonMs = 400

/** The first bytes of all, each piece in two chunks. @param pauseMs before each of them. */
function sourceOf(size: number, pauseMs = 0): Source {
  return {
    size,
    async send(outgoing, first, length, sent) {
      const middle = first + Math.ceil(length / 2)
      for (const chunk of [bytes.subarray(first, middle), bytes.subarray(middle, first + length)]) {
        if (pauseMs > 0) await wait(pauseMs)
        outgoing.write(chunk)
        sent(chunk.length)
      }
      outgoing.end()
    },
    close() {},
  }
}

const size = pieceSize + 12_345
let session: Session
/** What was told of each wait, and what happens in it. */
let waits: string[]
let whileWaiting: () => void
beforeEach(async () => {
  session = await openSession(size)
  waits = []
  whileWaiting = () => {}
  notices.waiting = (what) => {
    waits.push(what)
    whileWaiting()
  }
})
afterEach(() => session.stop())
afterAll(() => {
  notices.waiting = () => {}
})

interface Choices {
  size?: number
  pauseMs?: number
  onConflict?: UploadConflict
  maxWaitMs?: number
  /** What Graph answers when it is asked for a session, and to anything else. */
  opened?: Told
  told?: Told
}

/** Begins an upload, as `od-link api --upload` does. */
function start(choices: Choices = {}) {
  const { onConflict = 'fail', maxWaitMs = 20_000, told = missing } = choices
  const { opened = { status: 200, json: { uploadUrl: session.url } } } = choices
  const graph = fakeGraph((what) => (what.endsWith('/createUploadSession') ? opened : told))
  const progress: [number, number | undefined][] = []
  const upload = startUpload(readAddress(path), sourceOf(choices.size ?? size, choices.pauseMs), {
    openGraph: () => graph,
    ...{ onConflict, maxWaitMs, graphOrigin: 'http://localhost:1' },
    onProgress: (...now) => void progress.push(now),
  })
  return { ...upload, graph, progress }
}

/** The whole of an upload, with the error that it ended by. */
async function put(choices: Choices = {}) {
  const { finished, graph, progress } = start(choices)
  const [made, error] = await finished.then((one) => [one, undefined]).catch((one) => [undefined, one])
  return { made, error, graph, progress, asked: session.seen.map(({ method }) => method) }
}

const isWhole = ({ made, error }: Awaited<ReturnType<typeof put>>, result: object = item) => {
  expect(error).toBeUndefined()
  expect(made).toEqual(result)
  expect(session.kept.equals(bytes.subarray(0, size))).toBe(true)
}
const ranges = () => session.seen.flatMap(({ headers }) => headers['content-range'] ?? [])
const [firstRange, lastRange] = [`bytes 0-${pieceSize - 1}/${size}`, `bytes ${pieceSize}-${size - 1}/${size}`]

describe('an upload', () => {
  it('goes piece by piece to a session that Graph opens, and tells how far it is', async () => {
    const got = await put({ onConflict: 'rename' })
    isWhole(got)
    expect(got.graph.asked).toMatchObject([
      {
        method: 'POST',
        version: '/v1.0',
        path: `${path}:/createUploadSession`,
        body: { item: { '@microsoft.graph.conflictBehavior': 'rename' } },
      },
    ])
    expect(session.seen).toMatchObject([
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
    session.answers.PUT = [{ status, body }]
    expect((await put({ size: 5 })).made).toEqual(result)
    expect(ranges()).toEqual(['bytes 0-4/5'])
  })

  it('goes on where the session wants it to', async () => {
    session.kept = Buffer.from(bytes.subarray(0, 3_000_000))
    session.answers.PUT = [{ status: 202, body: { nextExpectedRanges: ['3000000-3999999', '9000000-'] } }]
    isWhole(await put())
    expect(ranges()[1]).toBe(`bytes 3000000-${size - 1}/${size}`)
  })

  it('goes back to the beginning when the session wants that', async () => {
    session.answers.PUT = [{ status: 202, body: { nextExpectedRanges: ['0-'] } }]
    isWhole(await put())
    expect(ranges()).toEqual([firstRange, firstRange, lastRange])
  })

  it.each<[unknown]>([[undefined], ['5-'], [[]], [['x']], [['-5']], [[`${size}-`]], [[`${size + 1}-`]]])(
    'goes on behind what it sent when the session wants %j',
    async (nextExpectedRanges) => {
      session.answers.PUT = [
        { status: 202, body: { nextExpectedRanges } },
        { status: 201, body: item },
      ]
      expect((await put()).made).toEqual(item)
      expect(ranges()).toEqual([firstRange, lastRange])
    },
  )

  it.each([404, 408, 416, 429, 500, 502, 503, 504, 509])(
    'asks the session where it stands after a %i, and goes on from there',
    async (status) => {
      session.answers.PUT = [{ status, headers: soon }]
      session.kept = Buffer.from(bytes.subarray(0, 1_000))
      const got = await put()
      isWhole(got)
      expect(got.asked).toEqual(['PUT', 'GET', 'PUT', 'PUT'])
      expect(ranges()[1]).toBe(`bytes 1000-${1_000 + pieceSize - 1}/${size}`)
    },
  )

  it('sends the same piece again when the session does not say where it stands', async () => {
    session.answers.PUT = ['the truth', { status: 503, headers: soon }]
    session.answers.GET = [{ status: 500 }]
    isWhole(await put())
    expect(ranges()).toEqual([firstRange, lastRange, lastRange])
  })

  it('sends the same piece again when the session is lost while it is asked', async () => {
    session.answers.PUT = [{ status: 503, headers: soon }]
    session.answers.GET = ['cut']
    isWhole(await put())
    expect(ranges()).toEqual([firstRange, firstRange, lastRange])
  })

  it('goes on after a connection that broke', async () => {
    session.answers.PUT = ['the truth', 'cut']
    const got = await put()
    isWhole(got)
    expect(got.asked).toEqual(['PUT', 'PUT', 'GET', 'PUT'])
  })

  it.each([400, 403, 409, 410, 507])('ends at once after a %i, and gives the session up', async (status) => {
    session.answers.PUT = [{ status, headers: soon }]
    const { error, asked } = await put()
    expect(error.message).toMatch(/\/me\/drive\/root:\/folder\/file/)
    expect(asked).toEqual(['PUT', 'DELETE'])
  })

  it('ends after so many troubles in a row, by what the last one was', async () => {
    session.answers.PUT = Array.from({ length: 50 }, () => ({ status: 503, headers: soon }))
    const { error, asked } = await put()
    expect(error).toMatchObject({ kind: 'service', message: 'Microsoft Graph is in trouble (HTTP 503).' })
    expect(asked.filter((method) => method === 'PUT')).toHaveLength(maxRetries + 1)
    expect(asked.at(-1)).toBe('DELETE')
  })

  it('that gets on has its troubles anew', async () => {
    const troubles = Array.from({ length: maxRetries }, () => ({ status: 503, headers: soon }))
    session.answers.PUT = [...troubles, 'the truth', ...troubles]
    isWhole(await put())
    expect(ranges()).toHaveLength(2 * maxRetries + 2)
  })

  it('waits as long as the server says, and no longer than it may altogether', async () => {
    session.answers.PUT = [{ status: 503, headers: soon }]
    isWhole(await put())
    expect(waits).toEqual([expect.stringMatching(/Retrying in 0 s…$/)])
    session.answers.PUT = [{ status: 503, headers: { 'retry-after': '60' } }]
    expect((await put()).error).toMatchObject({ kind: 'service' })
    expect(waits).toHaveLength(1)
  })

  it('ends by the trouble of the network when it may not wait', async () => {
    session.answers.PUT = ['cut']
    expect((await put({ maxWaitMs: 0 })).error).toMatchObject({ kind: 'network' })
  })
})

describe('an upload without a network', () => {
  it('is told so at once before anything has arrived', async () => {
    await session.stop()
    expect((await put()).error).toMatchObject({ kind: 'network', sent: false })
    expect(waits).toEqual([])
  })

  it('waits for it once something has arrived', async () => {
    session.most = 1
    whileWaiting = session.comeBack
    isWhole(await put())
    expect(waits).toHaveLength(1)
  })
})

describe('an upload whose session is gone', () => {
  const lost = () => {
    session.answers.PUT = ['the truth', { status: 504, headers: soon }]
    session.answers.GET = [{ status: 404 }]
  }
  const found = (more: object = {}): Told => ({
    status: 200,
    json: { ...item, size, lastModifiedDateTime: new Date().toISOString(), ...more },
    headers: { date: new Date().toUTCString() },
  })

  it('is done if the file is there since', async () => {
    lost()
    const got = await put({ told: found() })
    expect(got.made).toMatchObject(item)
    expect(got.graph.asked[1]).toMatchObject({ method: 'GET', version: '/v1.0', path })
    expect(got.asked).toEqual(['PUT', 'PUT', 'GET'])
  })

  it.each<[why: string, told: () => Told, onConflict: UploadConflict]>([
    ['has another size', () => found({ size: size - 1 }), 'fail'],
    ['was there before', () => found({ lastModifiedDateTime: '2020-01-01T00:00:00Z' }), 'replace'],
    ['is not there', () => missing, 'fail'],
    ['is not told of yet', () => ({ ...found(), status: 202 }), 'fail'],
    ['is told of without a word', () => ({ status: 200 }), 'fail'],
    ['may have any name', () => found(), 'rename'],
  ])('is not known to be done if the file %s', async (_, told, onConflict) => {
    lost()
    const { error, graph } = await put({ onConflict, told: told() })
    expect(error).toMatchObject({
      kind: 'service',
      message: 'The upload session ended, and whether the file is whole is not known.',
      hint: 'Look at the folder, and send the file again if it is not there.',
    })
    expect(graph.asked).toHaveLength(onConflict === 'rename' ? 1 : 2)
  })
})

describe('an upload that cannot begin', () => {
  it('for a name that is taken says what to do', async () => {
    const opened = { status: 409, json: { error: { code: 'nameAlreadyExists', message: 'Taken.' } } }
    const { error, asked } = await put({ opened })
    expect(error).toMatchObject({
      kind: 'taken',
      message: `The name is taken: ${path}`,
      hint: 'To put the file in its place: --on-conflict replace\nTo keep both: --on-conflict rename',
    })
    expect(asked).toEqual([])
  })

  it.each([5, 0])('is refused by what it was about, with %i bytes', async (size) => {
    const { error } = await put({ size, opened: missing, told: missing })
    expect(error).toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining(`refuses the upload to ${path} (HTTP 404)`),
    })
  })

  it('goes to no place that cannot be trusted', async () => {
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
  ])('is put at once, with %s', async (onConflict, mayRepeat) => {
    const { made, graph, asked } = await put({ size: 0, onConflict, told: { status: 201, json: item } })
    expect(made).toEqual(item)
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

  it('is there when Graph says so without a word', async () => {
    expect((await put({ size: 0, told: { status: 201 } })).made).toEqual({})
  })
})

describe('an upload that is given up', () => {
  it('leaves nothing of its session', async () => {
    session.answers.PUT = ['silence']
    const { finished, cancel } = start({ maxWaitMs: 0 })
    const ended = finished.catch((error) => error)
    await expect.poll(() => session.seen.length).toBe(1)
    await cancel()
    expect(session.seen.map(({ method }) => method)).toEqual(['PUT', 'DELETE'])
    await session.stop()
    await ended
  })

  it('before there is a session asks nobody', async () => {
    const { cancel, finished } = start({ opened: { status: 409 } })
    await cancel()
    await finished.catch(() => {})
    expect(session.seen).toEqual([])
  })

  it('ends by its own trouble, whatever becomes of the session', async () => {
    session.answers.PUT = [{ status: 507 }]
    session.most = 1
    expect((await put()).error).toMatchObject({ kind: 'not-allowed' })
  })

  it('waits for a silent server five seconds at most', async () => {
    session.answers = { PUT: [{ status: 507 }], DELETE: ['silence'] }
    const { error } = await hurried(5_000, put)
    expect(error).toMatchObject({ kind: 'not-allowed' })
  })
})

it('a piece may take longer than a server may be silent', async () => {
  session.answers.PUT = [{ status: 201, body: item }]
  const { made } = await hurried(120_000, () => put({ size: 5, pauseMs: soonMs * 0.6 }))
  expect(made).toEqual(item)
})

it('a session that is silent when it is asked where it stands is waited for half a minute at most', async () => {
  session.answers = { PUT: [{ status: 503, headers: soon }], GET: ['silence'] }
  isWhole(await hurried(30_000, put))
})

/** Limits of so many milliseconds and less are over soon; those that are longer take their time. */
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
