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
    [{ DISPLAY: ':0' }, 'linux', [], 'the browser: this machine has a display'],
    [{ WAYLAND_DISPLAY: 'w' }, 'linux', [], 'the browser: this machine has a display'],
    [{}, 'darwin', [], 'the browser: this machine has a display'],
    [{}, 'win32', [], 'the browser: this machine has a display'],
    [{ WSL_DISTRO_NAME: 'x' }, 'linux', [], 'the browser: this machine has a display'],
    [{ WSL_INTEROP: 'x' }, 'linux', [], 'the browser: this machine has a display'],
    [{}, 'linux', [], 'an address to open: there is no display'],
    [{ SSH_TTY: 'x', DISPLAY: ':0' }, 'linux', [], 'an address to open: this is an SSH session'],
    [{ SSH_CONNECTION: 'a 1 b 2' }, 'darwin', [], 'an address to open: this is an SSH session'],
    [{}, 'linux', ['/.dockerenv'], 'an address to open: this is a container'],
    [{}, 'linux', ['/run/.containerenv'], 'an address to open: this is a container'],
    [{ container: 'lxc' }, 'linux', [], 'an address to open: this is a container'],
    [{ KUBERNETES_SERVICE_HOST: 'x' }, 'linux', [], 'an address to open: this is a container'],
    [{ DISPLAY: ':0' }, 'linux', ['/.dockerenv'], 'the browser: this machine has a display'],
    [{ CODESPACES: 'true', BROWSER: 'b' }, 'linux', [], 'the browser: BROWSER opens it from a codespace'],
    [{ CODESPACES: 'false' }, 'linux', [], 'an address to open: there is no display'],
    [{ REMOTE_CONTAINERS: '1' }, 'linux', [], 'an address to open: this is a dev container'],
    [{ REMOTE_CONTAINERS_IPC: '1' }, 'linux', [], 'an address to open: this is a dev container'],
    [{ DEVCONTAINER: '1' }, 'linux', [], 'an address to open: this is a dev container'],
    [
      { VSCODE_IPC_HOOK_CLI: '1', BROWSER: 'b' },
      'linux',
      [],
      'the browser: BROWSER opens it from a remote window of VS Code',
    ],
    [
      { OD_LINK_BROWSER: 'lynx', BROWSER: 'b', SSH_TTY: 'x' },
      'linux',
      [],
      'the browser: OD_LINK_BROWSER names one',
    ],
    [{ BROWSER: 'b', container: 'x' }, 'linux', [], 'the browser: BROWSER names one'],
    [{ BROWSER: 'none', DISPLAY: ':0' }, 'linux', [], 'an address to open: BROWSER is "none"'],
    [{ BROWSER: '', DISPLAY: ':0' }, 'linux', [], 'the browser: this machine has a display'],
  ] as const)('%j %s %j: %s', (env, platform, files, expected) => {
    expect(way(env, platform, [...files])).toBe(expected)
  })

  it('counts for less than what was asked for', () => {
    const desktop = here({ DISPLAY: ':0', BROWSER: 'b' })
    expect(chooseMethod(desktop, { device: true, noBrowser: true })).toEqual({
      name: 'a code',
      because: 'you asked for it',
    })
    expect(chooseMethod(desktop, { device: false, noBrowser: true })).toEqual({
      name: 'an address to open',
      because: 'you asked for no browser',
    })
  })
})
