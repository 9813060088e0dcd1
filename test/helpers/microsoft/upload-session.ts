import { randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'
import { readAddress } from '../../../src/graph/api/address.ts'
import type { SavedSession } from '../../../src/graph/transfer/saved-session.ts'
import { startUpload, type UploadConflict } from '../../../src/graph/transfer/upload.ts'
import type { Source } from '../../../src/graph/transfer/upload-source.ts'
import { notices } from '../../../src/notices.ts'
import { fakeGraph, missing, type Told } from './fake-graph.ts'

/** The answer to the last piece. */
export const item = { id: '01', name: 'file' }

type Answer = { status: number; headers?: Record<string, string>; body?: object | string }

/** An upload session as a server: it answers as the test says, or as Microsoft would. */
export interface Session {
  url: string
  seen: { method: string; headers: IncomingHttpHeaders }[]
  /** One for each request with this method; without one the truth. `cut` is a connection that breaks. */
  answers: Partial<Record<string, (Answer | 'the truth' | 'cut' | 'silence')[]>>
  /** What has arrived. */
  kept: Buffer
  /** After so many requests the server is down. */
  most: number
  comeBack: () => void
  stop: () => Promise<void>
}

/** @param size of the whole file. */
async function openSession(size: number): Promise<Session> {
  const standing = () => ({
    nextExpectedRanges: session.kept.length < size ? [`${session.kept.length}-${size - 1}`] : [],
  })
  const truth = (method: string, headers: IncomingHttpHeaders, body: Buffer): Answer => {
    if (method === 'DELETE') return { status: 204 }
    if (method === 'GET') return { status: 200, body: standing() }
    if (!headers['content-range']?.startsWith(`bytes ${session.kept.length}-`)) return { status: 416 }
    session.kept = Buffer.concat([session.kept, body])
    if (session.kept.length === size) return { status: 201, body: item }
    return { status: 202, body: standing() }
  }
  const server = createServer(async (request, response) => {
    const { method = '', headers } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    session.seen.push({ method, headers })
    const told = session.answers[method]?.shift() ?? 'the truth'
    if (told === 'cut') return void request.socket.destroy()
    if (told === 'silence') return
    if (session.seen.length === session.most) {
      response.setHeader('connection', 'close')
      server.close()
    }
    const answer = told === 'the truth' ? truth(method, headers, Buffer.concat(chunks)) : told
    const text = typeof answer.body === 'object' ? JSON.stringify(answer.body) : answer.body
    response.writeHead(answer.status, answer.headers).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const session: Session = {
    url: `http://127.0.0.1:${port}/upload`,
    seen: [],
    answers: {},
    kept: Buffer.alloc(0),
    most: Number.POSITIVE_INFINITY,
    comeBack: () => void server.listen(port, '127.0.0.1'),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return session
}

export const pieceSize = 10 * 1024 * 1024
/** Of the file that the tests upload: two pieces. */
export const fileSize = pieceSize + 12_345
export const bytes = randomBytes(fileSize)
export const uploadPath = '/me/drive/root:/folder/file'

/** The first bytes of the file, each piece in two chunks. @param pauseMs before each of them. */
export function sourceOf(size: number, pauseMs = 0): Source {
  return {
    size,
    identity: undefined,
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

interface Choices {
  size?: number
  pauseMs?: number
  source?: Source
  onConflict?: UploadConflict
  maxWaitMs?: number
  saved?: SavedSession
  /** What Graph answers to the request for a session, and to anything else. */
  opened?: Told | Promise<Told>
  told?: Told
}

/** Gives each test of a file a session, and the notices of waiting. */
export function useUploads() {
  const at = { session: {} as Session, waits: [] as string[], whileWaiting: () => {} }
  beforeEach(async () => {
    Object.assign(at, { session: await openSession(fileSize), waits: [], whileWaiting: () => {} })
    notices.waiting = (what) => {
      at.waits.push(what)
      at.whileWaiting()
    }
  })
  afterEach(() => at.session.stop())
  afterAll(() => {
    notices.waiting = () => {}
  })

  /** Starts an upload, as `od-link api --upload` does. */
  function start(choices: Choices = {}) {
    const {
      size = fileSize,
      pauseMs,
      onConflict = 'fail',
      maxWaitMs = 20_000,
      told = missing,
      saved,
    } = choices
    const { opened = { status: 200, json: { uploadUrl: at.session.url } } } = choices
    const graph = fakeGraph((what) => (what.endsWith('/createUploadSession') ? opened : told))
    const progress: [number, number | undefined][] = []
    const account = { id: 'x', username: 'x', displayName: '', kind: 'work', store: 'file' } as const
    const upload = startUpload(readAddress(uploadPath), choices.source ?? sourceOf(size, pauseMs), {
      openGraph: () => graph,
      ...{ onConflict, maxWaitMs, saved, graphOrigin: 'http://localhost:1' },
      caller: { account, grantedScope: '' },
      onProgress: (...now) => void progress.push(now),
    })
    return { ...upload, graph, progress }
  }

  /** A whole upload: the item, or the error that it ended with. */
  async function put(choices: Choices = {}) {
    const { finished, graph, progress } = start(choices)
    const [created, error] = await finished.then((one) => [one, undefined]).catch((one) => [undefined, one])
    const asked = at.session.seen.map(({ method }) => method)
    return { created, error, graph, progress, asked }
  }

  const expectWhole = ({ created, error }: Awaited<ReturnType<typeof put>>) => {
    expect(error).toBeUndefined()
    expect(created).toEqual(item)
    expect(at.session.kept.equals(bytes)).toBe(true)
  }
  const ranges = () => at.session.seen.flatMap(({ headers }) => headers['content-range'] ?? [])
  return Object.assign(at, { start, put, expectWhole, ranges })
}
