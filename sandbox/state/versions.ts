import type { Item } from './items.ts'

/** An earlier content of a file. */
export interface Version {
  readonly number: number
  readonly content: Buffer
  readonly modified: number
}

/** How much a drive keeps of earlier versions; beyond that it loses the oldest. */
const mostBytes = 64 * 1024 * 1024
const mostOfOneFile = 50

/** The earlier versions of a drive's files. */
export class Versions {
  #of = new Map<Item, Version[]>()
  #size = 0

  /** Newest first; without the current one. */
  of(file: Item): readonly Version[] {
    return this.#of.get(file)?.toReversed() ?? []
  }

  /** The number of the current version. */
  current(file: Item): number {
    return file.edition ?? 1
  }

  /** Keeps the content that a file is about to lose. */
  keep(file: Item): void {
    const { content = Buffer.alloc(0), modified } = file
    const versions = this.#of.get(file) ?? []
    // At the end of the map, so that the files changed longest ago lose theirs first.
    this.#of.delete(file)
    this.#of.set(file, versions)
    versions.push({ number: this.current(file), content, modified })
    this.#size += content.length
    file.edition = this.current(file) + 1
    while (versions.length > mostOfOneFile) this.#drop(file, 0)
    for (const [oldest] of this.#of)
      while (this.#size > mostBytes && this.#of.has(oldest)) this.#drop(oldest, 0)
  }

  /** Takes over what an earlier run saved, oldest first. */
  restore(file: Item, versions: Version[]): void {
    this.#of.set(file, versions)
    for (const { content } of versions) this.#size += content.length
  }

  /** @returns whether there was such a version. */
  remove(file: Item, number: number): boolean {
    const index = this.#of.get(file)?.findIndex((one) => one.number === number) ?? -1
    if (index >= 0) this.#drop(file, index)
    return index >= 0
  }

  /** Forgets the versions of a file that is gone for good. */
  forget(file: Item): void {
    while (this.#of.has(file)) this.#drop(file, 0)
  }

  #drop(file: Item, index: number): void {
    const versions = this.#of.get(file) ?? []
    const [dropped] = versions.splice(index, 1)
    this.#size -= dropped?.content.length ?? 0
    if (versions.length === 0) this.#of.delete(file)
  }
}
