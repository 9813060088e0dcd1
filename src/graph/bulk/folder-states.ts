import type { DriveItem } from '@microsoft/microsoft-graph-types'
import type { OdLinkError } from '../../errors.ts'
import { type Start, startOf } from '../place.ts'
import { targetOf } from '../shortcuts.ts'
import type { Folder, FolderTree } from './tree.ts'

/** The state of a folder in one drive: `waiting` or `asked` while the run goes on. */
export const statuses = ['waiting', 'asked', 'created', 'exists', 'failed', 'skipped'] as const
export type Status = (typeof statuses)[number]

/** The result for one folder. */
export interface FolderResult {
  folder: Folder
  status: 'created' | 'exists' | 'failed' | 'skipped'
  /** The folder as the drive has it. */
  item?: DriveItem
  /** Why it failed or was skipped. The message does not name the folder. */
  error?: OdLinkError
  /** The folder that failed, if it is another one: a parent. */
  failed?: Folder
}

export type Counts = Record<FolderResult['status'], number>

/**
 * The state of every folder of a tree in one drive: a byte each, and the ids of those whose children are asked for. Behind a
 * shortcut the drive is another one.
 */
export class FolderStates {
  /** Of the folders that a line names, and of all. */
  readonly named: Counts = { created: 0, exists: 0, failed: 0, skipped: 0 }
  readonly all: Counts = { created: 0, exists: 0, failed: 0, skipped: 0 }
  #statuses: Uint8Array
  #ids = new Map<number, string>()
  /** The drives of those that are not in the drive of the start. */
  #drives = new Map<number, string>()
  #start: Start
  #report: (settled: FolderResult) => void

  /** @param start the folder that the root of the tree stands for. */
  constructor(
    tree: FolderTree,
    report: (settled: FolderResult) => void,
    start: Start = { drive: '/me/drive' },
  ) {
    this.#start = start
    if (start.item !== undefined) this.#ids.set(tree.root.index, start.item)
    this.#statuses = new Uint8Array(tree.size + 1)
    this.#report = report
  }

  statusOf({ index }: Folder): Status {
    return statuses[this.#statuses[index] ?? 0] as Status
  }

  isOpen(folder: Folder): boolean {
    return (this.#statuses[folder.index] ?? 0) < 2
  }

  mark({ index }: Folder, status: 'waiting' | 'asked'): void {
    this.#statuses[index] = statuses.indexOf(status)
  }

  settle(settled: FolderResult): void {
    const { folder, status, item } = settled
    this.#statuses[folder.index] = statuses.indexOf(status)
    this.all[status] += 1
    if (folder.named) this.named[status] += 1
    if (folder.children && item?.id) {
      const { id, drive } = whereIs(item) ?? { id: item.id, drive: this.driveOf(folder.parent) }
      this.#ids.set(folder.index, id)
      if (drive !== this.#start.drive) this.#drives.set(folder.index, drive)
    }
    this.#report(settled)
  }

  /** Whether children of this folder can be addressed by its ID, because it was created or found. */
  isKnown(folder: Folder): boolean {
    return folder.parent === undefined || this.#ids.has(folder.index)
  }

  /** The drive of a folder that is known: `/me/drive`, or `/drives/ID`. */
  driveOf(folder: Folder | undefined): string {
    return (folder && this.#drives.get(folder.index)) ?? this.#start.drive
  }

  /** Whether a folder that is known is the target of a shortcut. */
  isTarget(folder: Folder): boolean {
    return folder.parent !== undefined && this.driveOf(folder) !== this.driveOf(folder.parent)
  }

  /** The ID of a folder that is known; undefined for the root of a drive. */
  idOf({ index }: Folder): string | undefined {
    return this.#ids.get(index)
  }

  /** The URL path of a folder that is known. */
  addressOf(folder: Folder): string {
    return startOf({ drive: this.driveOf(folder), item: this.idOf(folder) })
  }

  /** How many of the folders that a line names exist by now: created or found. */
  get done(): number {
    return this.named.created + this.named.exists
  }
}

/** The folder that a shortcut stands for. */
function whereIs(item: DriveItem): { id: string; drive: string } | undefined {
  const target = targetOf({ drive: '', prefix: '', path: [] }, item)
  return target?.item === undefined ? undefined : { id: target.item, drive: target.drive }
}
