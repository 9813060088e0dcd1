import type { DriveItem } from '@microsoft/microsoft-graph-types'
import type { OdLinkError } from '../../errors.ts'
import { nextPage } from '../drive.ts'
import { codesOf, graphFailure, isSimilarName, noDrive } from '../errors.ts'
import { isFolder, isSince, itemOf } from '../item.ts'
import { foldName } from '../path.ts'
import { maxRetries, transientStatuses } from '../request.ts'
import type { GraphAnswer } from '../send-once.ts'
import { endsAll, parentGone, taken } from './errors.ts'
import type { FolderStates } from './folder-states.ts'
import type { CreateOperation, GetOperation, ListOperation, Operation } from './operations.ts'
import type { Plan } from './plan.ts'
import { type Folder, type FolderTree, showFolder } from './tree.ts'

const gaveUp = new Set([408, 502, 504])

/** What each answer means for the folders: settled, to be looked at, to be asked for again, or failed. */
export class Outcomes {
  #tree: FolderTree
  #states: FolderStates
  #plan: Plan
  #giveUp: (error: OdLinkError) => void
  #began = Date.now()
  /** How often each ask has met trouble. */
  #faults = new Map<string, number>()
  /** Folders that an attempt may have made whose answer did not come. */
  #maybeOurs = new Set<Folder>()
  /** Folders whose name was answered to be taken. */
  #taken = new Map<Folder, GraphAnswer>()

  /** @param giveUp called when nothing more can be done in this drive. */
  constructor(tree: FolderTree, states: FolderStates, plan: Plan, giveUp: (error: OdLinkError) => void) {
    this.#tree = tree
    this.#states = states
    this.#plan = plan
    this.#giveUp = giveUp
  }

  /** Takes in an answer that is no refusal of the token or of the number of requests. */
  take(operation: Operation, answer: GraphAnswer): void {
    if (this.#isOver(operation)) return
    if (transientStatuses.has(answer.status)) this.#passing(operation, answer)
    else if (operation.kind === 'make') this.#made(operation, answer)
    else if (operation.kind === 'look') this.#seen(operation, answer)
    else this.#listed(operation, answer)
  }

  /** The token was refused for this one. Others go on with the next token; if this one does not, it is not for the token. */
  unauthorized(operation: Operation, answer: GraphAnswer): void {
    if (this.#isOver(operation)) return
    if (this.#count(operation) <= maxRetries) this.#plan.again(operation)
    else if (operation.kind === 'list') this.#refusedBelow(operation.folder, answer)
    else this.#refused(operation.folder, answer)
  }

  /** No answer came: nobody knows whether it was done, so one looks. */
  lost(operation: Operation, trouble: OdLinkError): void {
    if (this.#isOver(operation)) return
    if (operation.kind !== 'make') {
      this.#fault(operation, trouble)
      return
    }
    this.#maybeOurs.add(operation.folder)
    if (this.#count(operation) > maxRetries) this.#fail(operation.folder, trouble)
    else this.#plan.look(operation.folder)
  }

  /** Whether it failed with its parent meanwhile: what was told of it stays so. */
  #isOver({ kind, folder }: Operation): boolean {
    return kind !== 'list' && !this.#states.isOpen(folder)
  }

  #made(operation: CreateOperation, answer: GraphAnswer): void {
    const { folder } = operation
    const item = itemOf(answer.json)
    const { status } = answer
    if (status === 201 && item.id !== undefined) this.#settle(folder, item, true)
    else if (status === 201) this.lost(operation, graphFailure(answer, `Making "${showFolder(folder)}"`))
    else if (status === 200) this.#found(folder, item, answer)
    else if (status === 409 || isSimilarName(answer)) {
      this.#taken.set(folder, answer)
      this.#plan.look(folder)
    } else if (status === 424 && !this.#states.isKnown(folder.parent as Folder)) {
      // What became of the parent decides: to a batch, a folder that is there already is a failure too.
      this.#states.mark(folder, 'waiting')
    } else if (status === 424 || status === 404) this.#fault(operation, parentGone(folder, answer))
    else this.#refused(folder, answer)
  }

  #seen(operation: GetOperation, answer: GraphAnswer): void {
    const { folder } = operation
    if (answer.status === 200) this.#found(folder, itemOf(answer.json), answer)
    else if (answer.status !== 404) this.#refused(folder, answer)
    else if (!this.#states.isKnown(folder.parent as Folder)) this.#states.mark(folder, 'waiting')
    // Just after a conflict an item may not be found by its name, and yet be in its parent's list.
    else if (this.#taken.has(folder)) this.#plan.find(folder.parent as Folder, [folder])
    else this.#plan.again({ kind: 'make', folder })
  }

  #listed(operation: ListOperation, answer: GraphAnswer): void {
    const { folder } = operation
    const children = Array.isArray(answer.json?.value) ? answer.json.value.map(itemOf) : undefined
    if (answer.status !== 200) this.#refusedBelow(folder, answer)
    else if (!children) this.#fault(operation, graphFailure(answer, `Listing "${showFolder(folder)}"`))
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
      if (this.#states.isOpen(wanted)) this.#found(wanted, item, answer)
    }
    const next = nextPage(answer)
    // A list that leads back to itself would never end; one that is long enough costs more than asking for each.
    const goesOn = next !== undefined && !pages.includes(next) && pages.length < missing.size
    if (goesOn) this.#plan.again({ ...operation, pages: [...pages, next] })
    else this.#notListed(folder, [...missing.values()])
  }

  #notListed(parent: Folder, missing: Folder[]): void {
    for (const folder of missing) {
      if (this.#states.statusOf(folder) !== 'asked') continue
      const error = taken(folder, 'an item that cannot be seen', this.#taken.get(folder))
      this.#fault({ kind: 'make', folder }, error)
    }
    this.#plan.open(parent)
  }

  #found(folder: Folder, item: DriveItem, answer: GraphAnswer): void {
    if (item.id === undefined) {
      this.#fault({ kind: 'look', folder }, graphFailure(answer, `Looking at "${showFolder(folder)}"`))
    } else if (isFolder(item)) {
      this.#settle(folder, item, this.#maybeOurs.has(folder) && isSince(item, answer, this.#began))
    } else {
      this.#fail(folder, taken(folder, item.package ? 'a notebook' : 'a file', this.#taken.get(folder)))
    }
  }

  #settle(folder: Folder, item: DriveItem, created: boolean): void {
    this.#states.settle({ folder, status: created ? 'created' : 'exists', item })
    this.#maybeOurs.delete(folder)
    this.#taken.delete(folder)
    if (!folder.children) return
    // What was made just now is empty, and so is what has no children: there is nothing to find.
    if (created || item.folder?.childCount === 0) this.#plan.open(folder)
    else this.#plan.list(folder)
  }

  #passing(operation: Operation, answer: GraphAnswer): void {
    const error = graphFailure(answer, `Making "${showFolder(operation.folder)}"`)
    // A gateway gives up while the work goes on behind it.
    if (gaveUp.has(answer.status)) {
      this.lost(operation, error)
      return
    }
    if (operation.kind === 'make') this.#maybeOurs.add(operation.folder)
    this.#fault(operation, error)
  }

  #count(operation: Operation): number {
    const key = keyOf(operation)
    const count = (this.#faults.get(key) ?? 0) + 1
    this.#faults.set(key, count)
    return count
  }

  /** Sent again alone after a while; given up after too many. */
  #fault(operation: Operation, error: OdLinkError): void {
    const count = this.#count(operation)
    if (count <= maxRetries) {
      this.#plan.again(operation, 250 * 2 ** count * (0.75 + Math.random() / 2))
    } else if (operation.kind === 'list') this.#failBelow(operation.folder, error)
    else this.#fail(operation.folder, error)
  }

  #refused(folder: Folder, answer: GraphAnswer): void {
    const error = graphFailure(answer, `Making "${showFolder(folder)}"`)
    // Throttling was seen in this disguise, and was over a second later: https://github.com/OneDrive/onedrive-api-docs/issues/1390
    const again: CreateOperation = { kind: 'make', folder }
    if (answer.status === 400 && codesOf(answer).length < 2 && this.#count(again) === 1) {
      this.#plan.again(again, 1_000)
      return
    }
    if (endsAll(answer)) this.#giveUp(error)
    this.#fail(folder, error)
  }

  #refusedBelow(folder: Folder, answer: GraphAnswer): void {
    const isRoot = folder === this.#tree.root
    const error =
      isRoot && answer.status === 404
        ? noDrive(answer)
        : graphFailure(answer, `Listing "${showFolder(folder)}"`)
    if (isRoot || endsAll(answer)) this.#giveUp(error)
    else this.#failBelow(folder, error)
  }

  #failBelow(parent: Folder, error: OdLinkError): void {
    for (const child of parent.children ?? []) if (this.#states.isOpen(child)) this.#fail(child, error)
  }

  #fail(folder: Folder, error: OdLinkError): void {
    this.#states.settle({ folder, status: 'failed', error })
    for (const below of this.#tree.below(folder)) {
      if (this.#states.isOpen(below)) this.#states.settle({ folder: below, status: 'skipped', error })
    }
  }
}

function keyOf({ kind, folder }: Operation): string {
  return `${kind} ${folder.index}`
}
