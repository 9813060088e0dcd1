import { wanted } from '../drive.ts'
import { encodePath } from '../path.ts'
import { withShortcuts } from '../shortcuts.ts'
import type { FolderStates } from './folder-states.ts'
import type { Folder } from './tree.ts'

/**
 * One request to the drive. The parent of each folder is known, and addressed by its ID: the requests of a batch run in any
 * order, and none can use another's result.
 */
export type Operation = CreateOperation | GetOperation | ListOperation

/** Create this folder. */
export interface CreateOperation {
  kind: 'create'
  folder: Folder
}

/** Read the item with the name of this folder. */
export interface GetOperation {
  kind: 'get'
  folder: Folder
}

/** Read the children of this folder, a page at a time. */
export interface ListOperation {
  kind: 'list'
  folder: Folder
  /** The children that are not found yet, by what all spellings of their names have in common. */
  missing: Map<string, Folder>
  /** The pages that were requested. The last one is the next to request; none means the first page. */
  pages: string[]
}

/** The cost of each: an item 1 unit, a list or a creation 2. Source: Microsoft's page on throttling in SharePoint. */
export const unitsOf = (operations: readonly Operation[]): number =>
  operations.reduce((sum, { kind }) => sum + (kind === 'get' ? 1 : 2), 0)

/** One request of a batch, without its ID. */
export interface BatchRequest {
  method: 'GET' | 'POST'
  url: string
  headers?: Record<string, string>
  body?: object
}

/** An operation as a request. */
export function requestOf(operation: Operation, states: FolderStates): BatchRequest {
  const { kind, folder } = operation
  if (kind === 'list') {
    const first = `${states.addressOf(folder)}/children?$top=200&${wanted}`
    return { method: 'GET', url: operation.pages.at(-1) ?? first, headers: { ...withShortcuts } }
  }
  const parent = states.addressOf(folder.parent as Folder)
  if (kind === 'get') return { method: 'GET', url: `${parent}:/${encodePath([folder.name])}:?${wanted}` }
  return {
    method: 'POST',
    url: `${parent}/children`,
    headers: { 'Content-Type': 'application/json' },
    // Always `fail`: without a value, personal drives answer 200 with the existing folder, work drives 409.
    body: { name: folder.name, folder: {}, '@microsoft.graph.conflictBehavior': 'fail' },
  }
}
