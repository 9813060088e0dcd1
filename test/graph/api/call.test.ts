import type { ClientRequest, IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { OdLinkError } from '../../../src/errors.ts'
import { readAddress } from '../../../src/graph/api/address.ts'
import { type ApiRequest, ask, call, type Takers } from '../../../src/graph/api/call.ts'
import type { GraphRequest } from '../../../src/graph/request.ts'
import type { Source } from '../../../src/graph/transfer/upload-source.ts'
import { NetworkError } from '../../../src/http/errors.ts'
import { answerOf, fakeGraph, type Told } from '../../helpers/microsoft/fake-graph.ts'

const request = (more: Partial<ApiRequest> = {}): ApiRequest => ({
  method: 'GET',
  address: readAddress('/beta/me?a=1'),
  headers: {},
  ...more,
})
const lost = new NetworkError('Lost.', true, { next: ['Try again.'] })
const gone: Told = { status: 404, json: { error: { code: 'itemNotFound', message: 'Not found.' } } }

/** An answer as it comes from the network. */
const coming = (statusCode: number, ...chunks: string[]) =>
  Object.assign(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), {
    statusCode,
    headers: {},
  }) as unknown as IncomingMessage

/** Receives the answers, and records them. */
function takers(isCommitted = false) {
  const taken: unknown[] = []
  const receive: Takers['receive'] = ({ statusCode }) => {
    taken.push(statusCode)
    return { isCommitted, write: (chunk) => void taken.push(String(chunk)) }
  }
  return {
    taken,
    receive,
    refused: ({ statusCode }: IncomingMessage, body: string) => taken.push([statusCode, body]),
  }
}

/** The error that a promise ends with. */
const troubleOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('a request', () => {
  it('is sent as it was typed', async () => {
    const graph = fakeGraph(() => ({ status: 200 }))
    await call(graph, request({ headers: { prefer: 'x' } }), takers())
    expect(graph.asked[0]).toMatchObject({ method: 'GET', version: '/beta', path: '/me?a=1' })
    expect(graph.asked[0]?.headers).toEqual({ prefer: 'x' })
    expect(graph.asked[0]).not.toHaveProperty('body')
    expect(graph.asked[0]?.streams).not.toHaveProperty('send')
    await call(graph, request({ method: 'POST', body: { a: 1 } }), takers())
    expect(graph.asked[1]).toMatchObject({ method: 'POST', body: { a: 1 } })
  })

  it('can send the bytes of a file, with their number', async () => {
    const asked: unknown[] = []
    const send: Source['send'] = (...how) => void asked.push(...how)
    const source: Source = { size: 5, identity: undefined, send, close() {} }
    const graph = fakeGraph(() => ({ status: 200 }))
    await call(graph, request({ method: 'PUT', source, headers: { 'content-type': 'text/plain' } }), takers())
    expect(graph.asked[0]?.headers).toEqual({ 'content-type': 'text/plain', 'content-length': '5' })
    const [outgoing, alive] = [{} as ClientRequest, () => {}]
    graph.asked[0]?.streams?.send?.(outgoing, alive)
    expect(asked).toEqual([outgoing, 0, 5, alive])
  })

  /** Sends a request that gets one answer after the other; the last one counts. */
  async function answered(takes: Takers, ...answers: IncomingMessage[]) {
    const texts: (string | undefined)[] = []
    const graph = fakeGraph(async (_, { streams }) => {
      for (const answer of answers) texts.push(await streams?.take?.(answer, () => {}, 'the token'))
      return { ...gone, status: answers.at(-1)?.statusCode ?? 0 }
    })
    const trouble = await troubleOf(call(graph, request(), takes))
    return { texts, trouble }
  }

  it('has its answer passed on as it arrives', async () => {
    const takes = takers()
    expect(await answered(takes, coming(299, 'a', 'b'))).toEqual({ texts: [''], trouble: undefined })
    expect(takes.taken).toEqual([299, 'a', 'b'])
  })

  it('has its refusals shown, and reads their words', async () => {
    const takes = takers()
    const { texts, trouble } = await answered(takes, coming(300, 'c', 'd'), coming(404, 'no'))
    expect(texts).toEqual(['cd', 'no'])
    expect(takes.taken).toEqual([
      [300, 'cd'],
      [404, 'no'],
    ])
    expect(trouble).toMatchObject({
      kind: 'not-found',
      message: 'GET /me failed (HTTP 404): Not found.',
    })
    const { receive } = takes
    expect((await answered({ receive }, coming(404, 'no'))).texts).toEqual(['no'])
  })

  it('reads refusals of a few megabytes, and no larger ones', async () => {
    const most = 8 * 1024 * 1024
    expect((await answered(takers(), coming(400, 'x'.repeat(most)))).texts[0]).toHaveLength(most)
    expect((await answered(takers(), coming(400, 'x'.repeat(most), 'x'))).trouble).toMatchObject({
      message: 'The response is larger than 8.0 MB.',
    })
  })

  it.each([301, 302, 303, 307, 308])('that a %i redirects is not followed with the token', async (status) => {
    const graph = fakeGraph(() => ({ status, headers: { location: 'https://content.example/' } }))
    expect(await troubleOf(call(graph, request(), takers()))).toMatchObject({
      kind: 'usage',
      message: `GET /me is a download (HTTP ${status}), which is at another URL.`,
    })
    expect(await ask(graph, request(), takers())).toMatchObject({ status })
  })

  it.each([304, 399])('is answered by a %i, which is not a redirect', async (status) => {
    expect(
      await troubleOf(
        call(
          fakeGraph(() => ({ status })),
          request(),
          takers(),
        ),
      ),
    ).toBeUndefined()
  })

  it('to delete what an earlier attempt deleted has succeeded', async () => {
    const troubleAfter = async (method: string, told: Told) =>
      (
        (await troubleOf(
          call(
            fakeGraph(() => told),
            request({ method }),
            takers(),
          ),
        )) as OdLinkError | undefined
      )?.kind
    expect(await troubleAfter('DELETE', { ...gone, repeated: true })).toBeUndefined()
    expect(await troubleAfter('DELETE', gone)).toBe('not-found')
    expect(await troubleAfter('GET', { ...gone, repeated: true })).toBe('not-found')
    expect(await troubleAfter('DELETE', { ...gone, status: 409, repeated: true })).toBe('taken')
  })
})

describe('a request without an answer', () => {
  /** @param outcome what Graph is to decide about. @returns whether it may repeat the request, and how that ends. */
  async function ended(
    outcome: Parameters<NonNullable<GraphRequest['mayRepeat']>>[0],
    { method = 'GET', takes = takers(), begun = false, error = lost as unknown } = {},
  ) {
    let may: boolean | undefined
    const graph = fakeGraph(async (_, { streams, mayRepeat }) => {
      if (begun) await streams?.take?.(coming(200, 'a'), () => {}, 'the token')
      may = mayRepeat?.(outcome)
      throw error
    })
    const trouble = await troubleOf(call(graph, request({ method }), takes))
    return { may, trouble }
  }
  const hint = 'It may have worked anyway, so the POST was not repeated. Check before you send it again.'

  it('is repeated where that is safe', async () => {
    expect(await ended(lost)).toEqual({ may: true, trouble: lost })
    expect(await ended(lost, { begun: true })).toEqual({ may: true, trouble: lost })
    expect(await ended(answerOf({ status: 429 }), { method: 'POST' })).toEqual({ may: true, trouble: lost })
  })

  it('is not repeated once a part of the answer cannot be undone, and its result is known', async () => {
    const told = await ended(lost, { begun: true, takes: takers(true) })
    expect(told).toEqual({ may: false, trouble: lost })
    expect((told.trouble as OdLinkError).hint).toBe('Try again.')
  })

  it('that may have worked is not repeated, and the person is asked to check', async () => {
    const { may, trouble } = await ended(lost, { method: 'POST' })
    expect(may).toBe(false)
    expect(trouble).toBeInstanceOf(OdLinkError)
    expect(trouble).toMatchObject({ kind: 'network', message: 'Lost.', hint })
  })

  it('that was never sent is reported as such', async () => {
    const never = new OdLinkError('sign-in', 'The link has ended.', { hint: 'od-link login' })
    const graph = fakeGraph(() => {
      throw never
    })
    expect(await troubleOf(call(graph, request({ method: 'POST' }), takers()))).toBe(never)
  })

  it('that fails for a bug ends with it', async () => {
    const error = new TypeError('odd')
    expect((await ended(lost, { method: 'POST', error })).trouble).toBe(error)
  })
})
