import { type Folder, type Item, withDescendants } from './items.ts'

/** How much a bin holds; beyond that it loses what was deleted first. */
const mostItems = 1000
const mostBytes = 64 * 1024 * 1024

/** What was deleted from a drive and can be restored, oldest first, with the folder that each was in. */
export class RecycleBin {
  #items = new Map<string, { item: Item; parent: Folder }>()
  /** The bytes of the files in it. */
  size = 0

  add(item: Item, parent: Folder): void {
    this.#items.set(item.id, { item, parent })
    this.size += item.size
    for (const [id] of this.#items) {
      if (this.#items.size <= mostItems && this.size <= mostBytes) break
      this.take(id)
    }
  }

  /** What is in it, oldest first. */
  all(): { item: Item; parent: Folder }[] {
    return [...this.#items.values()]
  }

  find(id: string): { item: Item; parent: Folder } | undefined {
    return this.#items.get(id)
  }

  /** Takes an item out of the bin. */
  take(id: string): void {
    const found = this.#items.get(id)
    if (!found) return
    this.#items.delete(id)
    this.size -= found.item.size
  }

  /** Whether an id is that of something inside a deleted folder. */
  holds(id: string): boolean {
    return [...this.#items.values()].some(({ item }) =>
      [...withDescendants(item)].some((one) => one.id === id),
    )
  }
}
