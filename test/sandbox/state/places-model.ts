/* A minimal model of several drives, and of who may do what in them. */

export type Rights = 'read' | 'write' | 'none'

export interface Operation {
  do: 'create' | 'rename' | 'move' | 'remove' | 'look' | 'allow' | 'invite' | 'withdraw'
  who: number
  which: number
  into?: number
  name?: string
  role?: Rights
}

/** Whom somebody invites: the other person; an application invites the first. */
export function other(who: number): number {
  return who === 0 ? 1 : 0
}

interface Folder {
  drive: number
  parent: number
  name: string
  gone: boolean
}

/**
 * Drive 0 belongs to person 0, drive 1 to person 1, a third to nobody. Folder N is the root of drive N. Number 2 of those who
 * act is an application without a person, which may do the same everywhere.
 */
export class ModelPlaces {
  readonly #drives: number
  readonly #application: Rights
  readonly #folders: Folder[]
  #rights: { who: number; folder: number; role: 'read' | 'write' }[] = []

  /** @param application what the application's permissions allow. */
  constructor(drives: number, application: Rights = 'none') {
    this.#drives = drives
    this.#application = application
    this.#folders = Array.from({ length: drives }, (_, drive) => ({
      drive,
      parent: -1,
      name: '',
      gone: false,
    }))
  }

  get count(): number {
    return this.#folders.length
  }

  path(number: number): string {
    const { parent, name } = this.#at(number)
    return parent < 0 ? '/' : `${this.path(parent).replace(/\/$/, '')}/${name}`
  }

  allow(folder: number, who: number, role: Rights): void {
    this.#rights = this.#rights.filter((one) => one.folder !== folder || one.who !== who)
    if (role !== 'none') this.#rights.push({ who, folder, role })
  }

  /**
   * Roots are not renamed, moved or removed, and nobody gives rights to what is gone, to its owner or to the application.
   */
  isOutOfPlay({ do: what, which, who }: Operation): boolean {
    const number = which % this.count
    if (who === 2 && (what === 'allow' || this.#application === 'none')) return true
    if (what === 'allow') return this.#at(number).gone || this.#at(number).drive === who
    return number < this.#drives && ['rename', 'move', 'remove'].includes(what)
  }

  run(one: Operation): string {
    const number = one.which % this.count
    if (one.do === 'allow') {
      this.allow(number, one.who, one.role ?? 'none')
      return 'allowed'
    }
    const onlyReads = one.who === 2 && this.#application === 'read'
    // A token that allows no writing is refused before the item is looked for.
    if (onlyReads && one.do !== 'look' && one.do !== 'withdraw') return '403'
    const { gone, drive } = this.#at(number)
    if (gone) return this.#reaches(one.who, drive) ? '404' : '403'
    const role = this.#roleAt(one.who, number)
    if (role === undefined) return '403'
    if (one.do === 'look') return this.#look(one.who, number)
    if (one.do === 'withdraw') return this.#withdraw(number, other(one.who), role)
    if (role === 'read') return '403'
    if (one.do === 'invite') {
      this.allow(number, other(one.who), one.role ?? 'none')
      return '200'
    }
    if (one.do === 'create') return this.#create(number, one.name ?? '')
    if (one.do === 'rename') return this.#place(number, this.#at(number).parent, one.name ?? '')
    if (one.do === 'move') return this.#move(one.who, number, (one.into ?? 0) % this.count)
    for (const [below, folder] of this.#folders.entries())
      if (this.#isWithin(below, number)) folder.gone = true
    return '204'
  }

  #withdraw(folder: number, who: number, role: 'read' | 'write'): string {
    if (!this.#rights.some((one) => one.folder === folder && one.who === who)) return 'nothing'
    if (role === 'read') return '403'
    this.allow(folder, who, 'none')
    return '204'
  }

  #at(number: number): Folder {
    const folder = this.#folders[number]
    if (!folder) throw new Error(`there is no folder ${number}`)
    return folder
  }

  #isWithin(number: number, folder: number): boolean {
    for (let at = number; at >= 0; at = this.#at(at).parent) if (at === folder) return true
    return false
  }

  #roleAt(who: number, number: number): 'read' | 'write' | undefined {
    if (who === 2) return this.#application === 'none' ? undefined : this.#application
    if (this.#at(number).drive === who) return 'write'
    const roles = this.#rights
      .filter((one) => one.who === who && this.#isWithin(number, one.folder))
      .map(({ role }) => role)
    return roles.includes('write') ? 'write' : roles[0]
  }

  #reaches(who: number, drive: number): boolean {
    return (
      who === 2 ||
      drive === who ||
      this.#rights.some((one) => one.who === who && this.#at(one.folder).drive === drive)
    )
  }

  #look(who: number, number: number): string {
    const { parent } = this.#at(number)
    const names = this.#childrenOf(number).map(({ name }) => name)
    const sees = parent >= 0 && this.#roleAt(who, parent) !== undefined
    return `${names.sort().join('|')}, ${sees ? 'a parent' : 'no parent'}`
  }

  #childrenOf(number: number): Folder[] {
    return this.#folders.filter(({ parent, gone }) => parent === number && !gone)
  }

  #create(parent: number, name: string): string {
    if (this.#isTaken(parent, name)) return '409'
    this.#folders.push({ drive: this.#at(parent).drive, parent, name, gone: false })
    return '201'
  }

  #move(who: number, number: number, into: number): string {
    const { drive, parent, name } = this.#at(number)
    if (this.#at(into).drive !== drive) return '400'
    if (this.#at(into).gone) return '404'
    if (into !== parent && this.#roleAt(who, into) !== 'write') return '403'
    if (into === parent) return '200'
    return this.#isWithin(into, number) ? '400' : this.#place(number, into, name)
  }

  #place(number: number, parent: number, name: string): string {
    if (this.#isTaken(parent, name, number)) return '409'
    Object.assign(this.#at(number), { parent, name })
    return '200'
  }

  #isTaken(parent: number, name: string, but?: number): boolean {
    return this.#folders.some(
      (one, number) =>
        number !== but && one.parent === parent && !one.gone && one.name.toLowerCase() === name.toLowerCase(),
    )
  }
}
