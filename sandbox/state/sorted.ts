import type { Item } from './items.ts'

/** The index of the first item after a key, in a list sorted by key. */
export function indexAfter(sorted: readonly Item[], key: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle]?.key ?? '') <= key) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The properties by which a listing can be ordered. Source: microsoft-graph-docs-contrib,
 * api/driveitem-list-children.
 */
export const orders = {
  name: (one: Item, other: Item) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0),
  size: (one: Item, other: Item) => one.size - other.size,
  createdDateTime: (one: Item, other: Item) => one.created - other.created,
  lastModifiedDateTime: (one: Item, other: Item) => one.modified - other.modified,
} as const

export type Order = keyof typeof orders
