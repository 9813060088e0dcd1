import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { detectEnvironment, tunnelCommand } from '../../src/signin/environment.ts'
import { chooseMethod } from '../../src/signin/methods.ts'
import { spyBrowser } from '../helpers/browser/spy-browser.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { newWorld, type World } from '../helpers/program/world.ts'

const asked = { device: false, noBrowser: false }
const ssh = { SSH_CONNECTION: '10.0.0.9 51234 10.0.0.5 22', SSH_TTY: '/dev/pts/3' }
const code = { VSCODE_IPC_HOOK_CLI: '/tmp/vscode-ipc-1.sock', TERM_PROGRAM: 'vscode' }
const helper = { BROWSER: '/vscode/bin/helpers/browser.sh' }
const wsl = { WSL_DISTRO_NAME: 'Debian', WSL_INTEROP: '/run/WSL/1_interop' }

type Case = [
  where: string,
  env: Record<string, string>,
  platform: NodeJS.Platform,
  files: string[],
  way: string,
]

const cases: Case[] = [
  ['a desktop', { DISPLAY: ':0' }, 'linux', [], 'browser: this machine has a display'],
  ['a Wayland desktop', { WAYLAND_DISPLAY: 'w-0' }, 'linux', [], 'browser: this machine has a display'],
  ['macOS', {}, 'darwin', [], 'browser: this machine has a display'],
  ['Windows', {}, 'win32', [], 'browser: this machine has a display'],
  ['WSL, which has that of Windows', wsl, 'linux', [], 'browser: this machine has a display'],
  ['a server', {}, 'linux', [], 'url: this machine has no display'],
  ['SSH', ssh, 'linux', [], 'url: this is an SSH session'],
  [
    'SSH with a forwarded display, which is slow and no browser of one’s own',
    { ...ssh, DISPLAY: 'localhost:10.0' },
    'linux',
    [],
    'url: this is an SSH session',
  ],
  ['SSH to macOS', ssh, 'darwin', [], 'url: this is an SSH session'],
  ['SSH to Windows', ssh, 'win32', [], 'url: this is an SSH session'],
  ['SSH without its connection', { SSH_TTY: '/dev/pts/1' }, 'linux', [], 'url: this is an SSH session'],
  ['Docker', {}, 'linux', ['/.dockerenv'], 'url: this is a container'],
  ['Podman', {}, 'linux', ['/run/.containerenv'], 'url: this is a container'],
  ['Kubernetes', { KUBERNETES_SERVICE_HOST: '10.0.0.1' }, 'linux', [], 'url: this is a container'],
  [
    'a remote window of VS Code',
    { ...ssh, ...code, ...helper },
    'linux',
    [],
    'browser: BROWSER opens it from a remote window of VS Code',
  ],
  [
    'a remote window of VS Code whose helper is missing',
    code,
    'linux',
    [],
    'url: this is a remote window of VS Code',
  ],
  [
    'a codespace',
    { CODESPACES: 'true', ...code, ...helper },
    'linux',
    ['/.dockerenv'],
    'browser: BROWSER opens it from a codespace',
  ],
  [
    'a dev container',
    { REMOTE_CONTAINERS: 'true', ...helper },
    'linux',
    ['/.dockerenv'],
    'browser: BROWSER opens it from a dev container',
  ],
  [
    'a browser of one’s own choice',
    { ...ssh, OD_LINK_BROWSER: 'lynx' },
    'linux',
    [],
    'browser: OD_LINK_BROWSER names one',
  ],
  [
    'none by choice',
    { DISPLAY: ':0', OD_LINK_BROWSER: 'none' },
    'linux',
    [],
    'url: OD_LINK_BROWSER is "none"',
  ],
  ['none by BROWSER', { DISPLAY: ':0', BROWSER: 'none' }, 'linux', [], 'url: BROWSER is "none"'],
]

const wayOf = (here: ReturnType<typeof detectEnvironment>, wishes = asked) => {
  const { name, because } = chooseMethod(here, wishes)
  return `${name}: ${because}`
}

describe('the way in', () => {
  it.each(cases)('on %s fits', (_, env, platform, files, way) => {
    expect(wayOf(detectEnvironment(env, platform, (path) => files.includes(path)))).toBe(way)
  })

  it('is the one that was asked for, wherever', () => {
    const desktop = detectEnvironment({ DISPLAY: ':0', OD_LINK_BROWSER: 'firefox' }, 'linux', () => false)
    expect(wayOf(desktop, { ...asked, noBrowser: true })).toBe('url: you asked for no browser')
    expect(wayOf(desktop, { ...asked, device: true })).toBe('device-code: you asked for it')
  })

  it('takes a path of Windows in BROWSER whole, and the first of a list', () => {
    const command = (BROWSER: string) => detectEnvironment({ BROWSER }, 'linux', () => false).browser?.command
    expect(command('C:\\Programs\\browser.exe')).toBe('C:\\Programs\\browser.exe')
    expect(command('firefox:chromium')).toBe('firefox')
  })
})

describe('the tunnel', () => {
  it.each([
    ['10.0.0.9 51234 10.0.0.5 22', '@10.0.0.5'],
    ['10.0.0.9 51234 10.0.0.5 2222', '@10.0.0.5 -p 2222'],
    ['2001:db8::9 51234 2001:db8::5 22', '@2001:db8::5'],
    ['fe80::1%eth0 51234 fe80::2%eth0 22', '@fe80::2%eth0'],
    ['10.0.0.9 51234 $(touch /prey);x 22', '@THIS-MACHINE'],
  ])('of the connection %s leads to that host', (SSH_CONNECTION, end) => {
    const session = detectEnvironment({ SSH_CONNECTION }, 'linux', () => false).ssh
    const command = session && tunnelCommand(session, 5000)
    expect(command).toBe(`ssh -L 5000:localhost:5000 ${userInfo().username}${end}`)
  })
})

describe('od-link login', () => {
  let sandbox: SandboxProcess
  let world: World

  beforeAll(async () => {
    sandbox = await startSandbox()
  })
  afterAll(() => sandbox?.stop())
  beforeEach(() => {
    world = newWorld(sandbox, undefined, { OD_LINK_BROWSER: '' })
  })
  afterEach(() => world.remove())

  it('over SSH opens no browser, and fills in the tunnel that would reach its port', async () => {
    const spy = spyBrowser(world.dir, 'xdg-open')
    const env = { ...ssh, DISPLAY: ':0', PATH: `${world.dir}:/usr/bin:/bin` }
    const login = world.start(['login'], { env })
    const [address] = await login.seen(/http:\/\/\S+authorize\S+/)
    const { port } = new URL(new URL(address).searchParams.get('redirect_uri') ?? '')
    await login.seen(/Waiting/)
    expect(login.output()).toContain('This is an SSH session, so no browser is opened here.')
    expect(login.output()).toContain(`  ssh -L ${port}:localhost:${port} ${userInfo().username}@10.0.0.5\n`)
    expect(spy.opened()).toBe(false)
    await (await fetch(address)).text()
    expect((await login.ended).code).toBe(0)
  })

  it('with a display opens the system’s browser, at a local address that leads to the printed one', async () => {
    const spy = spyBrowser(world.dir, 'xdg-open')
    const env = { DISPLAY: ':0', PATH: `${world.dir}:/usr/bin:/bin` }
    const { code, stderr } = await world.run(['login'], { env })
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('Opening your browser to sign in…'),
    })
    const [printed = ''] = /http:\/\/\S+authorize\S+/.exec(stderr) ?? []
    const redirectUri = new URL(printed).searchParams.get('redirect_uri')
    expect(spy.seen().args).toEqual([expect.stringMatching(new RegExp(`^${redirectUri}/start/[\\w-]{22}$`))])
  })

  it('says why no browser was opened when the system has none, and waits for the address by hand', async () => {
    writeFileSync(join(world.dir, 'xdg-open'), '#!/bin/sh\nexit 3\n')
    chmodSync(join(world.dir, 'xdg-open'), 0o755)
    const login = world.start(['login'], { env: { DISPLAY: ':0', PATH: `${world.dir}:/usr/bin:/bin` } })
    const [address] = await login.seen(/http:\/\/\S+authorize\S+/)
    await login.seen(/Couldn't open a browser: xdg-open failed \(exit code 3\)\. Open the URL yourself/)
    await (await fetch(address)).text()
    expect((await login.ended).code).toBe(0)
  })

  it('from WSL opens the browser of Windows', async () => {
    const root = join(world.dir, 'drives')
    const powershell = join(root, 'c/Windows/System32/WindowsPowerShell/v1.0')
    mkdirSync(powershell, { recursive: true })
    const spy = spyBrowser(powershell, 'powershell.exe')
    const preload = join(world.dir, 'looks-like-wsl.cjs')
    writeFileSync(
      preload,
      `const fs = require('node:fs')
      require('node:os').release = () => '5.15.167.4-microsoft-standard-WSL2'
      const hidden = ['/.dockerenv', '/run/.containerenv', '/proc/self/cgroup', '/proc/self/mountinfo']
      const absent = () => { throw Object.assign(new Error('absent'), { code: 'ENOENT' }) }
      for (const name of ['statSync', 'readFileSync']) {
        const real = fs[name]
        fs[name] = (path, ...more) => (hidden.includes(path) ? absent() : real(path, ...more))
      }
      const { access, readFile } = fs.promises
      fs.promises.access = async (path, mode) => (path === '/etc/wsl.conf' ? undefined : access(path, mode))
      fs.promises.readFile = async (path, ...more) =>
        path === '/etc/wsl.conf' ? '[automount]\\nroot = ${root}' : readFile(path, ...more)`,
    )
    const env = { ...wsl, NODE_OPTIONS: `--require=${preload}` }
    const login = world.start(['login'], { env })
    const [address] = await login.seen(/http:\/\/\S+authorize\S+/)
    for (let wait = 0; !spy.opened() && wait < 200; wait += 1) await sleep(50)
    const command = Buffer.from(spy.seen().args.at(-1) ?? '', 'base64').toString('utf16le')
    expect(command).toContain(`Start '${address}'`)
    await (await fetch(address)).text()
    expect((await login.ended).code).toBe(0)
  })

  it('suggests the other ways after 20 silent seconds', async () => {
    const login = world.start(['login'], { env: { OD_LINK_BROWSER: 'true' } })
    // It saves nothing before it works, so it can only be started anew.
    const setup = world.start(['setup', '--client-id', sandbox.clientId], {
      env: { OD_LINK_BROWSER: 'true' },
    })
    const started = Date.now()
    const [address] = await login.seen(/http:\/\/\S+authorize\S+/)
    await login.seen(
      /browser has started[\s\S]*Nothing has come back yet[\s\S]*Need admin approval[\s\S]*od-link login --scope Files\.ReadWrite\n[\s\S]*od-link login --device/,
    )
    expect(Date.now() - started).toBeGreaterThan(15_000)
    const [, again = ''] = await setup.seen(/^ {2}(od-link .*--scope.*)$/m)
    setup.child.kill()
    expect(again).toMatch(/^od-link setup --client-id \S+ .*--scope Files\.ReadWrite$/)
    await (await fetch(address)).text()
    expect((await login.ended).code).toBe(0)
  })
})
