import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { dictionary, oneOf, record } from '../server/shape.ts'
import { saveDrive } from '../state/save-drive.ts'
import { readSavedDrive, type SavedDrive } from '../state/saved-drive.ts'
import type { World } from '../state/world.ts'
import { placesShape, restorePlaces, type SavedPlaces, savePlaces } from './saved-places.ts'
import { writeWhole } from './write-whole.ts'

const version = 1
const delayMs = 500

const readState = record({ version: oneOf(version), drives: dictionary(readSavedDrive), ...placesShape }, [
  'version',
  'drives',
])

/** What an earlier run saved. */
export interface SavedState extends SavedPlaces {
  /** By user name in lower case. */
  drives: Map<string, SavedDrive>
}

/**
 * Reads what an earlier run saved; without drives when the file does not exist.
 * @throws an Error with a plain sentence for a file that the sandbox did not write; the file is not changed.
 */
export function readStateFile(file: string): SavedState {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { drives: new Map() }
    throw new Error(`The state file ${file} cannot be read: ${(error as Error).message}`)
  }
  try {
    const { drives, version: _, ...places } = readState(JSON.parse(text), 'state')
    const named = Object.entries(drives).map(([username, drive]) => [username.toLowerCase(), drive] as const)
    return { drives: new Map(named), ...places }
  } catch (error) {
    throw new Error(
      `The state file ${file} is damaged and was not changed: ${(error as Error).message} Move it away to start over.`,
    )
  }
}

/** Saves the drives to a file soon after each change, atomically. */
export class StateFile {
  #file: string
  #world: World
  /** Drives of users who are not served in this run: they stay in the file. */
  #others: Map<string, SavedDrive>
  /** What is shared from or with them. */
  #othersPlaces: SavedPlaces
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #failure: Error | undefined

  constructor(file: string, world: World, saved: SavedState) {
    this.#file = file
    this.#world = world
    this.#others = new Map([...saved.drives].filter(([username]) => world.account(username) === undefined))
    this.#othersPlaces = restorePlaces(world, saved)
    world.changed = () => this.#soon()
    removeDrafts(file)
  }

  /** Saves pending changes. @throws an Error with a plain sentence when they cannot be saved. */
  async close(): Promise<void> {
    if (this.#timer) this.#now()
    await this.#writing
    if (this.#failure) throw this.#failure
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => this.#now(), delayMs).unref()
  }

  #now(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(async () => {
      try {
        await writeWhole(this.#file, this.#text())
        this.#failure = undefined
      } catch (error) {
        this.#failure = new Error(
          `The state file ${this.#file} cannot be written: ${(error as Error).message}`,
        )
      }
    })
  }

  #text(): string {
    const own = this.#world.accounts.map(
      (account) => [account.username.toLowerCase(), saveDrive(this.#world.driveOf(account))] as const,
    )
    const { sites, rights, links } = savePlaces(this.#world)
    const { rights: otherRights = [], links: otherLinks = [] } = this.#othersPlaces
    const state = {
      ...{ version, drives: Object.fromEntries([...this.#others, ...own]), sites },
      ...{ rights: [...otherRights, ...rights], links: [...otherLinks, ...links] },
    }
    return `${JSON.stringify(state)}\n`
  }
}

/** Removes drafts that a sandbox left beside the file when it was killed while saving. */
function removeDrafts(file: string): void {
  const folder = dirname(file)
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const [, pid] = /^\.(\d+)\.[0-9a-f]{8}$/.exec(name.slice(basename(file).length)) ?? []
    if (name.startsWith(basename(file)) && pid && !isRunning(Number(pid))) removeOwn(join(folder, name))
  }
}

/**
 * In a shared folder another user may have put anything under such a name: only a file of this user is
 * removed.
 */
function removeOwn(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isFile() && found.uid === (process.getuid?.() ?? found.uid)) rmSync(path, { force: true })
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
