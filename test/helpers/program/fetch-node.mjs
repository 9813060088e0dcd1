import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const cache = fileURLToPath(new URL('../../../node_modules/.cache/nodes', import.meta.url))
const { platform, arch } = process
const system = { linux: 'linux', darwin: arch === 'arm64' ? 'bin-darwin' : 'darwin', win32: 'win' }[platform]
/** The registry's package with the program alone, which the package `node` fetches by an install script. */
const name = `node-${system}-${arch}`
const program = (folder) =>
  join(folder, 'node_modules', name, 'bin', platform === 'win32' ? 'node.exe' : 'node')
const npm = (...args) => run('npm', args, { shell: platform === 'win32', maxBuffer: 1 << 24 })

/**
 * The newest release of a line of Node, such as `24` or `latest`, by the registry.
 * @returns its version, such as `24.21.0`
 */
export async function newestOf(line) {
  const { stdout } = await npm('view', `${name}@${line}`, 'version', '--json')
  const found = JSON.parse(stdout)
  return Array.isArray(found) ? found.sort(byVersion).at(-1) : found
}

/** @returns the path of the program `node` of that version, fetched once and kept. */
export async function fetchNode(version) {
  // Not named like a version: od-link warns of nodes that lie in folders of one.
  const folder = join(cache, version.replaceAll('.', '-'))
  if (existsSync(folder)) return program(folder)
  mkdirSync(cache, { recursive: true })
  const draft = mkdtempSync(join(cache, 'draft-'))
  const quiet = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund']
  await npm('install', '--prefix', draft, ...quiet, `${name}@${version}`)
  try {
    renameSync(draft, folder)
  } catch {
    // Somebody else was faster.
    rmSync(draft, { recursive: true, force: true })
  }
  return program(folder)
}

/** @returns the program of a release of that line: this one, the newest that was kept, or a fetched one. */
export async function someNode(line) {
  if (process.version.startsWith(`v${line}.`)) return process.execPath
  const kept = existsSync(cache)
    ? readdirSync(cache)
        .map((name) => name.replaceAll('-', '.'))
        .filter((version) => version.startsWith(`${line}.`))
    : []
  return fetchNode(kept.sort(byVersion).at(-1) ?? (await newestOf(line)))
}

function byVersion(one, other) {
  return one.localeCompare(other, 'en', { numeric: true })
}
