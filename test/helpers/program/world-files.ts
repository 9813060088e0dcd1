import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { World } from './world.ts'

/** Every file of a world, by path, except locks. */
export function filesOf(dir: string): Record<string, string> {
  const found: Record<string, string> = {}
  if (!existsSync(dir)) return found
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    found[relative(dir, path)] = readFileSync(path, 'latin1')
  }
  return found
}

/** The data of a person: settings, the list of accounts, and links in files. */
export function kept(world: World): Record<string, string> {
  const files = Object.entries(filesOf(join(world.dir, 'settings')))
  return Object.fromEntries(files.filter(([path]) => !path.startsWith('locks')))
}

/** The permissions of every file and folder of a world, as in `0600`. */
export function modesOf(dir: string): Record<string, string> {
  const paths = readdirSync(dir, { recursive: true, encoding: 'utf8' })
  const mode = (path: string) => (statSync(join(dir, path)).mode & 0o777).toString(8).padStart(4, '0')
  return Object.fromEntries(paths.map((path) => [path, mode(path)]))
}

/** Restores a world to what `kept` returned. */
export function putBack(world: World, files: Record<string, string>): void {
  for (const path of Object.keys(kept(world))) rmSync(join(world.dir, 'settings', path))
  for (const [path, text] of Object.entries(files)) {
    const file = join(world.dir, 'settings', path)
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, text, { encoding: 'latin1', mode: 0o600 })
  }
}
