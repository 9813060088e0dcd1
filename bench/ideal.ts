import { Limiter } from '../src/graph/bulk/limiter.ts'
import { FolderTree, showFolder } from '../src/graph/bulk/tree.ts'

/** The folders of the comparison: so many parents below one top folder, each with so many children. */
export interface Shape {
  top: string
  parents: number
  children: number
}

/** All paths, parents first. */
export function pathsOf({ top, parents, children }: Shape): string[] {
  const above = Array.from({ length: parents }, (_, p) => `${top}/parent ${p}`)
  const below = above.flatMap((parent) => Array.from({ length: children }, (_, c) => `${parent}/child ${c}`))
  return [top, ...above, ...below]
}

/** The requests of a batch. */
export type Batch = object[]

const largest = 20

/**
 * The rounds that a new tree needs at least. The first one looks at what exists. In each of the others, the batches that
 * the limiter allows are sent together, with the highest folders whose parents were created in earlier rounds: Graph takes
 * no batch in which some requests wait for others. Everything is known before, so nothing is decided while it runs.
 */
export function idealRounds(paths: readonly string[]): Batch[][] {
  const tree = new FolderTree()
  for (const path of paths) tree.add(path.split('/').filter(Boolean))
  const limiter = new Limiter()
  const rounds: Batch[][] = [[[{ id: '1', method: 'GET', url: '/me/drive/root/children?$top=200' }]]]
  limiter.accepted(2, limiter.send(2))
  let ready = [...(tree.close().root.children ?? [])]
  while (ready.length > 0) {
    ready.sort((a, b) => b.height - a.height)
    const folders = ready.splice(0, limiter.batches * largest)
    const batches: Batch[] = []
    for (let at = 0; at < folders.length; at += largest) {
      const some = folders.slice(at, at + largest)
      batches.push(some.map((folder, index) => creation(index + 1, showFolder(folder))))
    }
    rounds.push(batches)
    for (const batch of batches) limiter.accepted(2 * batch.length, limiter.send(2 * batch.length))
    ready = [...ready, ...folders.flatMap(({ children = [] }) => children)]
  }
  return rounds
}

function creation(id: number, path: string): object {
  const cut = path.lastIndexOf('/')
  const at = cut === 0 ? 'root' : `root:${path.slice(0, cut).split('/').map(encodeURIComponent).join('/')}:`
  return {
    id: String(id),
    method: 'POST',
    url: `/me/drive/${at}/children`,
    headers: { 'Content-Type': 'application/json' },
    body: { name: path.slice(cut + 1), folder: {}, '@microsoft.graph.conflictBehavior': 'fail' },
  }
}
