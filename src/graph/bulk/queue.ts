/** First in, first out, however long it grows. */
export class Queue<T> {
  #items: T[] = []
  #first = 0

  get length(): number {
    return this.#items.length - this.#first
  }

  /** The one that is next, left where it is. */
  get next(): T | undefined {
    return this.#items[this.#first]
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    const item = this.#items[this.#first]
    if (item === undefined) return undefined
    this.#first += 1
    if (this.#first === this.#items.length) {
      this.#items = []
      this.#first = 0
    }
    return item
  }
}
