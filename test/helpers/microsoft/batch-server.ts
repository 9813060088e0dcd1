import { afterEach, vi } from 'vitest'
import type { Account } from '../../../src/accounts/account.ts'
import { addLink } from '../../../src/accounts/links.ts'
import {
  createFolders,
  type FolderResult,
  type ManyOptions,
  showFolder,
} from '../../../src/graph/bulk/index.ts'
import { FolderTree } from '../../../src/graph/bulk/tree.ts'
import type { LinkRecord } from '../../../src/identity/link.ts'
import { type Answer, type Request, startServer, type TestServer } from '../network/server.ts'
import { recordOf, useOwnSettings } from '../program/own-settings.ts'

const servers: TestServer[] = []

/** For tests that send batches to servers of their own, which are stopped after each test. */
export function useBatchServers(): void {
  useOwnSettings()
  afterEach(async () => {
    vi.restoreAllMocks()
    await Promise.all(servers.splice(0).map((server) => server.stop()))
  })
}

export interface Asked {
  id: string
  method: string
  url: string
  body?: { name: string }
}
export type Part = { id: string; status: number; body?: object; headers?: Record<string, string> } | undefined

/** An empty drive on which everything succeeds. */
export const done = ({ id, method, body }: Asked): Part =>
  method === 'GET'
    ? { id, status: 200, body: { value: [] } }
    : { id, status: 201, body: { id: `id-${body?.name}`, name: body?.name, folder: {} } }
export const partsOf = ({ body }: Request): Asked[] => JSON.parse(body).requests
export const answered = (request: Request, answer = done): Answer => ({
  status: 200,
  body: { responses: partsOf(request).map(answer).filter(Boolean) },
})
export const wholly = (status: number, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { error: { code: 'x', message: 'No.' } },
})

/** A server whose answers depend on the request and its number, from 1 on. */
export async function serve(answer: (request: Request, number: number) => Answer | Promise<Answer>) {
  const server = await startServer((request) => answer(request, server.seen.length))
  servers.push(server)
  return server
}

export const linkTo = (server: TestServer, change: Partial<LinkRecord> = {}) =>
  addLink(recordOf({ graphOrigin: server.origin, ...change }), undefined)

export function start(paths: string[], accounts: Account[], options: Partial<ManyOptions> = {}) {
  const tree = new FolderTree()
  for (const path of paths) tree.add(path.split('/').filter(Boolean))
  const settled: (FolderResult & { of: string })[] = []
  const many = createFolders(tree.close(), accounts, {
    maxWaitMs: 20_000,
    jobs: 1,
    failFast: false,
    onSettled: ({ id }, one) => settled.push({ ...one, of: id }),
    ...options,
  })
  const told = (of = accounts[0]?.id) =>
    settled
      .filter((one) => one.of === of)
      .map(
        ({ status, folder, error }) => `${status} ${showFolder(folder)}${error ? `: ${error.message}` : ''}`,
      )
  return { many, told, settled }
}
export async function create(...given: Parameters<typeof start>) {
  const run = start(...given)
  await run.many.finished
  return run
}
export const flat = (count: number) => Array.from({ length: count }, (_, n) => `/n${n}`)
