import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { SandboxProcess } from '../helpers/microsoft/sandbox.ts'
import { newWorld } from '../helpers/program/world.ts'
import { startLocalRegistry } from './local-registry.ts'
import { root } from './locked-packages.ts'

/** A way in which people install a package. */
export interface Installer {
  name: string
  /**
   * Installs od-link in an empty folder.
   * @param registry the URL of one that has od-link.
   * @returns the command line that runs it there.
   */
  install: (dir: string, tarball: string, registry: string) => string[] | Promise<string[]>
  /** Where manual pages are then. */
  pages?: (dir: string) => string
}

const isWindows = process.platform === 'win32'
const quiet = ['--no-audit', '--no-fund']

function npmGlobal(...flags: string[]): Pick<Installer, 'install' | 'pages'> {
  const prefix = (dir: string) => join(dir, 'prefix')
  return {
    async install(dir, tarball) {
      await runIn(dir, ['npm', 'install', '--global', '--prefix', prefix(dir), ...quiet, ...flags, tarball])
      return [isWindows ? join(prefix(dir), 'od-link.cmd') : join(prefix(dir), 'bin', 'od-link')]
    },
    pages: (dir) => join(prefix(dir), 'share', 'man'),
  }
}

/** Installs into a project. @param command for the tarball, which comes last. */
function inProject(
  command: (dir: string) => string[],
  run: (dir: string) => string[] = (dir) => [join(dir, 'node_modules', '.bin', 'od-link')],
): Pick<Installer, 'install'> {
  return {
    async install(dir, tarball) {
      writeFileSync(join(dir, 'package.json'), '{ "name": "project", "private": true }')
      await runIn(dir, [...command(dir), tarball])
      return run(dir)
    },
  }
}

const npx = (...words: string[]) => ['npx', '-y', ...words]
const program = (dir: string) => join(dir, 'node_modules', 'od-link', 'bin', 'od-link.js')

/** With the releases that people use, from the registry. */
export const installers: Installer[] = [
  { name: 'npm, globally', ...npmGlobal() },
  { name: 'npm, globally, without scripts', ...npmGlobal('--ignore-scripts') },
  {
    name: 'npm without optional packages',
    ...inProject(() => ['npm', 'install', ...quiet, '--omit=optional']),
  },
  { name: 'npx', install: (_, tarball) => npx('--package', tarball, '--', 'od-link') },
  { name: 'pnpm', ...inProject((dir) => npx('pnpm@9', 'add', '--store-dir', join(dir, 'store'))) },
  { name: 'yarn 1', ...inProject((dir) => npx('yarn@1.22', 'add', '--cache-folder', join(dir, 'cache'))) },
  {
    name: "yarn with Plug'n'Play",
    async install(dir, tarball) {
      writeFileSync(join(dir, 'package.json'), '{ "name": "project", "private": true }')
      writeFileSync(join(dir, 'yarn.lock'), '')
      const settings = ['nodeLinker: pnp', 'enableTelemetry: false', 'enableGlobalCache: false']
      writeFileSync(join(dir, '.yarnrc.yml'), settings.join('\n'))
      const yarn = npx('@yarnpkg/cli-dist@4')
      await runIn(dir, [...yarn, 'add', `od-link@file:${tarball}`])
      return [...yarn, 'od-link']
    },
  },
  { name: 'bun', ...inProject(() => npx('bun@1', 'add')) },
  {
    name: 'bun, which also runs it',
    ...inProject(
      () => npx('bun@1', 'add'),
      (dir) => npx('bun@1', '--bun', program(dir)),
    ),
  },
  {
    name: 'npm, and deno runs it',
    ...inProject(
      () => ['npm', 'install', ...quiet],
      (dir) => npx('deno@2', 'run', '--allow-all', program(dir)),
    ),
  },
  {
    name: 'deno, globally',
    async install(dir, _, registry) {
      const flags = ['--global', '--allow-all', '--root', join(dir, 'root')]
      await runIn(dir, deno(dir, registry, 'deno', 'install', ...flags, 'npm:od-link'))
      return deno(dir, registry, join(dir, 'root', 'bin', 'od-link'))
    },
  },
  {
    name: 'deno, without installing',
    install: (dir, _, registry) => deno(dir, registry, 'deno', 'run', '--allow-all', 'npm:od-link'),
  },
]

/** A command line with deno on the PATH, which installs from a registry only, into a cache of its own. */
function deno(dir: string, registry: string, ...words: string[]): string[] {
  const variables = [`NPM_CONFIG_REGISTRY=${registry}`, `DENO_DIR=${join(dir, 'cache')}`]
  return npx('--package', 'deno@2', '--', 'env', ...variables, ...words)
}

/** Packs the built od-link. @returns the path of the tarball. */
export async function pack(dir: string): Promise<string> {
  // Without scripts: they would rebuild dist while other tests use it.
  await runIn(root, ['npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', dir])
  return join(dir, readdirSync(dir).find((name) => name.endsWith('.tgz')) ?? '')
}

/**
 * Installs od-link, and uses it: a login, folders with a renewal between them, the manual page, a logout.
 * @throws for what does not work.
 */
export async function tryInstaller(
  { install, pages }: Installer,
  tarball: string,
  sandbox: SandboxProcess,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-installed-'))
  const world = newWorld(sandbox)
  const registry = await startLocalRegistry(tarball)
  try {
    const command = await install(dir, tarball, registry.url)
    // The homes of package managers are those of this machine, where their caches are.
    const env = { ...process.env, ...world.env, HOME: process.env.HOME }
    const odLink = (...args: string[]) => runIn(dir, [...command, ...args], env)
    const top = `/Installed/${Math.random()}`
    expectIn(await odLink('--version'), /^\d+\.\d+\.\d+/)
    expectIn(await odLink('login', '--json'), /"event":"linked"/)
    expectIn(await odLink('mkdir', '-p', `${top}/first`), new RegExp(`^${top}/first$`, 'm'))
    await sandbox.control('POST', 'expire')
    expectIn(await odLink('mkdir', `${top}/second`), new RegExp(`^${top}/second$`, 'm'))
    expectIn(await odLink('status', '--check', '--json'), /"works":true/)
    if (pages && !isWindows) expectIn(pageIn(pages(dir)), /od-link/)
    await odLink('logout', '--all')
  } finally {
    await registry.stop()
    world.remove()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** The manual page, as `man` finds it where that is installed. */
function pageIn(pages: string): string {
  const found = spawnSync('man', ['-w', 'od-link'], {
    env: { ...process.env, MANPATH: pages },
    encoding: 'utf8',
  })
  const path = join(pages, 'man1', 'od-link.1')
  if (!existsSync(path)) throw new Error(`there is no page in ${pages}`)
  if (!found.error && found.status !== 0) throw new Error(`man does not find the page: ${found.stderr}`)
  return readFileSync(path, 'utf8')
}

function expectIn(text: string, pattern: RegExp): void {
  if (!pattern.test(text)) throw new Error(`no ${pattern} in:\n${text}`)
}

/** @returns stdout. */
async function runIn(cwd: string, [command = '', ...args]: string[], env = process.env): Promise<string> {
  mkdirSync(cwd, { recursive: true })
  // On Windows npm and the programs in .bin are scripts that need a shell.
  const options = { cwd, env, shell: isWindows, timeout: 300_000, maxBuffer: 100_000_000 }
  try {
    const running = promisify(execFile)(command, args, options)
    running.child.stdin?.end()
    return (await running).stdout
  } catch (error) {
    const { stdout, stderr, message } = error as Error & { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')}:\n${stdout}${stderr}${message}`)
  }
}
