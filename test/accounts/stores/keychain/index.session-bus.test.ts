import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keychainStore } from '../../../../src/accounts/stores/keychain/index.ts'
import { useOwnSettings } from '../../../helpers/program/own-settings.ts'

const own = useOwnSettings()

describe('the address of the session bus', () => {
  it.skipIf(existsSync(`/run/user/${process.getuid?.()}/bus`))('may be missing altogether', async () => {
    delete process.env.DBUS_SESSION_BUS_ADDRESS
    await expect(keychainStore({ platform: 'linux' })).rejects.toMatchObject({
      kind: 'keychain',
      message: 'There is no keychain here. No D-Bus session is running for this user.',
    })
  })

  it('that is no socket is told, and so is a session without a bus', async () => {
    process.env.DBUS_SESSION_BUS_ADDRESS = 'tcp:host=localhost,port=1'
    await expect(keychainStore({ platform: 'linux' })).rejects.toMatchObject({
      kind: 'keychain',
      message:
        'The keychain cannot be reached, because DBUS_SESSION_BUS_ADDRESS is not the address of a Unix socket.',
      hint: 'unset DBUS_SESSION_BUS_ADDRESS',
    })
    process.env.DBUS_SESSION_BUS_ADDRESS = `unix:path=${join(own.dir, 'no-bus')}`
    const store = await keychainStore({ platform: 'linux' })
    await expect(store.read('x')).rejects.toMatchObject({
      message: expect.stringContaining('no longer exists'),
    })
    delete process.env.DBUS_SESSION_BUS_ADDRESS
  })
})
