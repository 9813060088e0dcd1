import { randomUUID } from 'node:crypto'
import type { ConflictBehavior } from './conflict-behavior.ts'
import type { Drive } from './drive.ts'
import { type Item, isFolder, type Properties } from './items.ts'
import { foldName } from './names.ts'
import type { Account } from './users.ts'

/** A place in a drive: an item, and names below it; without names, the item itself. */
export interface Place {
  drive: Drive
  start: Item | undefined
  names: string[]
}

/** Where a file will be saved. */
export interface Target extends Place {
  conflict: ConflictBehavior
}

const lifetime = 24 * 3_600_000
const maxSessions = 200

/** An upload session for a large file. */
export interface UploadSession {
  readonly id: string
  readonly target: Target
  readonly properties: Properties
  readonly expiresAt: number
  /** Who opened it: its URL works without a token. */
  readonly by: Account | undefined
  /** The file is only created by a separate final request. */
  readonly deferCommit: boolean
  /** The ranges received so far, in order. */
  chunks: Buffer[]
  received: number
  /** The total size, as stated with the first range. */
  total?: number
  /** It takes no more: its URL has expired, or the file was created although the answer was an error. */
  over?: 'expired' | 'created'
}

/** The open upload sessions, by the id in their URL; beyond a limit the oldest are dropped. */
export class UploadSessions {
  #sessions = new Map<string, UploadSession>()

  open(
    target: Target,
    { properties, deferCommit, by }: Pick<UploadSession, 'properties' | 'deferCommit' | 'by'>,
    now: number,
  ): UploadSession {
    const id = randomUUID()
    const session: UploadSession = {
      ...{ id, target, properties, deferCommit, by, expiresAt: now + lifetime },
      ...{ chunks: [], received: 0 },
    }
    this.#sessions.set(session.id, session)
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > maxSessions && oldest !== undefined) this.#sessions.delete(oldest)
    return session
  }

  find(id: string): UploadSession | undefined {
    return this.#sessions.get(id)
  }

  /** Whether an unfinished session is for this place. */
  holdsName(place: Place, now: number): boolean {
    const key = keyOf(place)
    return [...this.#sessions.values()].some(
      ({ target, over, expiresAt }) =>
        target.drive === place.drive && !over && expiresAt > now && keyOf(target) === key,
    )
  }

  end(session: UploadSession): void {
    this.#sessions.delete(session.id)
  }
}

/** The same for all addresses of a place, whether or not something is there. */
function keyOf({ drive, start, names }: Place): string {
  let item = start
  let depth = 0
  for (const name of names) {
    const child: Item | undefined = item && isFolder(item) ? drive.child(item, name) : undefined
    if (!child) break
    item = child
    depth++
  }
  return [item?.id, ...names.slice(depth).map(foldName)].join('/')
}
