import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBus, socketOf } from '../../../../src/accounts/stores/keychain/dbus.ts'
import type { Value } from '../../../../src/accounts/stores/keychain/dbus-values.ts'
import { secretService } from '../../../../src/accounts/stores/keychain/secret-service.ts'
import { secretServiceProgram } from '../../../../src/accounts/stores/keychain/secret-service-program.ts'
import { hasKeyring, type Keyring, startKeyring } from '../../../helpers/keychain/keyring.ts'
import { itemsOf } from '../../../helpers/keychain/keyring-items.ts'
import { type SandboxProcess, startSandbox } from '../../../helpers/microsoft/sandbox.ts'
import { useOwnSettings } from '../../../helpers/program/own-settings.ts'
import { newWorld } from '../../../helpers/program/world.ts'
import { canUnshare } from '../../../helpers/system/real-part.ts'

useOwnSettings()

describe.runIf(hasKeyring())('a real gnome-keyring', () => {
  let keyring: Keyring
  let sandbox: SandboxProcess
  let socket: string

  beforeAll(async () => {
    ;[keyring, sandbox] = await Promise.all([startKeyring(), startSandbox()])
    socket = String(socketOf(keyring.env.DBUS_SESSION_BUS_ADDRESS))
  })
  afterAll(() => Promise.all([keyring?.stop(), sandbox?.stop()]))

  it('is known by its name', async () => {
    expect(await secretServiceProgram(socket)).toBe('gnome-keyring')
  })

  it('gives the newer of two items with the same attributes, and loses both', async () => {
    const service = secretService(socket, 'od-link twice', 3_000)
    await addItem(socket, 'older')
    // Its times are in seconds.
    await sleep(1_100)
    await addItem(socket, 'newer')
    expect(String(await service.get('a link'))).toBe('newer')
    await sleep(1_100)
    await service.set('a link', Buffer.from('renewed'))
    expect(String(await service.get('a link'))).toBe('renewed')
    await service.delete('a link')
    expect(await service.get('a link')).toBeUndefined()
    expect(itemsOf(keyring)).toEqual([])
  })

  // Containers without root (podman, flatpak, bubblewrap): the user ID inside is not the one that the bus sees.
  it.each(
    [[['-Ur']], [['-U', '--map-user=1234', '--map-group=1234']]].filter(([flags = []]) =>
      canUnshare(flags, 'a user namespace'),
    ),
  )('is reached from a user namespace: unshare %j', async (flags) => {
    const world = newWorld(sandbox, keyring)
    const through = ['unshare', ...flags]
    try {
      const { code, stderr } = await world.run(['login'], { through })
      expect(code, stderr).toBe(0)
      expect(itemsOf(keyring)).toHaveLength(1)
      expect(await world.run(['mkdir', `/from ${flags.join(' ')}`], { through })).toMatchObject({
        code: 0,
        stderr: '',
      })
      expect(await world.run(['logout'], { through })).toMatchObject({ code: 0 })
      expect(itemsOf(keyring)).toEqual([])
    } finally {
      world.remove()
    }
  })
})

/** Adds an item beside others with the same attributes, as another program may. */
async function addItem(socket: string, text: string): Promise<void> {
  await openBus(socket, 3_000, async (bus) => {
    const to = { destination: 'org.freedesktop.secrets', path: '/org/freedesktop/secrets' }
    const service = 'org.freedesktop.Secret.Service'
    const plain: Value[] = ['plain', { type: 's', value: '' }]
    const opened = await bus.call({
      ...to,
      interface: service,
      member: 'OpenSession',
      signature: 'sv',
      body: plain,
    })
    const attributes = [
      ['service', 'od-link twice'],
      ['username', 'a link'],
    ]
    const properties: Value = [
      ['org.freedesktop.Secret.Item.Label', { type: 's', value: text }],
      ['org.freedesktop.Secret.Item.Attributes', { type: 'a{ss}', value: attributes }],
    ]
    const secret: Value = [opened[1] as string, Buffer.alloc(0), Buffer.from(text), 'text/plain']
    await bus.call({
      ...to,
      path: '/org/freedesktop/secrets/collection/login',
      interface: 'org.freedesktop.Secret.Collection',
      member: 'CreateItem',
      signature: 'a{sv}(oayays)b',
      body: [properties, secret, false],
    })
  })
}
