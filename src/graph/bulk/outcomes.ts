import type { DriveItem } from '@microsoft/microsoft-graph-types'
import type { OdLinkError } from '../../errors.ts'
import type { GraphAnswer } from '../answer.ts'
import { nextPage } from '../drive.ts'
import { codesOf, mayPass, means } from '../error-codes.ts'
import { graphFailure, misplaced, renewedTokenRefused, similarName } from '../errors.ts'
import { isFolder, isMisplaced, isSince, itemOf } from '../item.ts'
import { foldName, sameName } from '../path.ts'
import { maxRetries } from '../request.ts'
import { isDangling } from '../shortcuts.ts'
import { dangling, endsAll, parentGone, startGone, taken, targetGone } from './errors.ts'
import type { FolderStates } from './folder-states.ts'
import type { CreateOperation, GetOperation, ListOperation, Operation } from './operations.ts'
import type { Plan } from './plan.ts'
import { type Folder, type FolderTree, showFolder } from './tree.ts'

/** A gateway gives up while the work goes on behind it. */
const gatewayTimeouts = new Set([408, 502, 504])

const creating = 'Creating the folder'

/**
 * What each answer means for its folder: it has a result, or another operation is needed. There is never more than one for a
 * folder, so that it has one result.
 */
export class Outcomes {
  #tree: FolderTree
  #states: FolderStates
  #plan: Plan
  #giveUp: (error: OdLinkError) => void
  #began = Date.now()
  /** How often each operation has failed. */
  #faults = new Map<string, number>()
  /** Folders that may have been created by an attempt whose answer was lost. */
  #maybeOurs = new Set<Folder>()
  /** The answers that said that a folder's name is taken. */
  #taken = new Map<Folder, GraphAnswer>()

  /** @param giveUp called when nothing more can be done in this drive. */
  constructor(tree: FolderTree, states: FolderStates, plan: Plan, giveUp: (error: OdLinkError) => void) {
    this.#tree = tree
    this.#states = states
    this.#plan = plan
    this.#giveUp = giveUp
  }

  /** Takes an answer that refuses neither the token nor the number of requests. */
  take(operation: Operation, answer: GraphAnswer): void {
    if (answer.status >= 400 && mayPass(answer)) this.#transient(operation, answer)
    else if (operation.kind === 'create') this.#created(operation, answer)
    else if (operation.kind === 'get') this.#read(operation, answer)
    else this.#listed(operation, answer)
  }

  /** The token was refused for this one. Others go on with the next token; if this one does not, the token is not the cause. */
  unauthorized(operation: Operation, answer: GraphAnswer): void {
    if (this.#count(operation) <= maxRetries) this.#plan.again(operation)
    else this.#failed(operation, renewedTokenRefused(answer))
  }

  /** No answer came: nobody knows whether it was done, so the item is read. */
  lost(operation: Operation, failure: OdLinkError): void {
    if (operation.kind !== 'create') {
      this.#fault(operation, failure)
      return
    }
    this.#maybeOurs.add(operation.folder)
    if (this.#count(operation) > maxRetries) this.#fail(operation.folder, failure)
    else this.#plan.get(operation.folder)
  }

  #created(operation: CreateOperation, answer: GraphAnswer): void {
    const { folder } = operation
    const item = itemOf(answer.json)
    const { status } = answer
    if (status === 201 && this.#isMisplaced(folder, item)) this.#fail(folder, misplaced(undefined, answer))
    else if (status === 201 && item.id !== undefined) this.#settle(folder, item, true)
    else if (status === 201) this.lost(operation, graphFailure(answer, creating))
    else if (status === 200) this.#found(folder, item, answer)
    else if (means(answer, 'taken', 'similar', 'conflict')) {
      this.#taken.set(folder, answer)
      this.#plan.get(folder)
    } else if (means(answer, 'notFound')) this.#fault(operation, parentGone(folder, answer))
    else this.#refused(folder, answer)
  }

  #isMisplaced(folder: Folder, item: DriveItem): boolean {
    const id = this.#states.idOf(folder.parent as Folder)
    return id !== undefined && isMisplaced(item, { id })
  }

  #read(operation: GetOperation, answer: GraphAnswer): void {
    const { folder } = operation
    const parent = folder.parent as Folder
    const conflict = this.#taken.get(folder)
    const item = itemOf(answer.json)
    // China's cloud was seen to ignore the name after an ID, and to answer with the parent. rclone/rclone#3973
    const isParent = item.id !== undefined && item.id === this.#states.idOf(parent)
    if (answer.status === 200 && isParent && !sameName(item.name ?? '', folder.name))
      this.#plan.find(parent, [folder])
    else if (answer.status === 200) this.#found(folder, item, answer)
    else if (means(answer, 'similar') || (conflict && means(conflict, 'similar')))
      this.#fail(folder, similarName(undefined, conflict ?? answer))
    else if (!means(answer, 'notFound')) this.#refused(folder, answer)
    // Just after a conflict, an item may not be found by its name, and yet be in its parent's list.
    else if (conflict) this.#plan.find(parent, [folder])
    else this.#plan.again({ kind: 'create', folder })
  }

  #listed(operation: ListOperation, answer: GraphAnswer): void {
    const children = Array.isArray(answer.json?.value) ? answer.json.value.map(itemOf) : undefined
    if (answer.status !== 200) this.#listRefused(operation, answer)
    else if (!children) this.#fault(operation, graphFailure(answer, subjectOf(operation)))
    else this.#compare(operation, children, answer)
  }

  #compare(operation: ListOperation, children: DriveItem[], answer: GraphAnswer): void {
    const { folder, missing, pages } = operation
    this.#faults.delete(keyOf(operation))
    for (const item of children) {
      const key = foldName(item.name ?? '')
      const wanted = missing.get(key)
      if (!wanted) continue
      missing.delete(key)
      this.#found(wanted, item, answer)
    }
    const next = nextPage(answer)
    // A list that links back to itself would never end, and a long one costs more than reading each item.
    const goesOn = next !== undefined && !pages.includes(next) && pages.length < missing.size
    if (goesOn) this.#plan.again({ ...operation, pages: [...pages, next] })
    else this.#notListed(folder, [...missing.values()])
  }

  #notListed(parent: Folder, missing: Folder[]): void {
    for (const folder of missing) {
      if (this.#states.statusOf(folder) !== 'asked') continue
      const answer = this.#taken.get(folder)
      const error =
        answer && means(answer, 'conflict')
          ? graphFailure(answer, creating)
          : taken('an item that od-link cannot read', answer)
      this.#fault({ kind: 'create', folder }, error)
    }
    this.#plan.open(parent)
  }

  #found(folder: Folder, item: DriveItem, answer: GraphAnswer): void {
    if (item.id === undefined) {
      // It exists, so it is not created along with those that a list does not have.
      this.#states.mark(folder, 'asked')
      const get: GetOperation = { kind: 'get', folder }
      this.#fault(get, graphFailure(answer, subjectOf(get)))
    } else if (isDangling(item)) this.#fail(folder, dangling(folder, answer))
    else if (isFolder(item))
      this.#settle(folder, item, this.#maybeOurs.has(folder) && isSince(item, answer, this.#began))
    else this.#fail(folder, taken(item.package ? 'a notebook' : 'a file', this.#taken.get(folder)))
  }

  #settle(folder: Folder, item: DriveItem, created: boolean): void {
    this.#states.settle({ folder, status: created ? 'created' : 'exists', item })
    this.#maybeOurs.delete(folder)
    this.#taken.delete(folder)
    if (!folder.children) return
    // A folder that was created just now, or that has no children, has nothing to find.
    if (created || item.folder?.childCount === 0) this.#plan.open(folder)
    else this.#plan.list(folder)
  }

  #transient(operation: Operation, answer: GraphAnswer): void {
    const error = graphFailure(answer, subjectOf(operation))
    if (gatewayTimeouts.has(answer.status)) {
      this.lost(operation, error)
      return
    }
    if (operation.kind === 'create') this.#maybeOurs.add(operation.folder)
    this.#fault(operation, error)
  }

  #count(operation: Operation): number {
    const key = keyOf(operation)
    const count = (this.#faults.get(key) ?? 0) + 1
    this.#faults.set(key, count)
    return count
  }

  /** Sends it again after a while; gives up after too many failures. */
  #fault(operation: Operation, error: OdLinkError): void {
    const count = this.#count(operation)
    if (count <= maxRetries) {
      this.#plan.again(operation, 250 * 2 ** count * (0.75 + Math.random() / 2))
    } else this.#failed(operation, error)
  }

  #refused(folder: Folder, answer: GraphAnswer): void {
    const error = graphFailure(answer, creating)
    // Throttling was seen in this disguise, and was over a second later. OneDrive/onedrive-api-docs#1390
    const again: CreateOperation = { kind: 'create', folder }
    const isVague = means(answer, 'request') && codesOf(answer).length < 2
    if (answer.status === 400 && isVague && this.#count(again) === 1) {
      this.#plan.again(again, 1_000)
      return
    }
    if (this.#endsAll(folder.parent, answer)) this.#giveUp(error)
    this.#fail(folder, error)
  }

  #listRefused(operation: ListOperation, answer: GraphAnswer): void {
    const { folder } = operation
    const isRoot = folder === this.#tree.root
    const isGone = means(answer, 'notFound')
    let error = graphFailure(answer, subjectOf(operation))
    if (isRoot && answer.status === 404) error = startGone(folder, answer)
    else if (isGone && this.#states.isTarget(folder)) error = targetGone(folder, answer)
    if (isRoot || this.#endsAll(folder, answer)) this.#giveUp(error)
    else this.#failed(operation, error)
  }

  /** Behind a shortcut, only that other drive is full or blocked. */
  #endsAll(folder: Folder | undefined, answer: GraphAnswer): boolean {
    return endsAll(answer) && this.#states.driveOf(folder) === this.#states.driveOf(undefined)
  }

  /** A list fails the children that it was to find, and no others. */
  #failed(operation: Operation, error: OdLinkError): void {
    const folders = operation.kind === 'list' ? operation.missing.values() : [operation.folder]
    for (const folder of folders) this.#fail(folder, error)
  }

  #fail(folder: Folder, error: OdLinkError): void {
    this.#states.settle({ folder, status: 'failed', error })
    for (const below of this.#tree.below(folder)) {
      if (this.#states.isOpen(below))
        this.#states.settle({ folder: below, status: 'skipped', error, failed: folder })
    }
  }
}

/** What an operation is about, as a sentence begins. The path of a folder stands beside its error, that of a list does not. */
function subjectOf({ kind, folder }: Operation): string {
  if (kind === 'list') return `Listing "${showFolder(folder)}"`
  return kind === 'get' ? 'Reading the folder' : creating
}

function keyOf({ kind, folder }: Operation): string {
  return `${kind} ${folder.index}`
}
