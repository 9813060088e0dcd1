import { describe, expect, it } from 'vitest'
import type { SavedSession } from '../../../src/graph/transfer/saved-session.ts'
import type { UploadConflict } from '../../../src/graph/transfer/upload.ts'
import { missing, type Told } from '../../helpers/microsoft/fake-graph.ts'
import {
  bytes,
  fileSize,
  item,
  uploadPath as path,
  pieceSize,
  sourceOf,
  useUploads,
} from '../../helpers/microsoft/upload-session.ts'

/* Sessions that end before the upload does, and those of an earlier run. */

const soon = { 'retry-after': '0.01' }
const at = useUploads()
const { put, expectWhole, ranges } = at
const gone = { status: 404, headers: soon, body: { error: { code: 'itemNotFound', message: 'Gone.' } } }
const notFound = { status: 400, headers: soon, body: { error: { code: 'uploadSessionNotFound' } } }
const found = (more: object = {}): Told => ({
  status: 200,
  json: { ...item, size: fileSize, lastModifiedDateTime: new Date().toISOString(), ...more },
  headers: { date: new Date().toUTCString() },
})
const ended = {
  kind: 'service',
  reason: 'upload-unfinished',
  message: 'The upload session ended, and it is not known whether the file is complete.',
  hint: 'Check the folder. If the file is missing, run the same command again.',
}

describe('an upload whose session has ended', () => {
  const lost = () => {
    at.session.answers = { PUT: ['the truth', { status: 504, headers: soon }], GET: [{ status: 404 }] }
  }

  it('is complete if the file is there since', async () => {
    lost()
    const got = await put({ told: found() })
    expect(got.created).toMatchObject(item)
    expect(got.graph.asked[1]).toMatchObject({ method: 'GET', version: '/v1.0', path: `${path}:` })
    expect(got.asked).toEqual(['PUT', 'PUT', 'GET'])
  })

  it.each([['<html>Sign in to the network</html>'], [''], ['[]']])(
    'is not complete because a page of the network says 200: %s',
    async (body) => {
      at.session.answers.PUT = [{ status: 200, headers: soon, body }, 'the truth', { status: 200, body }]
      const got = await put()
      expectWhole(got)
      expect(got.asked).toEqual(['PUT', 'GET', 'PUT', 'PUT', 'GET', 'PUT'])
    },
  )

  it.each<[why: string, told: () => Told, onConflict: UploadConflict]>([
    ['has another size', () => found({ size: fileSize - 1 }), 'fail'],
    ['existed before', () => found({ lastModifiedDateTime: '2020-01-01T00:00:00Z' }), 'replace'],
    ['does not exist', () => missing, 'fail'],
    ['is not reported yet', () => ({ ...found(), status: 202 }), 'fail'],
    ['is reported without a body', () => ({ status: 200 }), 'fail'],
    ['may have any name', () => found(), 'rename'],
  ])('is not known to be complete if the file %s', async (_, told, onConflict) => {
    lost()
    const { error, graph } = await put({ onConflict, told: told() })
    expect(error).toMatchObject(ended)
    expect(graph.asked).toHaveLength(onConflict === 'rename' ? 1 : 2)
  })

  it.each([
    ['401', { status: 401, headers: soon }],
    ['404', gone],
    ['410', { status: 410, headers: soon }],
    ['400 uploadSessionNotFound', notFound],
  ])('in the middle, by a %s, is complete if the file is, and otherwise fails', async (_, refusal) => {
    const answers = () => ({ PUT: ['the truth' as const, refusal], GET: [refusal] })
    at.session.answers = answers()
    expect((await put({ told: found() })).created).toMatchObject(item)
    Object.assign(at.session, { answers: answers(), kept: Buffer.alloc(0), seen: [] })
    const { error, asked } = await put()
    expect(error).toMatchObject(ended)
    // It leaves nothing that would hold the name.
    expect(asked).toEqual(['PUT', 'PUT', 'GET', 'DELETE'])
    expect(at.waits.at(-1)).toMatch(/^The upload session refuses the data \(HTTP 4\d\d\)\. Retrying in/)
  })

  it('after the last piece, by a 416 and no more expected ranges, is complete if the file is', async () => {
    const answers = () => ({
      PUT: ['the truth' as const, { status: 416, headers: soon }],
      GET: [{ status: 200, body: { nextExpectedRanges: [] } }],
    })
    at.session.answers = answers()
    expect((await put({ told: found() })).created).toMatchObject(item)
    Object.assign(at.session, { answers: answers(), kept: Buffer.alloc(0) })
    expect((await put()).error).toMatchObject(ended)
  })

  it.each([
    ['whose answer was lost', ['cut' as const], gone],
    ['whose answer was a 503', [{ status: 503, headers: soon }], gone],
    ['that has arrived', [{ status: 416, headers: soon }], { status: 200, body: { nextExpectedRanges: [] } }],
  ])('after its only piece, %s, is not started again', async (_, PUT, standing) => {
    at.session.answers = { PUT, GET: [standing] }
    const got = await put({ size: 5, told: found({ size: 5 }) })
    expect(got.created).toMatchObject(item)
    expect(got.graph.asked.map(({ method }) => method)).toEqual(['POST', 'GET'])
  })
})

describe('a session that ends before it accepts any data', () => {
  /** How often Graph was asked for a session, and what else it was asked. */
  const kinds = ({ graph }: Awaited<ReturnType<typeof put>>) =>
    graph.asked.map(({ method, path }) => `${method} ${path.split(':/').at(-1)}`)
  const endsAtOnce = (times: number) => {
    const answers = () => Array.from({ length: times }, () => gone)
    at.session.answers = { PUT: answers(), GET: answers() }
  }
  const session = 'POST createUploadSession'

  it('is replaced by a new one', async () => {
    endsAtOnce(1)
    const got = await put({ onConflict: 'replace' })
    expectWhole(got)
    expect(kinds(got)).toEqual([session, session])
    expect(ranges().map((range) => range.split('-')[0])).toEqual(['bytes 0', 'bytes 0', `bytes ${pieceSize}`])
  })

  it('is replaced by a new one after a lost piece, if more pieces follow', async () => {
    at.session.answers = { PUT: ['cut'], GET: [gone] }
    const got = await put({ onConflict: 'rename' })
    expectWhole(got)
    expect(kinds(got)).toEqual([session, session])
  })

  it('twice is replaced by one request with the whole file', async () => {
    endsAtOnce(2)
    const got = await put({ onConflict: 'replace', told: { status: 200, json: item } })
    expect(got.error).toBeUndefined()
    expect(got.created).toEqual(item)
    expect(kinds(got)).toEqual([session, session, 'PUT content?@microsoft.graph.conflictBehavior=replace'])
    const { headers, streams } = got.graph.asked[2] ?? {}
    expect(headers).toEqual({
      'content-type': 'application/octet-stream',
      'content-length': String(fileSize),
    })
    const sent: Buffer[] = []
    let alive = 0
    const outgoing = { write: (chunk: Buffer) => sent.push(chunk), end: () => {} }
    streams?.send?.(outgoing as never, () => {
      alive += 1
    })
    expect(Buffer.concat(sent).equals(bytes)).toBe(true)
    expect([alive, got.progress.at(-1)]).toEqual([2, [fileSize, fileSize]])
  })

  it.each([
    [250 * 1024 * 1024, undefined],
    [
      250 * 1024 * 1024 + 1,
      {
        kind: 'service',
        reason: 'upload-unfinished',
        message: 'OneDrive ended the upload session before it accepted any data, twice.',
        hint: 'Upload it under another name, or remove the existing file first.',
      },
    ],
  ])('twice with a file of %i bytes: %j', async (size, error) => {
    endsAtOnce(2)
    const source = { ...sourceOf(0), size, send: sourceOf(pieceSize).send }
    const got = await put({ source, onConflict: 'replace', told: { status: 200, json: item } })
    if (error === undefined) expect(got.created).toEqual(item)
    else expect(got.error).toMatchObject(error)
    expect(kinds(got)).toHaveLength(error === undefined ? 3 : 2)
  })
})

describe('a session that holds the name', () => {
  it('is reported in Microsoft’s words, and not as an existing file', async () => {
    const message = 'An upload session already exists for this file.'
    const opened = { status: 409, json: { error: { code: 'nameAlreadyExists', message } } }
    expect((await put({ opened, onConflict: 'replace' })).error).toMatchObject({
      kind: 'taken',
      reason: 'upload-under-way',
      message: `The upload to ${path} failed (HTTP 409): ${message}`,
      hint: 'Run the command of that upload again, or wait until it expires.\nChoose another name.',
    })
  })
})

describe('a saved session', () => {
  /** What becomes of the session that a run saves, or finds. */
  function saving(earlier?: Partial<SavedSession['earlier']> & object, canSave = true) {
    const calls: string[] = []
    const saved: SavedSession = {
      earlier: earlier && { url: at.session.url, savedAt: 0, isSameContent: true, ...earlier },
      save(url) {
        calls.push(`save ${url}`)
        return canSave
      },
      forget: () => void calls.push('forget'),
    }
    return { saved, calls, of: () => `save ${at.session.url}` }
  }
  const begun = (size: number) => {
    at.session.kept = Buffer.from(bytes.subarray(0, size))
  }

  it('is saved when it is opened, and forgotten at the end', async () => {
    const { saved, calls, of } = saving()
    expectWhole(await put({ saved }))
    expect(calls.slice(-2)).toEqual([of(), 'forget'])
  })

  it('of an earlier run with the same content continues', async () => {
    begun(1_000)
    const { saved, calls } = saving({})
    const got = await put({ saved })
    expectWhole(got)
    expect(got.asked).toEqual(['GET', 'PUT', 'PUT'])
    expect(ranges()[0]).toMatch(/^bytes 1000-/)
    expect([got.graph.asked, calls]).toEqual([[], ['forget']])
  })

  it('of an earlier run with other content is cancelled, and the upload starts with its own', async () => {
    const { saved, calls, of } = saving({ isSameContent: false })
    const got = await put({ saved })
    expectWhole(got)
    expect(got.asked).toEqual(['DELETE', 'PUT', 'PUT'])
    expect(calls).toEqual(['forget', of(), 'forget'])
  })

  it.each<[string, { status: number; body?: object }]>([
    ['has expired', { status: 404 }],
    ['continues nowhere', { status: 200, body: { nextExpectedRanges: [] } }],
    ['belongs to a larger file', { status: 200, body: { nextExpectedRanges: [`${fileSize}-`] } }],
  ])('of an earlier run that %s is cancelled', async (_, standing) => {
    at.session.answers.GET = [standing]
    const { saved } = saving({})
    const got = await put({ saved })
    expectWhole(got)
    expect(got.asked).toEqual(['GET', 'DELETE', 'PUT', 'PUT'])
  })

  it.each<[string, number, string[]]>([
    ['is over since the file is complete', Date.now() - 60_000, ['GET', 'DELETE']],
    ['has expired, and the file is older', Date.now() + 60_000, ['GET', 'DELETE', 'PUT', 'PUT']],
  ])('of an earlier run %s', async (_, savedAt, asked) => {
    at.session.answers.GET = [{ status: 404 }]
    const { saved, calls } = saving({ savedAt })
    const got = await put({ saved, told: found() })
    expect([got.created, got.asked, calls.at(-1)]).toMatchObject([item, asked, 'forget'])
  })

  it('of an earlier run is asked again after a failure that may pass', async () => {
    begun(1_000)
    at.session.answers.GET = [{ status: 503, headers: soon }, 'cut']
    const { saved } = saving({})
    const got = await put({ saved })
    expectWhole(got)
    expect(got.asked).toEqual(['GET', 'GET', 'GET', 'PUT', 'PUT'])
  })

  it('of an earlier run stays for the next one when it cannot be asked', async () => {
    at.session.answers.GET = [{ status: 503, headers: { 'retry-after': '60' } }]
    const { saved, calls } = saving({})
    const got = await put({ saved, maxWaitMs: 1_000 })
    expect(got.error).toMatchObject({ kind: 'service', reason: 'unavailable' })
    expect([got.asked, got.graph.asked, calls]).toEqual([['GET'], [], []])
  })

  it('of an earlier run whose URL Graph would not give is forgotten, and gets nothing', async () => {
    const { saved, calls, of } = saving({ url: 'http://evil.example/' })
    expectWhole(await put({ saved }))
    expect(calls).toEqual(['forget', of(), 'forget'])
  })

  it('of an earlier run is cancelled before an empty file is uploaded', async () => {
    const { saved } = saving({ isSameContent: false })
    const got = await put({ saved, size: 0, told: { status: 201, json: item } })
    expect([got.created, got.asked]).toEqual([item, ['DELETE']])
  })

  const failing = { status: 503, headers: { 'retry-after': '60' } }
  it.each<[string, string[], { status: number; headers?: Record<string, string> }, boolean]>([
    ['stays after a failure that may pass', [], failing, true],
    ['is cancelled after one that may pass, where it could not be saved', ['DELETE'], failing, false],
    ['is cancelled after a final one', ['DELETE'], { status: 507 }, true],
  ])('%s', async (_, last, refusal, canSave) => {
    at.session.answers.PUT = ['the truth', refusal]
    const { saved, calls, of } = saving(undefined, canSave)
    const { error, asked } = await put({ saved, maxWaitMs: 1_000 })
    expect(error).toBeDefined()
    expect(asked).toEqual(['PUT', 'PUT', ...last])
    expect(calls.slice(calls.indexOf(of()))).toEqual([of(), ...last.map(() => 'forget')])
  })

  it('is forgotten once it has ended', async () => {
    at.session.answers = { PUT: ['the truth', gone], GET: [gone] }
    const { saved, calls } = saving()
    expect((await put({ saved })).error).toMatchObject(ended)
    expect(calls.at(-1)).toBe('forget')
  })
})
