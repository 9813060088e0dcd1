import { type Asked, type GraphAnswer, graphAnswer } from '../../../src/graph/answer.ts'
import type { Access, At } from '../../../src/graph/files/access.ts'
import type { Place } from '../../../src/graph/place.ts'
import type { Graph, GraphRequest } from '../../../src/graph/request.ts'

/** The answer to one request: a status, a body and optional headers. */
export type Told = { status: number; json?: object; headers?: Record<string, string>; repeated?: boolean }

/** A drive without a network: a function answers each request, which is recorded. */
export interface FakeGraph extends Graph {
  asked: (GraphRequest & { lookFirst: boolean })[]
}

/** @param tell answers `METHOD path`, without the query. */
export function fakeGraph(
  tell: (
    what: string,
    request: GraphRequest,
    lookFirst?: () => Promise<GraphAnswer | undefined>,
  ) => Told | Promise<Told>,
): FakeGraph {
  const asked: FakeGraph['asked'] = []
  return {
    asked,
    async send(request, lookFirst) {
      asked.push({ ...request, lookFirst: lookFirst !== undefined })
      const told = await tell(`${request.method} ${request.path.split('?')[0]}`, request, lookFirst)
      return answerOf(told)
    },
    left: () => 120_000,
  }
}

/** A place in such a drive, as the commands for files have it. */
export function atOf(graph: Graph, place: Place): At {
  return { access: { graph: () => graph, graphOrigin: 'https://graph.example' } as unknown as Access, place }
}

export function answerOf(
  { status, json, headers = {}, repeated = false }: Told,
  asked: Asked = drive,
): GraphAnswer {
  return { ...graphAnswer({ status, headers, json: json as GraphAnswer['json'] }, asked), repeated }
}

const drive: Asked = { method: 'GET', path: '/me/drive' }

/** A folder as a drive returns it. */
export const aFolder = (name: string, more: object = {}) => ({
  id: `id of ${name}`,
  name,
  webUrl: `https://drive.example/${name}`,
  folder: {},
  ...more,
})
export const aFile = (name: string) => ({ id: `id of ${name}`, name, file: {} })
export const ok = (json: object): Told => ({ status: 200, json })
export const missing: Told = { status: 404, json: { error: { code: 'itemNotFound', message: 'Not found.' } } }
