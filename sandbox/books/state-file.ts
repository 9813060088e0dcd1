import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { dictionary, oneOf, record } from '../server/shape.ts'
import { saveDrive } from '../state/save-drive.ts'
import { readSavedDrive, type SavedDrive } from '../state/saved-drive.ts'
import type { World } from '../state/world.ts'

const version = 1
const delayMs = 500

const readState = record({ version: oneOf(version), drives: dictionary(readSavedDrive) }, [
  'version',
  'drives',
])

/**
 * Reads the drives of an earlier sandbox, by user name in lower case; none where there is no such file yet.
 * @throws an Error with a plain sentence for a file that is none of the sandbox's; the file is left as it is.
 */
export function readStateFile(file: string): Map<string, SavedDrive> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw new Error(`The state file ${file} cannot be read: ${(error as Error).message}`)
  }
  try {
    const { drives } = readState(JSON.parse(text), 'state')
    return new Map(Object.entries(drives).map(([username, drive]) => [username.toLowerCase(), drive]))
  } catch (error) {
    throw new Error(
      `The state file ${file} is damaged and was not changed: ${(error as Error).message} Move it away to start over.`,
    )
  }
}

/** Writes the drives to a file soon after each change, whole or not at all. */
export class StateFile {
  #file: string
  #world: World
  /** Drives of people who are not among the users this time: they are kept. */
  #others: Map<string, SavedDrive>
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #failure: Error | undefined

  constructor(file: string, world: World, saved: Map<string, SavedDrive>) {
    this.#file = file
    this.#world = world
    this.#others = new Map([...saved].filter(([username]) => world.account(username) === undefined))
    for (const drive of world.drives.values()) drive.changed = () => this.#soon()
    removeDrafts(file)
  }

  /** Writes what is not yet written. @throws an Error with a plain sentence when it cannot. */
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
    const own = [...this.#world.drives.values()].map(
      (drive) => [drive.owner.username.toLowerCase(), saveDrive(drive)] as const,
    )
    return `${JSON.stringify({ version, drives: Object.fromEntries([...this.#others, ...own]) })}\n`
  }
}

/** What a sandbox that was killed in the middle of a writing left beside the file. */
function removeDrafts(file: string): void {
  const folder = dirname(file)
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const [, pid] = /^\.(\d+)\.[0-9a-f]{8}$/.exec(name.slice(basename(file).length)) ?? []
    if (name.startsWith(basename(file)) && pid && !isRunning(Number(pid))) removeOwn(join(folder, name))
  }
}

/** In a shared folder, somebody else may have laid anything under such a name: it is not in the way. */
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

/**
 * To a file beside it first: whoever reads meets the old one or the new one. It is private until it is whole, and then
 * has the permissions of the one that it replaces.
 */
async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  // O_EXCL follows no link (open(2)).
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
    await takePermissions(handle, file)
    const { dev, ino } = await handle.stat({ bigint: true })
    const named = lstatSync(draft, { bigint: true, throwIfNoEntry: false })
    // Whoever may write to the folder can put another file in its place.
    if (named?.dev !== dev || named.ino !== ino) throw new Error('another program replaced its draft')
    await handle.close()
    await rename(draft, file)
  } catch (error) {
    await handle.close().catch(() => {})
    await rm(draft, { force: true })
    throw error
  }
}

/** Those of a file of somebody else are theirs to choose, and not taken over. */
async function takePermissions(draft: FileHandle, file: string): Promise<void> {
  const replaced = lstatSync(file, { throwIfNoEntry: false })
  if (replaced?.isFile() && replaced.uid === process.getuid?.()) await draft.chmod(replaced.mode & 0o777)
}
