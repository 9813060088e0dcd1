import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** Helpers that start od-link, a keyring, a terminal or a browser as a process. */
const starters =
  /^test\/helpers\/(program\/(od-link|world)|terminal\/|keychain\/(keyring|desktop|kwallet|keepassxc)|browser\/chromium)/

/** @returns the tests that start no program, as paths below the root: they import no helper that does. */
export function inProcessTests(root: string): string[] {
  const known = new Map<string, string[]>()
  const importsOf = (file: string) => {
    const found = known.get(file) ?? readImports(root, file)
    known.set(file, found)
    return found
  }
  const starts = (file: string, seen = new Set<string>()): boolean => {
    if (seen.has(file)) return false
    seen.add(file)
    return starters.test(file) || importsOf(file).some((next) => starts(next, seen))
  }
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.test.ts') && !starts(file))
    .sort()
}

function readImports(root: string, file: string): string[] {
  if (!existsSync(join(root, file))) return []
  const text = readFileSync(join(root, file), 'utf8')
  const values = text.replaceAll(/^import type [^;]*? from '[^']*'/gm, '')
  const paths = [...values.matchAll(/(?:\bfrom|\bimport\(|\bimport)\s*'(\.[^']+)'/g)]
  return paths.map(([, path = '']) => posix.join(posix.dirname(file), path))
}
