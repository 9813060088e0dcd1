import type { DriveItem } from '@microsoft/microsoft-graph-types'
import type { OdLinkError } from '../../errors.ts'
import { nextPage } from '../drive.ts'
import { codesOf, graphFailure, isSimilarName, noDrive } from '../errors.ts'
import { isFolder, isSince, itemOf } from '../item.ts'
import { foldName } from '../path.ts'
import { maxFaults, passing } from '../request.ts'
import type { GraphAnswer } from '../send-once.ts'
import { endsAll, parentGone, taken } from './errors.ts'
import type { Ledger } from './folder-states.ts'
import type { Ask, ListAsk, LookAsk, MakeAsk } from './operations.ts'
import type { Plan } from './plan.ts'
import { type Folder, type FolderTree, showFolder } from './tree.ts'

const gaveUp = new Set([408, 502, 504])

/** What each answer means for the folders: settled, to be looked at, to be asked for again, or failed. */
export class Answers {
  #tree: FolderTree
  #ledger: Ledger
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
  constructor(tree: FolderTree, ledger: Ledger, plan: Plan, giveUp: (error: OdLinkError) => void) {
    this.#tree = tree
    this.#ledger = ledger
    this.#plan = plan
    this.#giveUp = giveUp
  }

  /** Takes in an answer that is no refusal of the token or of the number of requests. */
  take(ask: Ask, answer: GraphAnswer): void {
    if (this.#isOver(ask)) return
    if (passing.has(answer.status)) this.#passing(ask, answer)
    else if (ask.kind === 'make') this.#made(ask, answer)
    else if (ask.kind === 'look') this.#seen(ask, answer)
    else this.#listed(ask, answer)
  }

  /** The token was refused for this one. Others go on with the next token; if this one does not, it is not for the token. */
  unauthorized(ask: Ask, answer: GraphAnswer): void {
    if (this.#isOver(ask)) return
    if (this.#count(ask) <= maxFaults) this.#plan.again(ask)
    else if (ask.kind === 'list') this.#refusedBelow(ask.folder, answer)
    else this.#refused(ask.folder, answer)
  }

  /** No answer came: nobody knows whether it was done, so one looks. */
  lost(ask: Ask, trouble: OdLinkError): void {
    if (this.#isOver(ask)) return
    if (ask.kind !== 'make') {
      this.#fault(ask, trouble)
      return
    }
    this.#maybeOurs.add(ask.folder)
    if (this.#count(ask) > maxFaults) this.#fail(ask.folder, trouble)
    else this.#plan.look(ask.folder)
  }

  /** Whether it failed with its parent meanwhile: what was told of it stays so. */
  #isOver({ kind, folder }: Ask): boolean {
    return kind !== 'list' && !this.#ledger.isOpen(folder)
  }

  #made(ask: MakeAsk, answer: GraphAnswer): void {
    const { folder } = ask
    const item = itemOf(answer.json)
    const { status } = answer
    if (status === 201 && item.id !== undefined) this.#settle(folder, item, true)
    else if (status === 201) this.lost(ask, graphFailure(answer, `Making "${showFolder(folder)}"`))
    else if (status === 200) this.#found(folder, item, answer)
    else if (status === 409 || isSimilarName(answer)) {
      this.#taken.set(folder, answer)
      this.#plan.look(folder)
    } else if (status === 424 && !this.#ledger.isKnown(folder.parent as Folder)) {
      // What became of the parent decides: to a batch, a folder that is there already is a failure too.
      this.#ledger.mark(folder, 'waiting')
    } else if (status === 424 || status === 404) this.#fault(ask, parentGone(folder, answer))
    else this.#refused(folder, answer)
  }

  #seen(ask: LookAsk, answer: GraphAnswer): void {
    const { folder } = ask
    if (answer.status === 200) this.#found(folder, itemOf(answer.json), answer)
    else if (answer.status !== 404) this.#refused(folder, answer)
    else if (!this.#ledger.isKnown(folder.parent as Folder)) this.#ledger.mark(folder, 'waiting')
    // Just after a conflict an item may not be found by its name, and yet be in its parent's list.
    else if (this.#taken.has(folder)) this.#plan.find(folder.parent as Folder, [folder])
    else this.#plan.again({ kind: 'make', folder })
  }

  #listed(ask: ListAsk, answer: GraphAnswer): void {
    const { folder } = ask
    const children = Array.isArray(answer.json?.value) ? answer.json.value.map(itemOf) : undefined
    if (answer.status !== 200) this.#refusedBelow(folder, answer)
    else if (!children) this.#fault(ask, graphFailure(answer, `Listing "${showFolder(folder)}"`))
    else this.#compare(ask, children, answer)
  }

  #compare(ask: ListAsk, children: DriveItem[], answer: GraphAnswer): void {
    const { folder, missing, pages } = ask
    this.#faults.delete(keyOf(ask))
    for (const item of children) {
      const key = foldName(item.name ?? '')
      const wanted = missing.get(key)
      if (!wanted) continue
      missing.delete(key)
      if (this.#ledger.isOpen(wanted)) this.#found(wanted, item, answer)
    }
    const next = nextPage(answer)
    // A list that leads back to itself would never end; one that is long enough costs more than asking for each.
    const goesOn = next !== undefined && !pages.includes(next) && pages.length < missing.size
    if (goesOn) this.#plan.again({ ...ask, pages: [...pages, next] })
    else this.#notListed(folder, [...missing.values()])
  }

  #notListed(parent: Folder, missing: Folder[]): void {
    for (const folder of missing) {
      if (this.#ledger.statusOf(folder) !== 'asked') continue
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
    this.#ledger.settle({ folder, status: created ? 'created' : 'exists', item })
    this.#maybeOurs.delete(folder)
    this.#taken.delete(folder)
    if (!folder.children) return
    // What was made just now is empty, and so is what has no children: there is nothing to find.
    if (created || item.folder?.childCount === 0) this.#plan.open(folder)
    else this.#plan.list(folder)
  }

  #passing(ask: Ask, answer: GraphAnswer): void {
    const error = graphFailure(answer, `Making "${showFolder(ask.folder)}"`)
    // A gateway gives up while the work goes on behind it.
    if (gaveUp.has(answer.status)) {
      this.lost(ask, error)
      return
    }
    if (ask.kind === 'make') this.#maybeOurs.add(ask.folder)
    this.#fault(ask, error)
  }

  #count(ask: Ask): number {
    const key = keyOf(ask)
    const count = (this.#faults.get(key) ?? 0) + 1
    this.#faults.set(key, count)
    return count
  }

  /** Sent again alone after a while; given up after too many. */
  #fault(ask: Ask, error: OdLinkError): void {
    const count = this.#count(ask)
    if (count <= maxFaults) {
      this.#plan.again(ask, 250 * 2 ** count * (0.75 + Math.random() / 2))
    } else if (ask.kind === 'list') this.#failBelow(ask.folder, error)
    else this.#fail(ask.folder, error)
  }

  #refused(folder: Folder, answer: GraphAnswer): void {
    const error = graphFailure(answer, `Making "${showFolder(folder)}"`)
    // Throttling was seen in this disguise, and was over a second later: https://github.com/OneDrive/onedrive-api-docs/issues/1390
    const again: MakeAsk = { kind: 'make', folder }
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
    for (const child of parent.children ?? []) if (this.#ledger.isOpen(child)) this.#fail(child, error)
  }

  #fail(folder: Folder, error: OdLinkError): void {
    this.#ledger.settle({ folder, status: 'failed', error })
    for (const below of this.#tree.below(folder)) {
      if (this.#ledger.isOpen(below)) this.#ledger.settle({ folder: below, status: 'skipped', error })
    }
  }
}

function keyOf({ kind, folder }: Ask): string {
  return `${kind} ${folder.index}`
}
