/** A minimal model of a drive: a list of folders, each with a name and the index of its parent. */
export class ModelDrive {
  /** What happens when the name exists: on a work drive, on a personal one, and with the other mood. */
  #taken: 'conflict' | 'sometimes' | 'existing'
  #folders: { name: string; parent: number; gone: boolean }[] = [{ name: '', parent: -1, gone: false }]

  constructor(taken: 'conflict' | 'sometimes' | 'existing') {
    this.#taken = taken
  }

  /** How many folders were ever created; the first contains all others. */
  get count(): number {
    return this.#folders.length
  }

  isGone(number: number): boolean {
    return this.#at(number).gone
  }

  /** The path of a folder, as names. */
  path(number: number): string[] {
    if (number === 0) return []
    const { name, parent } = this.#at(number)
    return [...this.path(parent), name]
  }

  create(parent: number, name: string, conflict: string | undefined): string {
    if (this.isGone(parent)) return '404'
    if (!isLegal(name)) return '400'
    const existing = this.#find(parent, name)
    if (existing === undefined) return this.#add(parent, name)
    const found = `200 ${this.#at(existing).name}`
    if (this.#taken === 'existing') return found
    if (this.#taken === 'sometimes' && (conflict === undefined || conflict === 'replace')) return found
    return conflict === 'rename' ? this.#add(parent, this.#free(parent, name)) : '409'
  }

  update(number: number, change: { name?: string; parent?: number }, conflict: string | undefined): string {
    const folder = this.#at(number)
    const parent = change.parent ?? folder.parent
    let name = change.name ?? folder.name
    if (folder.gone || this.isGone(parent)) return '404'
    if (parent === folder.parent && name === folder.name) return `200 ${name}`
    if (parent === number || this.#isBelow(parent, number)) return '400'
    if (!isLegal(name)) return '400'
    const other = this.#find(parent, name)
    if (other !== undefined && other !== number) {
      if (conflict !== 'rename') return '409'
      name = this.#free(parent, name)
    }
    folder.parent = parent
    folder.name = name
    return `200 ${name}`
  }

  remove(number: number): string {
    if (this.isGone(number)) return '404'
    this.#folders.forEach((folder, one) => {
      if (one === number || this.#isBelow(one, number)) folder.gone = true
    })
    return '204'
  }

  list(number: number): string {
    if (this.isGone(number)) return '404'
    const names = this.#folders
      .filter(({ parent, gone }) => parent === number && !gone)
      .map(({ name }) => name)
    return `200 ${names.sort().join('|')}`
  }

  #at(number: number) {
    const folder = this.#folders[number]
    if (!folder) throw new Error(`there is no folder ${number}`)
    return folder
  }

  #add(parent: number, name: string): string {
    this.#folders.push({ name, parent, gone: false })
    return `201 ${name}`
  }

  #find(parent: number, name: string): number | undefined {
    const upper = name.toUpperCase()
    const found = this.#folders.findIndex(
      (folder) => folder.parent === parent && !folder.gone && folder.name.toUpperCase() === upper,
    )
    return found < 0 ? undefined : found
  }

  #free(parent: number, name: string): string {
    let number = 1
    while (this.#find(parent, `${name} ${number}`) !== undefined) number++
    return `${name} ${number}`
  }

  #isBelow(number: number, above: number): boolean {
    for (let one = this.#at(number).parent; one >= 0; one = this.#at(one).parent)
      if (one === above) return true
    return false
  }
}

/** For the names that the test uses. */
function isLegal(name: string): boolean {
  return !/[:*]|^$|^con$|^ | $|\.$/i.test(name)
}
