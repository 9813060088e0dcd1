import { randomUUID } from 'node:crypto'

/** A copy under way, or one that has ended. */
export interface Copy {
  readonly id: string
  /** The new item; undefined when it failed. */
  readonly resourceId?: string
  /** Why it failed. */
  readonly error?: { code: string; message: string }
  /** How often its monitor was asked. */
  asked: number
}

const most = 1000

/** The copies that were asked for, by the id in the URL of their monitor. */
export class Copies {
  #copies = new Map<string, Copy>()

  add(outcome: Pick<Copy, 'resourceId' | 'error'>): Copy {
    const copy: Copy = { id: randomUUID(), asked: 0, ...outcome }
    this.#copies.set(copy.id, copy)
    const [oldest] = this.#copies.keys()
    if (this.#copies.size > most && oldest !== undefined) this.#copies.delete(oldest)
    return copy
  }

  find(id: string): Copy | undefined {
    return this.#copies.get(id)
  }
}
