import { randomUUID } from 'node:crypto'
import type { ConflictBehavior } from './conflict-behavior.ts'
import type { Drive } from './drive.ts'
import type { Item, Properties } from './items.ts'

/** Where a file will be saved. */
export interface Target {
  drive: Drive
  /** An item, and names below it; without names, the file itself. */
  start: Item | undefined
  names: string[]
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
  /** The file is only created by a separate final request. */
  readonly deferCommit: boolean
  /** The ranges received so far, in order. */
  chunks: Buffer[]
  received: number
  /** The total size, as stated with the first range. */
  total?: number
}

/** The open upload sessions, by the id in their URL; beyond a limit the oldest are dropped. */
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
    if (this.#sessions.size > maxSessions && oldest !== undefined) this.#sessions.delete(oldest)
    return session
  }

  find(id: string): UploadSession | undefined {
    return this.#sessions.get(id)
  }

  end(session: UploadSession): void {
    this.#sessions.delete(session.id)
  }
}
