import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('od-link, installed from its package in an empty folder', () => {
  let dir: string
  let modules: string

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-install-'))
    modules = join(dir, 'node_modules')
    // The scripts are left out: they would build dist anew under the feet of the other tests.
    run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', dir], root)
    const [tarball] = readdirSync(dir).filter((name) => name.endsWith('.tgz'))
    writeFileSync(join(dir, 'package.json'), '{ "private": true }')
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `./${tarball}`], dir)
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  it('brings at most 20 packages, 10 MB, and no install script', () => {
    const packages = installedPackages(modules)
    expect(packages.length).toBeLessThanOrEqual(20)
    expect(sizeOf(modules)).toBeLessThan(10 * 1024 * 1024)
    for (const path of packages) {
      const { scripts = {} } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
      expect(
        Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name)),
        path,
      ).toEqual([])
    }
  })

  it('runs: the version, and a tour of the main job', () => {
    const program = join(modules, '.bin', 'od-link')
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(run(program, ['--version'], dir)).toBe(`${version}\n`)
    expect(run(program, ['demo'], dir)).toContain('/Reports/2026/Été à Paris\n')
  })

  it('holds the licences of what was bundled into it', () => {
    const licences = readFileSync(join(modules, 'od-link', 'dist', 'THIRD-PARTY-LICENSES.txt'), 'utf8')
    for (const name of ['oauth4webapi', 'conf', 'open', 'https-proxy-agent'])
      expect(licences).toContain(`${name} `)
  })
})

function run(command: string, args: string[], cwd: string): string {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(' ')}:\n${done.stdout}${done.stderr}${done.error ?? ''}`)
  return done.stdout
}

function installedPackages(folder: string): string[] {
  const direct = readdirSync(folder).filter((name) => !name.startsWith('.'))
  const folders = direct.flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(join(folder, name)).map((inner) => join(folder, name, inner))
      : [join(folder, name)],
  )
  return folders.flatMap((path) => {
    const inner = join(path, 'node_modules')
    return [path, ...(existsSync(inner) ? installedPackages(inner) : [])]
  })
}

function sizeOf(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}
