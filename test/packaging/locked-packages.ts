import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A package in package-lock.json. */
export interface LockedPackage {
  /** Where it is installed: `node_modules/…`. */
  path: string
  version: string
  integrity?: string
  resolved?: string
  license?: string
  dev?: boolean
  optional?: boolean
  hasInstallScript?: boolean
}

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))

/** Every package of the tree, for every system, without od-link itself. */
export const lockedPackages = Object.entries<Omit<LockedPackage, 'path'>>(packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]): LockedPackage => ({ path, ...entry }))
