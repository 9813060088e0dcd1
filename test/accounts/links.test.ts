import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { saveClientSecret } from '../../src/accounts/client-secret.ts'
import {
  changeAccount,
  defaultAccount,
  findAccount,
  listAccounts,
  makeDefault,
  readLink,
  withLinkLock,
} from '../../src/accounts/index.ts'
import { addLink, removeLink, removeOrphans } from '../../src/accounts/links.ts'
import { openStore } from '../../src/accounts/stores/index.ts'
import { putHelper } from '../helpers/keychain/helper-program.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'
import { ada, grace, linkFiles } from '../helpers/program/two-people.ts'

const own = useOwnSettings()

describe('a link that is added', () => {
  it('is there with its record, and is the default if it is the first', async () => {
    expect(await addLink(ada, undefined)).toEqual({
      id: 'contoso.ada',
      username: 'ada@contoso.example',
      displayName: 'Ada Lovelace',
      kind: 'work',
      store: 'file',
    })
    await addLink(grace, 'home')
    expect(listAccounts().map(({ id, name }) => [id, name])).toEqual([
      ['contoso.ada', undefined],
      ['consumers.grace', 'home'],
    ])
    expect(defaultAccount()?.id).toBe('contoso.ada')
    expect(await readLink(findAccount('home'))).toEqual(grace)
    expect(own.warnings[0]).toMatch(/^Links in files are not encrypted/)
  })

  it('again keeps its short name and what refusals taught, and loses the end', async () => {
    await addLink(ada, 'work')
    await changeAccount(ada.id, (account) => {
      account.taught = { AADSTS70043: 7 }
      account.ended = { at: 1, code: null, reason: 'x', renewedAt: 1 }
    })
    const again = await addLink({ ...ada, accessToken: 'newer' }, undefined)
    expect(again).toMatchObject({ name: 'work', taught: { AADSTS70043: 7 } })
    expect(again).not.toHaveProperty('ended')
    expect(listAccounts()).toEqual([again])
    expect((await readLink(again)).accessToken).toBe('newer')
    expect(own.warnings).toHaveLength(1)
    expect((await addLink(ada, 'office')).name).toBe('office')
  })

  it('cannot take the short name of another', async () => {
    await addLink(ada, 'work')
    await expect(addLink(grace, 'WORK')).rejects.toMatchObject({
      kind: 'usage',
      message: 'The short name "WORK" already belongs to ada@contoso.example; nothing was changed.',
      hint: 'Choose another short name.\nOr unlink that account: od-link logout WORK',
    })
    expect(listAccounts()).toHaveLength(1)
    expect(linkFiles(own)).toEqual(['contoso.ada.json'])
    expect((await addLink(ada, 'Work')).name).toBe('Work')
  })
})

describe('a link', () => {
  it('that is removed leaves nothing, and absent is fine', async () => {
    const account = await addLink(ada, undefined)
    await addLink(grace, undefined)
    await removeLink(account)
    await removeLink(account)
    expect(listAccounts().map(({ id }) => id)).toEqual([grace.id])
    expect(linkFiles(own)).toEqual(['consumers.grace.json'])
    const index = () => JSON.parse(readFileSync(join(own.dir, 'accounts.json'), 'utf8'))
    expect(index()).not.toHaveProperty('default')
    await makeDefault(findAccount())
    await removeLink(account)
    expect(index().default).toBe(grace.id)
  })

  it('of which only the record is left is swept away, and nothing else', async () => {
    await addLink(ada, undefined)
    await saveClientSecret('a-secret', 'an-id')
    for (const item of ['contoso.lost', 'consumers.gone', 'of a.piece', 'a.piece 1'])
      await (await openStore()).write(item, '{}')
    // The keychain is not to be had here, and is not what was chosen.
    process.env.DBUS_SESSION_BUS_ADDRESS = 'unix:path=/nonexistent'
    expect(await removeOrphans()).toBe(2)
    const others = ['a.piece%201.json', 'of%20a.piece.json']
    expect(linkFiles(own).sort()).toEqual([...others, 'client-secret.json', 'contoso.ada.json'].sort())
    expect(await removeOrphans()).toBe(0)
    process.env.OD_LINK_STORE = 'keychain'
    await expect(removeOrphans()).rejects.toMatchObject({ kind: 'keychain' })
    delete process.env.DBUS_SESSION_BUS_ADDRESS
  })

  it('goes with what a login left that was killed while it tried the store', async () => {
    await (await openStore()).write('probe', '{"probe":"1"}')
    expect(await removeOrphans()).toBe(0)
    expect(linkFiles(own)).toEqual([])
  })

  it('of which only a second slot or pieces are left is swept away, too', async () => {
    await addLink(ada, undefined)
    const store = await openStore()
    const left = ['contoso.lost second', 'consumers.gone 0123456789ab 1', 'consumers.gone 0123456789ab 2']
    const others = ['contoso.ada second', 'consumers.gone 01 1', 'client-secret second']
    for (const item of [...left, ...others]) await store.write(item, '{}')
    expect(await removeOrphans()).toBe(2)
    expect((await store.list()).sort()).toEqual([ada.id, ...others].sort())
  })

  it('leaves no default that is not linked, and the next one becomes it', async () => {
    const account = await addLink(ada, undefined)
    const index = join(own.dir, 'accounts.json')
    writeFileSync(index, JSON.stringify({ accounts: [account], default: 'contoso.long-gone' }))
    await removeLink(account)
    expect(readFileSync(index, 'utf8')).not.toContain('long-gone')
    await addLink(grace, undefined)
    await addLink(ada, undefined)
    expect(findAccount().id).toBe(grace.id)
  })

  describe('that is looked for in a helper', () => {
    const path = process.env.PATH
    afterEach(() => {
      process.env.PATH = path
    })

    it('in pieces loses those of a killed login with the next one', async () => {
      process.env.PATH = putHelper(own.dir, 'wincred', path)
      process.env.OD_LINK_STORE = 'helper:wincred'
      const store = await openStore()
      const left = ['1', '2'].map((number) => `${ada.id} 0123456789ab ${number}`)
      for (const piece of left) await store.write(piece, '{}')
      await addLink({ ...ada, accessToken: 'a'.repeat(2_000) }, undefined)
      const items = await store.list()
      expect(items).toHaveLength(1 + 2)
      for (const piece of left) expect(items).not.toContain(piece)
      await removeLink(findAccount())
      expect(await store.list()).toEqual([])
    })

    it('and linked meanwhile is not swept away', async () => {
      process.env.PATH = putHelper(own.dir, 'osxkeychain', path)
      process.env.OD_LINK_STORE = 'helper:osxkeychain'
      await addLink(grace, undefined)
      const index = join(own.dir, 'accounts.json')
      const before = readFileSync(index, 'utf8')
      const account = await addLink(ada, undefined)
      const after = join(own.dir, 'after')
      writeFileSync(after, readFileSync(index, 'utf8'))
      writeFileSync(index, before)
      writeFileSync(join(own.dir, 'script'), `[ "$1" = list ] && cp '${after}' '${index}'`)
      expect(await removeOrphans()).toBe(0)
      expect(await readLink(account)).toEqual(ada)
    })
  })

  it('that is being renewed is not waited for by whoever sweeps away the records of others', async () => {
    await addLink(ada, undefined)
    await (await openStore()).write('contoso.lost', '{}')
    expect(await withLinkLock(ada.id, removeOrphans)).toBe(1)
    expect(linkFiles(own)).toEqual(['contoso.ada.json'])
  })
})
