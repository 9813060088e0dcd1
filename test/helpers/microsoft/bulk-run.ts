import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { OdLinkError } from '../../../src/errors.ts'
import type { GraphAnswer } from '../../../src/graph/answer.ts'
import { BatchResults } from '../../../src/graph/bulk/batch-results.ts'
import { type FolderResult, FolderStates } from '../../../src/graph/bulk/folder-states.ts'
import { Limiter } from '../../../src/graph/bulk/limiter.ts'
import { type Operation, requestOf, unitsOf } from '../../../src/graph/bulk/operations.ts'
import { Outcomes } from '../../../src/graph/bulk/outcomes.ts'
import { Plan } from '../../../src/graph/bulk/plan.ts'
import { FolderTree, showFolder } from '../../../src/graph/bulk/tree.ts'
import { NetworkError } from '../../../src/http/errors.ts'
import { answerOf, type Told } from './fake-graph.ts'

/** What is answered to each request of a batch, by what is asked: `POST root/children a`; nothing means no answer. */
export type Batch = Record<string, Told | undefined>

export const brokenConnection = new NetworkError('The connection broke.', true)
export const noNetwork = new NetworkError('There is no network.', false)

/** A run without a network or a clock of its own: a test sees each batch, and says what is answered. */
export function aRun(...paths: string[]) {
  const tree = new FolderTree()
  for (const path of paths) tree.add(path.split('/').filter(Boolean))
  const settled: FolderResult[] = []
  const givenUp: OdLinkError[] = []
  const ledger = new FolderStates(tree.close(), (one) => settled.push(one))
  const plan = new Plan(ledger)
  const limiter = new Limiter()
  const answers = new Outcomes(tree, ledger, plan, (error) => givenUp.push(error))
  const deliveries = new BatchResults(plan, answers, limiter)
  let asks: Operation[] = []
  let sentAt = 0
  plan.list(tree.root)

  /** Sends the next batch. @returns what is asked. */
  const ask = (most = limiter.batchSize) => {
    asks = plan.take(most)
    sentAt = limiter.send(unitsOf(asks))
    return asks.map((one) => spell(requestOf(one, ledger)))
  }
  /** Expects that exactly this is asked next, and answers it. @returns the refusal of the token that was seen. */
  const turn = (batch: Batch, most?: number): GraphAnswer | undefined => {
    expect(ask(most)).toEqual(Object.keys(batch))
    pass(1)
    const told = Object.values(batch).map((one) => one && answerOf(one))
    return deliveries.take(asks, { answers: told }, sentAt)
  }
  return {
    ...{ ledger, plan, limiter, deliveries, givenUp, settled, ask, turn },
    /** Answers whatever is asked next. @returns what that was. */
    answer(told: (at: number) => Told) {
      const wanted = ask()
      pass(1)
      deliveries.take(asks, { answers: wanted.map((_, at) => answerOf(told(at))) }, sentAt)
      return wanted
    },
    /** The next batch is refused as a whole, for what it asks. */
    refuse(told: Told, most?: number) {
      const wanted = ask(most)
      pass(1)
      return [wanted, deliveries.take(asks, { refusal: answerOf(told) }, sentAt)] as const
    },
    /** The next batch is sent, and no answer comes. */
    lose(most?: number) {
      ask(most)
      pass(1)
      deliveries.take(asks, { lost: brokenConnection }, sentAt)
    },
    /** The next batch cannot be sent. */
    keepFromSending() {
      ask()
      pass(1)
      deliveries.take(asks, { unsent: noNetwork }, sentAt)
    },
    /** Waits for what is asked again only after some time. @returns how long. */
    wait() {
      const { wait } = plan
      pass(wait ?? 0)
      return wait
    },
    /** What became of each folder, in the order in which it was told. */
    get told() {
      return settled.map(
        ({ folder, status, error }) => `${status} ${showFolder(folder)}${error ? `: ${error.message}` : ''}`,
      )
    },
    /** The first error that was told. */
    get error() {
      return settled.find(({ error }) => error)?.error
    },
  }
}

/** A clock that moves only by `pass`, and no jitter: the middle of what is drawn. */
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

/** Something is answered until it is given up, after each wait. */
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

export const made = (name: string): Told => ({ status: 201, json: item(name) })
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
export const notBegun: Told = { status: 424, ...because('failedDependency', 'Not begun.') }
export const tokenRefused: Told = { status: 401, ...because('InvalidAuthenticationToken', 'No token.') }
export const inTrouble = (status = 500, retryAfter?: string): Told => ({
  status,
  headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
})
