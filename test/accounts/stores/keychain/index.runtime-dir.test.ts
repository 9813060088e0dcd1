import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasKeyring } from '../../../helpers/keychain/keyring.ts'
import { useLinked } from '../../../helpers/program/linked.ts'

describe.runIf(hasKeyring())('without DBUS_SESSION_BUS_ADDRESS, as over SSH and in cron', () => {
  const at = useLinked({ store: 'keychain' })
  const without = (runtime: string) => ({
    env: { DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: runtime },
  })

  it('the bus is found in XDG_RUNTIME_DIR', async () => {
    const runtime = join(at.world.dir, 'runtime')
    mkdirSync(runtime, { mode: 0o700 })
    const [, socket = ''] = /unix:path=([^,]+)/.exec(at.keyring?.env.DBUS_SESSION_BUS_ADDRESS ?? '') ?? []
    symlinkSync(socket, join(runtime, 'bus'))
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/by-runtime-dir'], without(runtime))
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '/by-runtime-dir\n', stderr: '' })
  })

  it.skipIf(existsSync(`/run/user/${process.getuid?.()}/bus`))(
    'a folder without a bus is no session',
    async () => {
      const { code, stderr } = await at.world.run(['mkdir', '/none'], without(join(at.world.dir, 'nothing')))
      expect(code).toBe(5)
      expect(stderr).toContain('No D-Bus session is running for this user.')
    },
  )
})
