import { wanted } from '../drive.ts'
import { encodePath } from '../path.ts'
import type { FolderStates } from './folder-states.ts'
import type { Folder } from './tree.ts'

/** One thing to ask of the drive. */
export type Operation = CreateOperation | GetOperation | ListOperation

/** Make this folder; its parent is known, or made by an earlier operation of the same batch. */
export interface CreateOperation {
  kind: 'make'
  folder: Folder
  after?: CreateOperation
}

/** See what is there under the name of this folder. */
export interface GetOperation {
  kind: 'look'
  folder: Folder
}

/** See what is in this folder, a page at a time. */
export interface ListOperation {
  kind: 'list'
  folder: Folder
  /** The children that are not found yet, by what all spellings of their names have in common. */
  missing: Map<string, Folder>
  /** The pages that were asked for; the last one is wanted now, none means the first. */
  pages: string[]
}

/** What each costs: an item 1 unit, a list and a creation 2. Source: Microsoft's page on throttling in SharePoint. */
export const unitsOf = (operations: readonly Operation[]): number =>
  operations.reduce((sum, { kind }) => sum + (kind === 'look' ? 1 : 2), 0)

/** One request of a batch, but for its id. */
export interface BatchRequest {
  method: 'GET' | 'POST'
  url: string
  headers?: Record<string, string>
  body?: object
}

/** Spells an ask as a request. */
export function requestOf(operation: Operation, states: FolderStates): BatchRequest {
  if (operation.kind === 'list') {
    const first = `${states.addressOf(operation.folder)}/children?$top=200&${wanted}`
    return { method: 'GET', url: operation.pages.at(-1) ?? first }
  }
  const { folder } = operation
  if (operation.kind === 'look')
    return { method: 'GET', url: `${addressOf(folder, states).replace(/:$/, '')}?${wanted}` }
  return {
    method: 'POST',
    url: `${addressOf(folder.parent as Folder, states)}/children`,
    headers: { 'Content-Type': 'application/json' },
    // Always `fail`: without a value personal drives answer 200 with the folder that is there, work drives 409.
    body: { name: folder.name, folder: {}, '@microsoft.graph.conflictBehavior': 'fail' },
  }
}

/** By the id of the nearest ancestor that is known, and by the path from there: never more than a batch is deep. */
function addressOf(folder: Folder, states: FolderStates): string {
  const names: string[] = []
  let known = folder
  while (!states.isKnown(known) && known.parent) {
    names.push(known.name)
    known = known.parent
  }
  const base = states.addressOf(known)
  return names.length === 0 ? base : `${base}:/${encodePath(names.reverse())}:`
}
