import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { OdLinkError } from '../../../src/errors.ts'
import type { GraphAnswer } from '../../../src/graph/answer.ts'
import type { Delivery } from '../../../src/graph/bulk/batch.ts'
import { BatchResults } from '../../../src/graph/bulk/batch-results.ts'
import { type FolderResult, FolderStates } from '../../../src/graph/bulk/folder-states.ts'
import { Limiter } from '../../../src/graph/bulk/limiter.ts'
import { type Operation, requestOf, unitsOf } from '../../../src/graph/bulk/operations.ts'
import { Outcomes } from '../../../src/graph/bulk/outcomes.ts'
import { Plan } from '../../../src/graph/bulk/plan.ts'
import { FolderTree, showFolder } from '../../../src/graph/bulk/tree.ts'
import { NetworkError } from '../../../src/http/errors.ts'
import { answerOf, type Told } from './fake-graph.ts'

/** The answer to each request of a batch, by the request: `POST root/children a`; undefined means no answer. */
export type Batch = Record<string, Told | undefined>

export const brokenConnection = new NetworkError('The connection broke.', true)
export const noNetwork = new NetworkError('There is no network.', false)

/** A run without a network or a clock of its own: a test sees each batch, and chooses the answers. */
export function aRun(...paths: string[]) {
  const tree = new FolderTree()
  for (const path of paths) tree.add(path.split('/').filter(Boolean))
  const settled: FolderResult[] = []
  const givenUp: OdLinkError[] = []
  const states = new FolderStates(tree.close(), (one) => settled.push(one))
  const plan = new Plan(states)
  const limiter = new Limiter()
  const outcomes = new Outcomes(tree, states, plan, (error) => givenUp.push(error))
  const results = new BatchResults(plan, outcomes, limiter)
  let operations: Operation[] = []
  let sentAt = 0
  plan.list(tree.root)

  /** Sends the next batch. @returns its requests. */
  const ask = (most = limiter.batchSize) => {
    operations = plan.take(most)
    sentAt = limiter.send(unitsOf(operations))
    return operations.map((one) => spell(requestOf(one, states)))
  }
  /** Something came back for the batch that was sent. @returns the refusal of the token, if there was one. */
  const deliver = (delivery: Delivery): GraphAnswer | undefined => {
    pass(1)
    try {
      return results.take(operations, delivery, sentAt)
    } finally {
      plan.finished(operations)
    }
  }
  /** Expects that exactly these requests are sent next, and answers them. @returns the refusal of the token, if any. */
  const turn = (batch: Batch, most?: number): GraphAnswer | undefined => {
    expect(ask(most)).toEqual(Object.keys(batch))
    return deliver({ answers: Object.values(batch).map((one) => one && answerOf(one)) })
  }
  return {
    ...{ tree, states, plan, limiter, results, givenUp, settled, ask, turn },
    /** Answers whatever is sent next. @returns what that was. */
    answer(toldOf: (at: number, request: string) => Told | undefined) {
      const sent = ask()
      const told = sent.map((request, at) => toldOf(at, request))
      deliver({ answers: told.map((one) => one && answerOf(one)) })
      return sent
    },
    /** The next batch is refused as a whole. @returns its requests, and the refusal of the token, if it was one. */
    refuse(told: Told, most?: number) {
      const sent = ask(most)
      return [sent, deliver({ refusal: answerOf(told) })] as const
    },
    /** The next batch is sent, and no answer comes. */
    lose(most?: number) {
      ask(most)
      deliver({ lost: brokenConnection })
    },
    /** The next batch cannot be sent. */
    keepFromSending() {
      ask()
      deliver({ unsent: noNetwork })
    },
    /** Waits until there is something to send. @returns how long. */
    wait() {
      const { wait } = plan
      pass(wait ?? 0)
      return wait
    },
    /** The result of each folder, in the order in which they were reported. */
    get told() {
      return settled.map(
        ({ folder, status, error }) => `${status} ${showFolder(folder)}${error ? `: ${error.message}` : ''}`,
      )
    },
    /** The first error that was reported. */
    get error() {
      return settled.find(({ error }) => error)?.error
    },
  }
}

/** A clock that moves only by `pass`, and no jitter. */
export function useFrozenClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'], now: new Date('2025-06-01T12:00:00.400Z') })
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
}

/** A request is answered until it is given up, after each wait. */
export function until(run: ReturnType<typeof aRun>, asked: string, told: () => Told | undefined, times = 5) {
  for (let time = 1; time <= times; time += 1) {
    run.turn({ [asked]: told() })
    if (time < times) run.wait()
  }
}

export const pass = (ms: number) => vi.advanceTimersByTime(ms)

function spell({ method, url, body }: { method: string; url: string; body?: object }): string {
  const [path = '', query = ''] = url.replace('/me/drive/', '').split('?')
  const page = /[?&]page=\w+/.exec(`?${query}`)?.[0] ?? ''
  return `${method} ${path}${page}${body ? ` ${(body as { name: string }).name}` : ''}`
}

const now = () => new Date().toUTCString()
const item = (name: string, more: object = {}) => ({ id: `id-${name}`, name, folder: {}, ...more })
/** A folder that has been there for a day. */
export const oldFolder = (name: string, more: object = {}) =>
  item(name, { createdDateTime: new Date(Date.now() - 86_400_000).toISOString(), ...more })
export const newFolder = (name: string) => item(name, { createdDateTime: new Date().toISOString() })
export const someFile = (name: string) => ({ id: `id-${name}`, name, file: {} })

export const created = (name: string, more: object = {}): Told => ({ status: 201, json: item(name, more) })
export const found = (json: object): Told => ({ status: 200, json, headers: { date: now() } })
export const listed = (...value: object[]): Told => found({ value })
/** The list of an empty drive. */
export const nothing = { 'GET root/children': listed() }
/** A page of a list, and where the next one is. */
export const listedWithMore = (page: string, ...value: object[]): Told =>
  found({ value, '@odata.nextLink': `https://graph.example/v1.0/me/drive/root/children?page=${page}` })

const because = (code: string, message: string) => ({
  json: { error: { code, message } },
  headers: { 'request-id': '11111111-2222-3333-4444-555555555555', date: 'Wed, 01 Jan 2025 10:00:00 GMT' },
})
export const nameTaken: Told = { status: 409, ...because('nameAlreadyExists', 'The name is taken.') }
export const similarName: Told = { status: 404, ...because('itemNotFound', 'Clashes with a similar name.') }
export const notThere: Told = { status: 404, ...because('itemNotFound', 'Not there.') }
export const notAllowed: Told = { status: 403, ...because('accessDenied', 'No.') }
export const noSpace: Told = { status: 507, ...because('quotaLimitReached', 'Full.') }
export const tokenRefused: Told = { status: 401, ...because('InvalidAuthenticationToken', 'No token.') }
export const inTrouble = (status = 500, retryAfter?: string): Told => ({
  status,
  headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
})
