import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BusError, openBus, socketOf } from '../../../../src/accounts/stores/keychain/dbus.ts'
import type { Variant } from '../../../../src/accounts/stores/keychain/dbus-values.ts'
import { encodeMessage, field, messageType } from '../../../helpers/keychain/dbus-messages.ts'
import { type FakeBus, startFakeBus } from '../../../helpers/keychain/fake-bus.ts'
import { useOwnSettings } from '../../../helpers/program/own-settings.ts'

useOwnSettings()
let bus: FakeBus
beforeEach(async () => {
  bus = await startFakeBus()
})
afterEach(() => bus.stop())

describe('a call on the session bus', () => {
  const target = { destination: 'org.example.It', path: '/it', interface: 'org.example.It', member: 'Ask' }
  const ask = (change: object = {}, limitMs = 2_000) =>
    openBus(bus.socket, limitMs, ({ call }) => call({ ...target, ...change }))
  const failing = (name: string, message: RegExp | string): Partial<BusError> =>
    expect.objectContaining({ name, message: expect.stringMatching(message) })

  it('brings what the other side answers', async () => {
    bus.answers.Ask = ([text]) => ['su', [`${text}!`, 7]]
    expect(await ask({ signature: 's', body: ['hello'] })).toEqual(['hello!', 7])
    expect(bus.calls).toEqual([{ member: 'Ask', path: '/it', body: ['hello'] }])
  })

  it('is not mixed up with others, and may be answered piece by piece', async () => {
    bus.pieces = 7
    bus.answers.Ask = (body) => ['s', body]
    const both = openBus(bus.socket, 2_000, ({ call }) =>
      Promise.all(['one', 'two', 'three'].map((text) => call({ ...target, signature: 's', body: [text] }))),
    )
    expect(await both).toEqual([['one'], ['two'], ['three']])
  })

  it('tells why it is refused', async () => {
    bus.answers.Ask = () => ({ error: 'org.freedesktop.DBus.Error.ServiceUnknown', text: 'Nobody is there.' })
    await expect(ask()).rejects.toEqual(
      failing('org.freedesktop.DBus.Error.ServiceUnknown', /^Nobody is there\.$/),
    )
    bus.answers.Ask = () => ({ error: 'org.example.No' })
    await expect(ask()).rejects.toEqual(failing('org.example.No', /^no reason given$/))
  })

  it('is not waited for without end', async () => {
    await expect(ask({}, 80)).rejects.toEqual(failing('timeout', /^no reply to Ask$/))
  })

  it('ends when the bus ends', async () => {
    bus.answers.Ask = () => {
      bus.hangUp()
      return undefined
    }
    await expect(ask()).rejects.toEqual(failing('closed', /^the D-Bus session has ended$/))
  })

  it('fails at once where the bus has ended before', async () => {
    bus.answers.Ask = () => {
      bus.hangUp()
      return undefined
    }
    const twice = openBus(bus.socket, 60_000, async ({ call }) => {
      await call(target).catch(() => {})
      return call(target)
    })
    await expect(twice).rejects.toEqual(failing('closed', /^the D-Bus session has ended$/))
  })

  it.each([
    ['refuses this user', 'REJECTED EXTERNAL\r\n', 'refused', /^the D-Bus session refuses this user$/],
    ['says nothing', '', 'timeout', /^the D-Bus session does not reply$/],
    ['says half a word', 'OK 12', 'timeout', /^the D-Bus session does not reply$/],
  ])('fails where the bus %s', async (_, welcome, name, message) => {
    bus.welcome = welcome
    await expect(ask({}, 80)).rejects.toEqual(failing(name, message))
  })

  it('fails where there is no bus', async () => {
    const nowhere = openBus(`${bus.socket}-not`, 2_000, ({ call }) => call(target))
    await expect(nowhere).rejects.toEqual(failing('ENOENT', 'ENOENT'))
  })

  it('does not believe a message that is too large, or makes no sense', async () => {
    bus.answers.Ask = () => {
      const bytes = Buffer.alloc(16)
      bytes.write('l\u0002\u0000\u0001')
      bytes.writeUInt32LE(2 * 1024 * 1024, 4)
      return bytes
    }
    await expect(ask()).rejects.toEqual(failing('oversized', /^a D-Bus message is too large$/))
    bus.answers.Ask = () =>
      Buffer.concat([
        Buffer.from('l\u0002\u0000\u0001'),
        Buffer.alloc(8),
        Buffer.from([9, 0, 0, 0]),
        Buffer.alloc(40, 255),
      ])
    await expect(ask()).rejects.toThrow()
  })

  it('brings what the work throws, and closes the bus', async () => {
    bus.answers.Ask = () => ['', []]
    const work = openBus(bus.socket, 2_000, async ({ call }) => {
      await call(target)
      throw new Error('tired')
    })
    await expect(work).rejects.toThrow('tired')
    await expect.poll(() => bus.connections()).toBe(0)
  })

  it('may be answered by the other kind of machine', async () => {
    const reply = '42020001 00000000 00000001 00000008 05017500 00000002'
    bus.answers.Ask = () => Buffer.from(reply.replaceAll(' ', ''), 'hex')
    expect(await ask()).toEqual([])
  })

  it('is not answered by a message of a kind that is not known', async () => {
    bus.answers.Ask = () => {
      const to: [number, Variant][] = [[field.replySerial, { type: 'u', value: 2 }]]
      return Buffer.concat([encodeMessage(5, 1, to), encodeMessage(messageType.reply, 2, to, 's', ['yes'])])
    }
    expect(await ask()).toEqual(['yes'])
  })

  it('may be followed by a signal', async () => {
    bus.answers.Ask = () => {
      bus.signal('/it', 'org.example.It', 'Another', 's', ['no'])
      bus.signal('/other', 'org.example.It', 'Done', 's', ['no'])
      bus.signal('/it', 'org.example.It', 'Done', 's', ['yes'])
      return ['', []]
    }
    const heard = openBus(bus.socket, 2_000, async ({ call, signal }) => {
      const done = await signal('/it', 'org.example.It', 'Done')
      await call(target)
      return done.arguments
    })
    expect(await heard).toEqual(['yes'])
    expect(bus.calls[0]).toEqual({
      member: 'AddMatch',
      path: '/org/freedesktop/DBus',
      body: ["type='signal',interface='org.example.It',member='Done',path='/it'"],
    })
  })
})

describe('the address of a bus', () => {
  it.each([
    ['unix:path=/run/user/1000/bus', '/run/user/1000/bus'],
    ['unix:path=/tmp/a%20b,guid=1234', '/tmp/a b'],
    ['unix:guid=1234,path=/tmp/x', '/tmp/x'],
    ['unix:abstract=/tmp/dbus-x', '\0/tmp/dbus-x'],
    ['tcp:host=localhost,port=1;unix:path=/tmp/x', '/tmp/x'],
    ['unix:path=%zz;unix:path=/tmp/x', '/tmp/x'],
    ['unix:path=/tmp/a=b', '/tmp/a'],
    ['tcp:host=localhost,port=1', undefined],
    ['xunix:path=/tmp/x', undefined],
    ['unix:runtime=yes', undefined],
    ['unix:path=/tmp/x\n', undefined],
    ['unix:', undefined],
    ['', undefined],
  ])('%j leads to %j', (address, socket) => {
    expect(socketOf(address)).toBe(socket)
  })
})
