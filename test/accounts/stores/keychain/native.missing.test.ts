import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useLinked } from '../../../helpers/program/linked.ts'

describe('where the native keychain module does not load', () => {
  const at = useLinked()

  async function withoutModule(args: string[], env: NodeJS.ProcessEnv = {}) {
    const preload = join(at.world.dir, 'no-keyring.cjs')
    writeFileSync(
      preload,
      `const Module = require('node:module')
const load = Module._load
Module._load = (name, ...rest) => {
  if (name.includes('keyring')) throw new Error('cannot open shared object file: libdbus')
  return load(name, ...rest)
}`,
    )
    return at.world.run(args, { env: { NODE_OPTIONS: `--require=${preload}`, ...env } })
  }

  it('help and version work', async () => {
    expect((await withoutModule(['--help'])).code).toBe(0)
    expect((await withoutModule(['mkdir', '--help'])).code).toBe(0)
    expect((await withoutModule(['--version'])).code).toBe(0)
  })

  it('links in files work', async () => {
    const { code, stdout } = await withoutModule(['mkdir', '/', 'without'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/without\n' })
  })

  it('a keychain that cannot be reached is exit 5, without a stack trace', async () => {
    const env = { OD_LINK_STORE: 'keychain', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus' }
    const { code, stdout, stderr } = await withoutModule(['login'], env)
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(stderr).toMatch(/keychain/)
    expect(stderr).not.toMatch(/ at .*:\d+|libdbus/)
  })
})
