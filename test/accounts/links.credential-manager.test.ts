import { beforeEach, describe, expect, it, vi } from 'vitest'
import { clientSecretFor, saveClientSecret } from '../../src/accounts/client-secret.ts'
import { findAccount, listAccounts, readLink } from '../../src/accounts/index.ts'
import { addLink, removeLink, removeOrphans } from '../../src/accounts/links.ts'
import { UnlistableItems } from '../../src/accounts/stores/store.ts'
import { machine } from '../helpers/keychain/native-machine.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'
import { ada } from '../helpers/program/two-people.ts'

const windows = vi.hoisted(() => ({ current: undefined as ReturnType<typeof machine> | undefined }))
vi.mock('../../src/accounts/stores/index.ts', async (original) => ({
  ...(await original<typeof import('../../src/accounts/stores/index.ts')>()),
  openStore: () => windows.current?.store(),
}))

useOwnSettings()
const long = (letter: string) => ({
  ...ada,
  accessToken: letter.repeat(4_001),
  refreshToken: letter.repeat(2_000),
})
let keychain: ReturnType<typeof machine>

beforeEach(() => {
  process.env.OD_LINK_STORE = 'keychain'
  keychain = machine('win32', { limit: 2560 })
  windows.current = keychain
})

/** What `logout --all` does. */
async function logoutAll(): Promise<number> {
  for (const account of listAccounts()) await removeLink(account)
  return removeOrphans()
}

describe('a login into the Credential Manager that is killed', () => {
  /** Nothing that a killed process would have done next happens. */
  async function killedAfter(changes: number, work: () => Promise<unknown>): Promise<boolean> {
    keychain.state.changesLeft = changes
    await work().catch(() => {})
    const wasKilled = keychain.state.changesLeft <= 0
    keychain.state.changesLeft = Number.POSITIVE_INFINITY
    return wasKilled
  }

  it.each([
    ['the first link', false],
    ['a new link in place of the earlier one', true],
  ])('at any change leaves a link that works, and nothing after logout --all: %s', async (_, again) => {
    for (let changes = 0; ; changes += 1) {
      if (again) await addLink(long('a'), undefined)
      const wasKilled = await killedAfter(changes, () => addLink(long('b'), undefined))
      const [account] = listAccounts()
      if (again || account) {
        const { accessToken } = await readLink(findAccount())
        expect([long('a').accessToken, long('b').accessToken]).toContain(accessToken)
      }
      await logoutAll()
      expect([...keychain.kept.keys()]).toEqual([])
      if (!wasKilled) return expect(changes).toBeGreaterThan(4)
    }
  })

  it('has its pieces removed by the next login', async () => {
    await killedAfter(2, () => addLink(long('a'), undefined))
    expect(keychain.kept.size).toBe(2)
    await addLink(long('b'), undefined)
    await removeLink(findAccount())
    expect(keychain.kept.size).toBe(0)
  })

  it('has its pieces removed by logout --all, with nothing linked', async () => {
    await killedAfter(2, () => addLink(long('a'), undefined))
    expect(await logoutAll()).toBe(1)
    expect(keychain.kept.size).toBe(0)
  })
})

describe('logout --all where Windows cannot list the entries', () => {
  it('does so after it has saved a client secret of an earlier version again', async () => {
    await saveClientSecret('s'.repeat(40), undefined)
    const name = 'client-secret'
    keychain.kept.set(name, Buffer.from(JSON.stringify({ secret: 's'.repeat(40) })))
    expect(keychain.kept.get(name)?.length).toBe(53)
    keychain.kept.set('contoso.lost 0123456789ab 1', Buffer.from('{}'))
    await addLink(long('a'), undefined)
    expect(await logoutAll()).toBe(1)
    expect([...keychain.kept.keys()]).toEqual([name])
    expect(await clientSecretFor('an-id')).toBe('s'.repeat(40))
  })

  it('removes the links that it knows, and says what it does not know', async () => {
    await addLink(long('a'), undefined)
    keychain.kept.set('contoso.lost 0123456789ab 1', Buffer.from('odd'))
    await expect(logoutAll()).rejects.toBeInstanceOf(UnlistableItems)
    expect([...keychain.kept.keys()]).toEqual(['contoso.lost 0123456789ab 1'])
    expect(listAccounts()).toEqual([])
  })

  it('says so when another store is chosen, too', async () => {
    keychain.kept.set('contoso.lost 0123456789ab 1', Buffer.from('odd'))
    process.env.OD_LINK_STORE = 'file'
    await expect(logoutAll()).rejects.toBeInstanceOf(UnlistableItems)
  })
})
