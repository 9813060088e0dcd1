import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { describe, expect, it, vi } from 'vitest'
import { detectEnvironment, tunnelCommand } from '../../src/signin/environment.ts'

describe('where od-link runs', () => {
  const here = (env: Record<string, string>, platform: NodeJS.Platform = 'linux', files: string[] = []) =>
    detectEnvironment(env, platform, (path) => files.includes(path))

  it('is reached by a user that is still to be filled in, where the system has no name for it', () => {
    vi.spyOn(os, 'userInfo').mockImplementation(() => {
      throw new Error('ENOENT')
    })
    syncBuiltinESMExports()
    try {
      expect(here({ SSH_TTY: 'x' }).ssh).toEqual({ user: 'USER', host: 'THIS-MACHINE', port: 22 })
    } finally {
      vi.restoreAllMocks()
      syncBuiltinESMExports()
    }
  })

  it('is reached from the person’s machine by a tunnel', () => {
    const tunnel = (SSH_CONNECTION: string) => {
      const { ssh } = here({ SSH_CONNECTION })
      return ssh && tunnelCommand({ ...ssh, user: 'ada' }, 5000)
    }
    expect(tunnel('10.0.0.9 1 10.0.0.5 22')).toBe('ssh -L 5000:localhost:5000 ada@10.0.0.5')
    expect(tunnel('10.0.0.9 1 fe80::2%eth0 2222')).toBe('ssh -L 5000:localhost:5000 ada@fe80::2%eth0 -p 2222')
    expect(tunnel('10.0.0.9 1 $(x) 22')).toBe('ssh -L 5000:localhost:5000 ada@THIS-MACHINE')
    expect(tunnel('10.0.0.9 1 x;y 22')).toBe('ssh -L 5000:localhost:5000 ada@THIS-MACHINE')
    expect(tunnel('10.0.0.9 1 10.0.0.5 odd')).toBe('ssh -L 5000:localhost:5000 ada@10.0.0.5')
    expect(here({ SSH_TTY: 'x' }).ssh).toMatchObject({
      host: 'THIS-MACHINE',
      port: 22,
      user: expect.stringMatching(/./),
    })
    expect(here({ WSL_INTEROP: 'x' }, 'win32').isWsl).toBe(false)
    expect(here({ BROWSER: 'C:\\x\\b.exe:other' }).browser?.command).toBe('C:\\x\\b.exe')
    expect(here({ OD_LINK_BROWSER: ' none\r' }).browser?.command).toBe('none')
    expect(here({ BROWSER: 'one:two' }).browser).toEqual({ command: 'one', variable: 'BROWSER' })
  })
})
