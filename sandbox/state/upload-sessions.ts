import { randomUUID } from 'node:crypto'
import type { ConflictBehavior } from './conflict-behavior.ts'
import type { Drive } from './drive.ts'
import type { Item, Properties } from './items.ts'

/** Where the bytes of a file are to go. */
export interface Target {
  drive: Drive
  /** An item, and names below it: with none, the file itself. */
  start: Item | undefined
  names: string[]
  conflict: ConflictBehavior
}

const lifetime = 24 * 3_600_000
const most = 200

/** A large file on its way. */
export interface UploadSession {
  readonly id: string
  readonly target: Target
  readonly properties: Properties
  readonly expiresAt: number
  /** The file is made by a last request of its own. */
  readonly deferCommit: boolean
  /** What has come so far, in order. */
  chunks: Buffer[]
  received: number
  /** The size of the whole, as the first range told it. */
  total?: number
}

/** The uploads under way, by the id in their URL; the oldest are given up when there are too many. */
export class UploadSessions {
  #sessions = new Map<string, UploadSession>()

  open(target: Target, properties: Properties, deferCommit: boolean, now: number): UploadSession {
    const id = randomUUID()
    const session: UploadSession = {
      ...{ id, target, properties, deferCommit, expiresAt: now + lifetime },
      ...{ chunks: [], received: 0 },
    }
    this.#sessions.set(session.id, session)
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > most && oldest !== undefined) this.#sessions.delete(oldest)
    return session
  }

  find(id: string): UploadSession | undefined {
    return this.#sessions.get(id)
  }

  end(session: UploadSession): void {
    this.#sessions.delete(session.id)
  }
}
