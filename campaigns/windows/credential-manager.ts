import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.ts'

const here = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url))
/** As long as the name of the library that it stands before, because it takes its place in the module's table of imports. */
const library = 'credmngr.dll'
const original = 'advapi32.dll'

/** Compiles the library of credential-manager.c into Wine's folder for libraries. */
export function buildCredentialManager(driveC: string): void {
  const sources = [here('credential-manager.c'), here('credential-manager.def')]
  const flags = ['-O1', '-s', '-shared', '-static-libgcc', '-o', join(driveC, 'windows/system32', library)]
  run(['x86_64-w64-mingw32-gcc', ...flags, ...sources, '-ladvapi32', '-lshlwapi'])
}

/** Makes the keychain module below a folder use that library. Of advapi32.dll it imports nothing else. */
export function useCredentialManager(packages: string): void {
  const folder = join(packages, '@napi-rs/keyring-win32-x64-msvc')
  const name = readdirSync(folder).find((file) => file.endsWith('.node'))
  const file = join(folder, name ?? '')
  const bytes = readFileSync(file)
  const at = bytes.indexOf(`${original}\0`)
  if (at < 0) throw new Error(`${file} does not import ${original}`)
  bytes.write(library, at, 'latin1')
  writeFileSync(file, bytes)
}
