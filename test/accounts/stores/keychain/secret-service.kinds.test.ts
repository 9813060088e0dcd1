import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Locked } from '../../../../src/accounts/stores/keychain/prompts.ts'
import { type SecretService, secretService } from '../../../../src/accounts/stores/keychain/secret-service.ts'
import { secretServiceProgram } from '../../../../src/accounts/stores/keychain/secret-service-program.ts'
import { type FakeBus, startFakeBus } from '../../../helpers/keychain/fake-bus.ts'
import { type FakeService, fakeService, itemPath } from '../../../helpers/keychain/fake-service.ts'
import { useOwnSettings } from '../../../helpers/program/own-settings.ts'

const own = useOwnSettings()
let bus: FakeBus
let fake: FakeService
let service: SecretService
beforeEach(async () => {
  bus = await startFakeBus()
  fake = fakeService(bus, ['first', 'other'])
  service = secretService(bus.socket, 'od-link', 30_000)
})
afterEach(() => bus.stop())

const called = (member: string) => bus.calls.filter((one) => one.member === member)
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error) => error as Error,
  )
const put = (collection: string, number: number, text: string, modified = 1) =>
  fake.items.set(itemPath(collection, number), { in: collection, text, modified })

describe('a keychain that does not search what is locked', () => {
  beforeEach(() => {
    put('other', 1, 'a secret')
    fake.locked.add('other')
  })

  it('is unlocked, and searched again', async () => {
    expect(String(await service.get('a link'))).toBe('a secret')
    expect(called('Unlock')[0]?.body).toEqual([['/org/freedesktop/secrets/collection/other']])
    expect(called('SearchItems')).toHaveLength(2)
  })

  it('gets no second entry beside the one that it hides', async () => {
    await service.set('a link', Buffer.from('renewed'))
    expect([...fake.items.values()]).toEqual([{ in: 'other', text: 'renewed', modified: 1 }])
  })

  it('has the entry removed and listed', async () => {
    expect(await service.list()).toEqual(['a link'])
    fake.locked.add('other')
    await service.delete('a link')
    expect(fake.items.size).toBe(0)
  })

  it.each([
    ['dismisses', true],
    ['is away', false],
  ] as const)('never claims that there is none: the person %s', async (person, dismissed) => {
    fake.person = person
    service = secretService(bus.socket, 'od-link', 300)
    for (const call of [
      () => service.get('a link'),
      () => service.set('a link', Buffer.from('x')),
      () => service.delete('a link'),
      () => service.list(),
    ]) {
      const error = await failure(call())
      expect(error).toBeInstanceOf(Locked)
      expect(error).toMatchObject({ dismissed })
    }
    expect(fake.items.size).toBe(1)
  })

  it('is not unlocked when the entry is in an open collection', async () => {
    put('first', 2, 'an open secret')
    expect(String(await service.get('a link'))).toBe('an open secret')
    expect(called('Unlock')).toEqual([])
  })

  it('has none when everything is open, and nobody is asked', async () => {
    fake.items.clear()
    fake.locked.clear()
    expect(await service.get('a link')).toBeUndefined()
    expect(called('Unlock')).toEqual([])
    expect(own.waiting).toEqual([])
  })
})

describe('a keychain in which nothing is open', () => {
  beforeEach(() => {
    fake = fakeService(bus, [])
  })

  it('is not taken for an empty one', async () => {
    for (const call of [() => service.get('a link'), () => service.delete('a link'), () => service.list()]) {
      expect(await failure(call())).toMatchObject({ name: 'nothing-open' })
    }
  })

  it('is asked for a place for a new entry', async () => {
    bus.answers.ReadAlias = () => ['o', ['/']]
    bus.answers.CreateCollection = () => ['oo', ['/', '/prompt']]
    fake.person = 'dismisses'
    expect(await failure(service.set('a link', Buffer.from('x')))).toMatchObject({ name: 'nothing-open' })
    bus.answers.Prompt = () => ['', []]
    service = secretService(bus.socket, 'od-link', 400)
    expect(await failure(service.set('a link', Buffer.from('x')))).toMatchObject({ name: 'nothing-open' })
    expect(own.waiting).toEqual([
      'The keychain is asking to open or create a keyring; waiting up to 0 seconds…',
    ])
  })
})

it('a keychain that searches everything is believed when it finds nothing', async () => {
  fake.findsLocked = true
  fake.locked.add('other')
  expect(await service.get('a link')).toBeUndefined()
  expect(called('Unlock')).toEqual([])
})

describe('a keychain that shows a dialog before it replies', () => {
  const asking = (what: string) => [`The keychain is asking ${what}; waiting up to 30 seconds…`]
  beforeEach(() => put('first', 1, 'a secret'))

  it.each([
    ['SearchItems', 'to be unlocked', () => service.get('a link')],
    ['GetSecrets', 'whether od-link may read it', () => service.get('a link')],
    ['SetSecret', 'whether od-link may change it', () => service.set('a link', Buffer.from('x'))],
    ['Delete', 'whether od-link may remove it', () => service.delete('a link')],
  ])('%s is waited for as long as a person may take', async (member, what, call) => {
    // Longer than a reply may take that no person is involved in.
    fake.late[member] = 5_000
    await call()
    expect(own.waiting).toEqual(asking(what))
  })

  it('is not waited for without end, and is not taken for one that hangs', async () => {
    fake.late.SearchItems = 6_000
    service = secretService(bus.socket, 'od-link', 3_000)
    const started = Date.now()
    expect(await failure(service.get('a link'))).toMatchObject({ name: 'locked', dismissed: false })
    fake.late = { GetSecrets: 6_000 }
    expect(await failure(service.get('a link'))).toMatchObject({ name: 'unanswered' })
    expect(Date.now() - started).toBeLessThan(8_000)
  })

  it('and does not reply even to a ping, hangs', async () => {
    fake.late = { SearchItems: 60_000, Ping: 60_000 }
    const started = Date.now()
    expect(await failure(service.get('a link'))).toMatchObject({ name: 'timeout' })
    expect(Date.now() - started).toBeLessThan(6_000)
    expect(own.waiting).toEqual([])
  })
})

describe('a keychain with two entries of that name', () => {
  beforeEach(() => {
    put('first', 1, 'the older', 1_700_000_000)
    put('other', 2, 'the newer', 1_800_000_000)
  })

  it('gives the one that was renewed last', async () => {
    expect(String(await service.get('a link'))).toBe('the newer')
    await service.set('a link', Buffer.from('renewed'))
    expect([...fake.items.values()].map(({ text }) => text)).toEqual(['the older', 'renewed'])
  })

  it('loses both', async () => {
    await service.delete('a link')
    expect(fake.items.size).toBe(0)
  })
})

describe('the program that is the keychain', () => {
  it.each([
    ['gnome-keyring', ['org.gnome.keyring']],
    ['KeePassXC', ['org.keepassxc.KeePassXC.MainWindow']],
    ['KWallet', ['org.kde.kwalletd5']],
    ['KWallet', ['org.kde.kwalletd6']],
    ['KWallet', ['org.kde.ksecretd']],
    [undefined, ['org.example.It', 'org.gnome.keyring.SystemPrompter']],
  ])('is %s by its name on the bus', async (program, names) => {
    bus.answers.ListNames = () => ['as', [['org.freedesktop.DBus', ':1.7', ...names]]]
    bus.answers.GetNameOwner = () => ['s', [':1.7']]
    expect(await secretServiceProgram(bus.socket)).toBe(program)
  })

  it('is not one that merely runs beside it', async () => {
    bus.answers.ListNames = () => ['as', [['org.kde.kwalletd6', 'org.keepassxc.KeePassXC.MainWindow']]]
    bus.answers.GetNameOwner = ([name]) => ['s', [name === 'org.kde.kwalletd6' ? ':1.8' : ':1.7']]
    expect(await secretServiceProgram(bus.socket)).toBe('KeePassXC')
    bus.answers.GetNameOwner = ([name]) =>
      name === 'org.freedesktop.secrets'
        ? { error: 'org.freedesktop.DBus.Error.NameHasNoOwner' }
        : ['s', [':1.8']]
    expect(await secretServiceProgram(bus.socket)).toBeUndefined()
  })
})
