import { describe, expect, it } from 'vitest'
import { detectEnvironment } from '../../src/signin/environment.ts'
import { chooseMethod } from '../../src/signin/methods.ts'

describe('the way that fits', () => {
  const here = (env: Record<string, string>, platform: NodeJS.Platform = 'linux', files: string[] = []) =>
    detectEnvironment(env, platform, (path) => files.includes(path))

  const way = (...given: Parameters<typeof here>) => {
    const { name, because } = chooseMethod(here(...given), { device: false, noBrowser: false })
    return `${name}: ${because}`
  }

  it.each([
    [{ DISPLAY: ':0' }, 'linux', [], 'browser: this machine has a display'],
    [{ WAYLAND_DISPLAY: 'w' }, 'linux', [], 'browser: this machine has a display'],
    [{}, 'darwin', [], 'browser: this machine has a display'],
    [{}, 'win32', [], 'browser: this machine has a display'],
    [{ WSL_DISTRO_NAME: 'x' }, 'linux', [], 'browser: this machine has a display'],
    [{ WSL_INTEROP: 'x' }, 'linux', [], 'browser: this machine has a display'],
    [{}, 'linux', [], 'url: this machine has no display'],
    [{ SSH_TTY: 'x', DISPLAY: ':0' }, 'linux', [], 'url: this is an SSH session'],
    [{ SSH_CONNECTION: 'a 1 b 2' }, 'darwin', [], 'url: this is an SSH session'],
    [{}, 'linux', ['/.dockerenv'], 'url: this is a container'],
    [{}, 'linux', ['/run/.containerenv'], 'url: this is a container'],
    [{ container: 'lxc' }, 'linux', [], 'url: this is a container'],
    [{ KUBERNETES_SERVICE_HOST: 'x' }, 'linux', [], 'url: this is a container'],
    [{ DISPLAY: ':0' }, 'linux', ['/.dockerenv'], 'browser: this machine has a display'],
    [{ CODESPACES: 'true', BROWSER: 'b' }, 'linux', [], 'browser: BROWSER opens it from a codespace'],
    [{ CODESPACES: 'false' }, 'linux', [], 'url: this machine has no display'],
    [{ REMOTE_CONTAINERS: '1' }, 'linux', [], 'url: this is a dev container'],
    [{ REMOTE_CONTAINERS_IPC: '1' }, 'linux', [], 'url: this is a dev container'],
    [{ DEVCONTAINER: '1' }, 'linux', [], 'url: this is a dev container'],
    [
      { VSCODE_IPC_HOOK_CLI: '1', BROWSER: 'b' },
      'linux',
      [],
      'browser: BROWSER opens it from a remote window of VS Code',
    ],
    [
      { OD_LINK_BROWSER: 'lynx', BROWSER: 'b', SSH_TTY: 'x' },
      'linux',
      [],
      'browser: OD_LINK_BROWSER names one',
    ],
    [{ BROWSER: 'b', container: 'x' }, 'linux', [], 'browser: BROWSER names one'],
    [{ BROWSER: 'none', DISPLAY: ':0' }, 'linux', [], 'url: BROWSER is "none"'],
    [{ BROWSER: '', DISPLAY: ':0' }, 'linux', [], 'browser: this machine has a display'],
  ] as const)('%j %s %j: %s', (env, platform, files, expected) => {
    expect(way(env, platform, [...files])).toBe(expected)
  })

  it('counts for less than what was asked for', () => {
    const desktop = here({ DISPLAY: ':0', BROWSER: 'b' })
    expect(chooseMethod(desktop, { device: true, noBrowser: true })).toEqual({
      name: 'device-code',
      because: 'you asked for it',
      notice: 'Signing in with a device code.',
    })
    expect(chooseMethod(desktop, { device: false, noBrowser: true })).toEqual({
      name: 'url',
      because: 'you asked for no browser',
      notice: 'No browser is opened, as you asked.',
    })
  })

  it.each([
    [{ DISPLAY: ':0' }, 'Opening your browser to sign in…'],
    [{ OD_LINK_BROWSER: 'lynx' }, 'Opening the browser set in OD_LINK_BROWSER…'],
    [
      { CODESPACES: 'true', BROWSER: 'b' },
      'Opening your browser from a codespace, with the command in BROWSER…',
    ],
    [{ SSH_TTY: 'x' }, 'This is an SSH session, so no browser is opened here.'],
    [{ container: 'lxc' }, 'This is a container, so no browser is opened here.'],
    [{}, 'This machine has no display, so no browser is opened here.'],
    [{ BROWSER: 'none' }, 'BROWSER is "none", so no browser is opened here.'],
  ])('is announced, with %j: %s', (env, notice) => {
    expect(chooseMethod(here(env), { device: false, noBrowser: false }).notice).toBe(notice)
  })
})
