import { type CreateOptions, createFolder } from '../../../src/graph/folders.ts'
import { ownPlace } from '../../../src/graph/place.ts'
import { aFolder, fakeGraph, type Told } from './fake-graph.ts'

/* A folder `new` that is created in `/p` of a drive without a network. */

export const taken: Told = { status: 409, json: { error: { code: 'nameAlreadyExists', message: 'Taken.' } } }
export const plain: CreateOptions = { onConflict: 'fail', parents: false }
export const create = (
  tell: Parameters<typeof fakeGraph>[0],
  options: Partial<CreateOptions> = {},
  path = ['p', 'new'],
) => {
  const graph = fakeGraph(tell)
  return { graph, folder: createFolder(graph, ownPlace(path), { ...plain, ...options }) }
}
/** By `METHOD path`: each answer once, and the last one from then on. */
export const script = (answers: Record<string, Told[]>) => (what: string) => {
  const left = answers[what]
  if (!left) throw new Error(`nobody expected ${what}`)
  return (left.length > 1 ? left.shift() : left[0]) as Told
}
export const post = 'POST /me/drive/root:/p:/children'
export const get = 'GET /me/drive/root:/p/new:'
export const getParent = 'GET /me/drive/root:/p:'
export const list = 'GET /me/drive/root:/p:/children'
export const created: Told = { status: 201, json: aFolder('new') }
