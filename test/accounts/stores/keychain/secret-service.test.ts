import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Value } from '../../../../src/accounts/stores/keychain/dbus-values.ts'
import { keychainStore } from '../../../../src/accounts/stores/keychain/index.ts'
import { Locked } from '../../../../src/accounts/stores/keychain/prompts.ts'
import { type SecretService, secretService } from '../../../../src/accounts/stores/keychain/secret-service.ts'
import { type FakeBus, startFakeBus } from '../../../helpers/keychain/fake-bus.ts'
import { useOwnSettings } from '../../../helpers/program/own-settings.ts'

const own = useOwnSettings()
let bus: FakeBus
beforeEach(async () => {
  bus = await startFakeBus()
})
afterEach(() => bus.stop())

describe('the Secret Service', () => {
  const item = '/org/freedesktop/secrets/collection/login/1'
  const collection = '/org/freedesktop/secrets/collection/login'
  const secretOf = (text: string): Value => ['/session', Buffer.alloc(0), Buffer.from(text), 'text/plain']
  const nothing = '/'
  let service: SecretService
  beforeEach(() => {
    service = secretService(bus.socket, 'od-link', 300)
    bus.answers = {
      // One that searches locked collections, as gnome-keyring does.
      GetNameOwner: () => ['s', [':1.7']],
      OpenSession: () => ['vo', [{ type: 's', value: '' }, '/session']],
      SearchItems: () => ['aoao', [[item], []]],
      GetSecrets: () => ['a{o(oayays)}', [[[item, secretOf('a secret')]]]],
      Unlock: ([objects = []]) => ['aoo', [objects, nothing]],
      ReadAlias: () => ['o', [collection]],
      CreateItem: () => ['oo', [item, nothing]],
      SetSecret: () => ['', []],
      Delete: () => ['o', [nothing]],
      Get: () => [
        'v',
        [
          {
            type: 'a{ss}',
            value: [
              ['service', 'od-link'],
              ['username', 'a link'],
            ],
          },
        ],
      ],
      Prompt: () => ['', []],
      Dismiss: () => ['', []],
    }
  })
  const called = (member: string) => bus.calls.filter((one) => one.member === member)
  const done = (dismissed: boolean, result: Value = '') =>
    bus.signal('/prompt', 'org.freedesktop.Secret.Prompt', 'Completed', 'bv', [
      dismissed,
      { type: typeof result === 'string' ? 's' : 'ao', value: result },
    ])

  it('has an entry under its service and its name', async () => {
    expect((await service.get('a link'))?.toString()).toBe('a secret')
    expect(called('SearchItems')[0]?.body).toEqual([
      [
        ['service', 'od-link'],
        ['username', 'a link'],
      ],
    ])
    expect(called('OpenSession')[0]?.body).toEqual(['plain', { type: 's', value: '' }])
    expect(called('GetSecrets')[0]).toMatchObject({
      path: '/org/freedesktop/secrets',
      body: [[item], '/session'],
    })
    expect(own.waiting).toEqual([])
  })

  it('has none before it was kept', async () => {
    bus.answers.SearchItems = () => ['aoao', [[], []]]
    expect(await service.get('a link')).toBeUndefined()
    await service.delete('a link')
    expect(await service.list()).toEqual([])
    expect(called('Delete')).toEqual([])
  })

  it('makes an entry that its own program shows by a name', async () => {
    bus.answers.SearchItems = () => ['aoao', [[], []]]
    await service.set('a link', Buffer.from('text'))
    expect(called('ReadAlias')[0]?.body).toEqual(['default'])
    expect(called('Unlock')[0]?.body).toEqual([[collection]])
    expect(called('CreateItem')).toEqual([
      {
        member: 'CreateItem',
        path: collection,
        body: [
          [
            ['org.freedesktop.Secret.Item.Label', { type: 's', value: 'od-link: a link' }],
            [
              'org.freedesktop.Secret.Item.Attributes',
              {
                type: 'a{ss}',
                value: [
                  ['service', 'od-link'],
                  ['username', 'a link'],
                ],
              },
            ],
          ],
          ['/session', Buffer.alloc(0), Buffer.from('text'), 'text/plain; charset=utf8'],
          true,
        ],
      },
    ])
  })

  it('replaces the secret of an entry that is there', async () => {
    await service.set('a link', Buffer.from('text'))
    expect(called('SetSecret')).toEqual([
      {
        member: 'SetSecret',
        path: item,
        body: [['/session', Buffer.alloc(0), Buffer.from('text'), 'text/plain; charset=utf8']],
      },
    ])
    expect(called('CreateItem')).toEqual([])
  })

  it('removes every entry of that name, and lists the names of all', async () => {
    bus.answers.SearchItems = () => ['aoao', [[item, `${item}0`], []]]
    bus.answers.Get = (_, path) =>
      path === item
        ? ['v', [{ type: 'a{ss}', value: [['username', 'a link']] }]]
        : ['v', [{ type: 'a{ss}', value: [['nameless', 'x']] }]]
    await service.delete('a link')
    expect(called('Delete').map(({ path }) => path)).toEqual([item, `${item}0`])
    expect(await service.list()).toEqual(['a link'])
    expect(called('Get')[0]?.body).toEqual(['org.freedesktop.Secret.Item', 'Attributes'])
    expect(called('SearchItems').at(-1)?.body).toEqual([[['service', 'od-link']]])
  })

  it('unlocks what is locked, where that needs nobody', async () => {
    bus.answers.SearchItems = () => ['aoao', [[], [item]]]
    expect((await service.get('a link'))?.toString()).toBe('a secret')
    expect(called('Unlock')[0]?.body).toEqual([[item]])
    expect(called('Prompt')).toEqual([])
  })

  describe('that is locked', () => {
    beforeEach(() => {
      bus.answers.SearchItems = () => ['aoao', [[], [item]]]
      bus.answers.Unlock = () => ['aoo', [[], '/prompt']]
    })

    it('asks the person, and goes on when it is unlocked', async () => {
      bus.answers.Prompt = () => {
        setTimeout(() => done(false), 200)
        return ['', []]
      }
      expect((await service.get('a link'))?.toString()).toBe('a secret')
      expect(called('Prompt')[0]).toEqual({ member: 'Prompt', path: '/prompt', body: [''] })
      expect(called('Dismiss')).toEqual([])
      expect(own.waiting).toEqual(['The keychain is asking to be unlocked; waiting up to 0 seconds…'])
    })

    it('says nothing about a prompt that needs nobody', async () => {
      bus.answers.Prompt = () => {
        setTimeout(() => done(false), 20)
        return ['', []]
      }
      expect((await service.get('a link'))?.toString()).toBe('a secret')
      expect(own.waiting).toEqual([])
    })

    it('hears the person even where the prompt itself is never answered', async () => {
      bus.answers.Prompt = () => {
        setTimeout(() => done(false), 20)
        return undefined
      }
      expect((await service.get('a link'))?.toString()).toBe('a secret')
    })

    it('hears the person even after the bus has given up on the prompt', async () => {
      const later = globalThis.setTimeout
      // Three seconds is what an answer may take.
      const sooner = (work: () => void, ms: number) => later(work, ms === 3_000 ? 60 : ms)
      vi.spyOn(globalThis, 'setTimeout').mockImplementation(sooner as typeof setTimeout)
      bus.answers.Prompt = () => {
        later(() => done(false), 150)
        return undefined
      }
      try {
        expect((await service.get('a link'))?.toString()).toBe('a secret')
      } finally {
        vi.restoreAllMocks()
      }
    })

    it('is not opened by a prompt that was dismissed', async () => {
      bus.answers.Prompt = () => {
        done(true)
        return ['', []]
      }
      const error = await service.get('a link').catch((thrown) => thrown)
      expect(error).toBeInstanceOf(Locked)
      expect(error).toMatchObject({
        dismissed: true,
        message: 'the dialog that asks to be unlocked was dismissed',
      })
    })

    it('is not waited for without end, and the prompt is taken off the screen', async () => {
      const started = Date.now()
      const error = await service.get('a link').catch((thrown) => thrown)
      expect(error).toMatchObject({
        dismissed: false,
        message: 'the dialog that asks to be unlocked was not answered in time',
      })
      expect(Date.now() - started).toBeGreaterThanOrEqual(290)
      expect(called('GetSecrets')).toEqual([])
      await expect.poll(() => called('Dismiss').length).toBe(1)
    })

    it('says so where no prompt can be shown', async () => {
      bus.answers.Prompt = () => ({ error: 'org.freedesktop.DBus.Error.Spawn.Failed', text: 'no prompter' })
      await expect(service.get('a link')).rejects.toThrow('no prompter')
    })
  })

  it('makes its collection where there is none, with its own prompt', async () => {
    bus.answers.SearchItems = () => ['aoao', [[], []]]
    bus.answers.ReadAlias = () => ['o', [nothing]]
    bus.answers.CreateCollection = () => ['oo', [nothing, '/prompt']]
    bus.answers.Prompt = () => {
      done(false, '/made')
      return ['', []]
    }
    await service.set('a link', Buffer.from('text'))
    expect(called('CreateCollection')[0]?.body).toEqual([
      [['org.freedesktop.Secret.Collection.Label', { type: 's', value: 'Default keyring' }]],
      'default',
    ])
    expect(called('CreateItem')[0]?.path).toBe('/made')
    bus.answers.CreateCollection = () => ['oo', [collection, nothing]]
    await service.set('a link', Buffer.from('text'))
    expect(called('CreateItem')[1]?.path).toBe(collection)
    expect(called('Unlock')).toEqual([])
  })

  it('is the keychain of Linux', async () => {
    process.env.DBUS_SESSION_BUS_ADDRESS = `unix:path=${bus.socket}`
    const store = await keychainStore()
    expect(store).toMatchObject({ name: 'keychain', label: 'The keychain', mayForget: true })
    expect(await store.read('a link')).toBe('a secret')
    const { SearchItems } = bus.answers
    bus.answers.SearchItems = () => ['aoao', [[], []]]
    expect(await store.read('another')).toBeUndefined()
    if (SearchItems) bus.answers.SearchItems = SearchItems
    await store.write('a link', 'é')
    expect(called('SetSecret')[0]?.body).toEqual([
      ['/session', Buffer.alloc(0), Buffer.from('é'), 'text/plain; charset=utf8'],
    ])
    await store.remove('a link')
    expect(await store.list()).toEqual(['a link'])
    expect(called('SearchItems')[0]?.body).toEqual([
      [
        ['service', `od-link ${own.dir}`],
        ['username', 'a link'],
      ],
    ])
    bus.answers.SearchItems = () => ({ error: 'org.freedesktop.DBus.Error.ServiceUnknown', text: 'x' })
    for (const call of [
      () => store.read('x'),
      () => store.write('x', 'y'),
      () => store.remove('x'),
      () => store.list(),
    ])
      await expect(call()).rejects.toMatchObject({
        kind: 'keychain',
        message: expect.stringContaining('No Secret Service'),
      })
    delete process.env.DBUS_SESSION_BUS_ADDRESS
  })
})
