/*
 * Packs od-link, and installs and uses it as people do: npm, npx, pnpm, yarn, bun, deno. Needs the registry.
 *   npm run test:install             all
 *   npm run test:install -- yarn     those with this word in their name
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '../helpers/microsoft/sandbox.ts'
import { installers, pack, tryInstaller } from './installers.ts'

const words = process.argv.slice(2)
const chosen = installers.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
)
const dir = mkdtempSync(join(tmpdir(), 'od-link-pack-'))
const sandbox = await startSandbox()
const rows: Record<string, { works: boolean; seconds: number }> = {}
try {
  const tarball = await pack(dir)
  for (const installer of chosen) {
    const started = performance.now()
    const trouble = await tryInstaller(installer, tarball, sandbox).catch((error: Error) => error)
    if (trouble) console.error(`\n${installer.name}: ${trouble.message}\n`)
    rows[installer.name] = { works: !trouble, seconds: Math.round((performance.now() - started) / 1000) }
  }
} finally {
  await sandbox.stop()
  rmSync(dir, { recursive: true, force: true })
}
console.table(rows)
process.exitCode = chosen.length > 0 && Object.values(rows).every(({ works }) => works) ? 0 : 1
