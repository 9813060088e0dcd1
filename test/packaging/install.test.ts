import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { startSandbox } from '../helpers/microsoft/sandbox.ts'
import { newWorld } from '../helpers/program/world.ts'
import { root } from './locked-packages.ts'

describe('od-link, installed from its package in an empty folder', () => {
  let dir: string
  let tarball: string
  let modules: string

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-install-'))
    modules = join(dir, 'node_modules')
    // Without scripts: they would rebuild dist while other tests use it.
    run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', dir], root)
    tarball = readdirSync(dir).find((name) => name.endsWith('.tgz')) ?? ''
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

  it('has no problem that publint reports', async () => {
    const { buffer } = new Uint8Array(readFileSync(join(dir, tarball)))
    const { messages } = await publint({ pack: { tarball: buffer }, strict: true })
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([])
  })

  it('runs: the version, and a tour of the main job', () => {
    const program = join(modules, '.bin', 'od-link')
    expect(run(program, ['--version'], dir)).toBe(`${manifest.version}\n`)
    expect(run(program, ['demo'], dir)).toContain('/Reports/2026/Été à Paris\n')
  })

  it.skipIf(process.platform === 'win32')('brings its manual page where man looks, when it is global', () => {
    const prefix = join(dir, 'global')
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund']
    run('npm', ['install', '--global', '--prefix', prefix, ...quiet, `./${tarball}`], dir)
    expect(readFileSync(join(prefix, 'share/man/man1/od-link.1'), 'utf8')).toMatch(/^\.TH OD\\-LINK 1 /m)
    expect(run(join(prefix, 'bin/od-link'), ['--version'], dir)).toBe(`${manifest.version}\n`)
  })

  it('has all that the process needs that reads a keychain back', () => {
    const reader = join(modules, 'od-link/dist/read-back.cjs')
    const env = { ...process.env, OD_LINK_CONFIG_DIR: join(dir, 'settings') }
    expect(run(process.execPath, [reader, 'file'], dir, env)).toBe('nothing\n')
  })

  it('links an account and makes a folder', async () => {
    const sandbox = await startSandbox()
    const world = newWorld(sandbox)
    const program = join(modules, '.bin', 'od-link')
    const env = { ...process.env, ...world.env }
    try {
      const linked = run(program, ['login', '--json'], dir, env).trimEnd().split('\n')
      expect(JSON.parse(linked.at(-1) ?? '')).toMatchObject({ event: 'linked' })
      expect(run(program, ['mkdir', '-p', '/Reports/2026'], dir, env)).toBe('/Reports/2026\n')
    } finally {
      world.remove()
      await sandbox.stop()
    }
  })
})

function run(command: string, args: string[], cwd: string, env = process.env): string {
  // On Windows npm and the programs in .bin are scripts that need a shell.
  const shell = process.platform === 'win32'
  const done = spawnSync(command, args, { cwd, env, shell, encoding: 'utf8' })
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
