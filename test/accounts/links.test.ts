import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { labelOf } from '../../src/accounts/account.ts'
import {
  checkClientSecret,
  clientSecretFor,
  hasClientSecret,
  isSecretIn,
  saveClientSecret,
} from '../../src/accounts/client-secret.ts'
import {
  accountNow,
  changeAccount,
  defaultAccount,
  findAccount,
  holdingLink,
  listAccounts,
  makeDefault,
  readLink,
  refuseReadOnly,
  writeLink,
} from '../../src/accounts/index.ts'
import { addLink, removeLink, removeStrays } from '../../src/accounts/links.ts'
import { moveChoice, moveLink } from '../../src/accounts/move.ts'
import {
  caution,
  checkStoreName,
  chosenStore,
  openStore,
  storesAsWritten,
} from '../../src/accounts/stores/index.ts'
import { probeStore } from '../../src/accounts/stores/probe.ts'
import { keepItem, type Store } from '../../src/accounts/stores/store.ts'
import { savedSettings, saveSettings } from '../../src/settings/index.ts'
import { putHelper } from '../helpers/keychain/helper-program.ts'
import { recordOf, useOwnSettings } from '../helpers/program/own-settings.ts'

const own = useOwnSettings()
const ada = recordOf()
const grace = recordOf({
  id: 'consumers.grace',
  username: 'grace@outlook.example',
  kind: 'personal',
  displayName: 'Grace Hopper',
})
const saying = (message: string | RegExp, more: object = {}) =>
  expect.objectContaining({ message: expect.stringMatching(message), ...more })
const links = () => (existsSync(join(own.dir, 'links')) ? readdirSync(join(own.dir, 'links')).sort() : [])
/** A store that tells what was done to it, and can be made to forget or to fail. */
function fakeStore(change: Partial<Store> = {}) {
  const kept = new Map<string, string>()
  const store: Store = {
    name: 'fake',
    label: 'The fake store',
    mayForget: false,
    read: async (item) => kept.get(item),
    write: async (item, text) => void kept.set(item, text),
    remove: async (item) => void kept.delete(item),
    list: async () => [...kept.keys()],
    ...change,
  }
  return { kept, store }
}

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
      message: 'The short name "WORK" belongs to ada@contoso.example, so nothing was linked.',
      hint: 'od-link logout WORK\nOr choose another name.',
    })
    expect(listAccounts()).toHaveLength(1)
    expect(links()).toEqual(['contoso.ada.json'])
    expect((await addLink(ada, 'Work')).name).toBe('Work')
  })
})

describe('the account that a command uses', () => {
  const twins = recordOf({ id: 'fabrikam.ada' })

  it('is none before there is one', () => {
    expect(() => findAccount()).toThrow(
      saying(/^No OneDrive is linked\.$/, { kind: 'sign-in', hint: 'od-link login' }),
    )
    expect(() => findAccount('')).toThrow(
      saying(/^The account is empty\.$/, { kind: 'usage', hint: 'od-link status' }),
    )
    expect(defaultAccount()).toBeUndefined()
  })

  it('is the default, or the one of the variable', async () => {
    await addLink(ada, undefined)
    await addLink(grace, 'home')
    expect(findAccount().id).toBe(ada.id)
    await makeDefault(findAccount('home'))
    expect(findAccount().id).toBe(grace.id)
    process.env.OD_LINK_ACCOUNT = 'ADA@contoso.example'
    expect(findAccount().id).toBe(ada.id)
    process.env.OD_LINK_ACCOUNT = ''
    expect(findAccount().id).toBe(grace.id)
  })

  it('is found by its short name first, by its id, by its address, in any case', async () => {
    await addLink(ada, undefined)
    await addLink(grace, 'ada@contoso.example')
    expect(findAccount('ADA@contoso.example').id).toBe(grace.id)
    expect(findAccount('Contoso.Ada').id).toBe(ada.id)
    expect(findAccount('GRACE@outlook.example').id).toBe(grace.id)
    expect(labelOf(findAccount('contoso.ada'))).toBe('ada@contoso.example')
    expect(labelOf(findAccount(grace.id))).toBe('ada@contoso.example')
  })

  it('is not guessed', async () => {
    await addLink(ada, undefined)
    await addLink(twins, 'other one')
    expect(() => findAccount('nobody')).toThrow(
      saying(
        /^No linked account is called "nobody"\. Linked: ada@contoso\.example \(work, contoso\.ada\); other one = ada@contoso\.example \(work, fabrikam\.ada\)\.$/,
        { kind: 'sign-in', hint: 'od-link status' },
      ),
    )
    expect(() => findAccount('ada@contoso.example')).toThrow(
      saying(/^More than one linked account is called "ada@contoso\.example"\. Linked: /, {
        hint: 'Name it by its id: --account contoso.ada',
      }),
    )
  })

  it('has to be named where several are linked and none is the default', async () => {
    await addLink(grace, 'at home')
    await addLink(ada, undefined)
    await addLink(twins, undefined)
    await removeLink(findAccount(grace.id))
    expect(() => findAccount()).toThrow(
      saying(/^Several accounts are linked, and none is the default\. Linked: /, {
        kind: 'sign-in',
        hint: 'od-link use contoso.ada',
      }),
    )
    await removeLink(findAccount(twins.id))
    expect(findAccount().id).toBe(ada.id)
  })
})

describe('a link', () => {
  it('whose record is gone is told apart', async () => {
    const account = await addLink(ada, undefined)
    rmSync(join(own.dir, 'links'), { recursive: true })
    await expect(readLink(account)).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'ada@contoso.example is not linked any more: its tokens are gone from the store (file).',
      hint: 'od-link login',
    })
  })

  it('that is removed leaves nothing, and absent is fine', async () => {
    const account = await addLink(ada, undefined)
    await addLink(grace, undefined)
    await removeLink(account)
    await removeLink(account)
    expect(listAccounts().map(({ id }) => id)).toEqual([grace.id])
    expect(links()).toEqual(['consumers.grace.json'])
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
    expect(await removeStrays()).toBe(2)
    const others = ['a.piece%201.json', 'of%20a.piece.json']
    expect(links().sort()).toEqual([...others, 'client-secret.json', 'contoso.ada.json'].sort())
    expect(await removeStrays()).toBe(0)
    process.env.OD_LINK_STORE = 'keychain'
    await expect(removeStrays()).rejects.toMatchObject({ kind: 'keychain' })
    delete process.env.DBUS_SESSION_BUS_ADDRESS
  })

  it('of which only a second slot or pieces are left is swept away, too', async () => {
    await addLink(ada, undefined)
    const store = await openStore()
    const left = ['contoso.lost second', 'consumers.gone 0123456789ab 1', 'consumers.gone 0123456789ab 2']
    const others = ['contoso.ada second', 'consumers.gone 01 1', 'client-secret second']
    for (const item of [...left, ...others]) await store.write(item, '{}')
    expect(await removeStrays()).toBe(2)
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
      expect(await removeStrays()).toBe(0)
      expect(await readLink(account)).toEqual(ada)
    })
  })

  it('that is being renewed is not waited for by whoever sweeps away the records of others', async () => {
    await addLink(ada, undefined)
    await (await openStore()).write('contoso.lost', '{}')
    expect(await holdingLink(ada.id, removeStrays)).toBe(1)
    expect(links()).toEqual(['contoso.ada.json'])
  })

  it.each([
    ['{"accounts":7}'],
    ['{"accounts":[{"id":"x"}]}'],
    ['{"accounts":[{"username":"x"}]}'],
    ['{"accounts":[null]}'],
  ])('is not looked for in an index that is damaged: %s', (text) => {
    writeFileSync(join(own.dir, 'accounts.json'), text)
    expect(() => listAccounts()).toThrow(
      saying(/^The index of accounts \(accounts\.json\) is damaged\.$/, {
        kind: 'usage',
        hint: 'od-link login\n(after you moved that file out of the settings directory)',
      }),
    )
  })

  it('that is gone is not changed', async () => {
    const account = await addLink(ada, undefined)
    await removeLink(account)
    await changeAccount(ada.id, () => {
      throw new Error('there is nothing to change')
    })
    expect(listAccounts()).toEqual([])
    expect(accountNow(account)).toBe(account)
  })

  it('is changed, found anew and moved by its id, whatever else is linked', async () => {
    const [first, second] = [await addLink(ada, undefined), await addLink(grace, undefined)]
    await changeAccount(grace.id, (account) => {
      account.taught = { AADSTS70043: 7 }
    })
    expect(listAccounts()).toEqual([first, { ...second, taught: { AADSTS70043: 7 } }])
    expect(accountNow(second).taught).toEqual({ AADSTS70043: 7 })
    await removeLink(second)
    await expect(moveLink(second, 'file')).rejects.toMatchObject({
      message: 'The link consumers.grace is gone.',
    })
    await expect(moveLink(first, 'helper:nonesuch')).rejects.toMatchObject({
      message: expect.stringContaining('ada@contoso.example stays where it was'),
    })
  })

  it('is written by whoever holds it', async () => {
    const account = await addLink(ada, undefined)
    const newer = { ...ada, accessToken: 'newer' }
    const write = async () => {
      await writeLink(account, newer)
      return 7
    }
    expect(await holdingLink(ada.id, write)).toBe(7)
    expect(await readLink(account)).toEqual(newer)
    await refuseReadOnly(account)
    writeFileSync(join(own.dir, 'file'), '')
    process.env.OD_LINK_CONFIG_DIR = join(own.dir, 'file')
    await expect(refuseReadOnly(account)).rejects.toMatchObject({ kind: 'keychain' })
  })
})

describe('the stores', () => {
  it.each(['keychain', 'file', 'helper:pass', 'helper:my-own_1.2'])('can be named %s', (name) => {
    expect(checkStoreName(name)).toBe(name)
  })

  it.each([
    '',
    'pass',
    'keychain:',
    'file:x',
    'helper',
    'helper:',
    'helper:a/b',
    'helper:a b',
    'helper:a:b',
    'helper:a:',
    `helper:${'x'.repeat(65)}`,
  ])('cannot be named %j', (name) => {
    const more = name.startsWith('helper')
      ? '\nhelper:pass runs docker-credential-pass; a name has no slash'
      : ''
    expect(() => checkStoreName(name)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: `There is no store "${name}".`,
        hint: `It is one of: keychain, file, helper:NAME${more}`,
      }),
    )
  })

  it('are the keychain unless another one was chosen', async () => {
    delete process.env.OD_LINK_STORE
    expect(chosenStore()).toBe('keychain')
    await saveSettings({ store: 'helper:pass' })
    expect(chosenStore()).toBe('helper:pass')
    process.env.OD_LINK_STORE = 'file'
    expect(chosenStore()).toBe('file')
    expect(storesAsWritten).toEqual(['keychain', 'file', 'helper:NAME'])
  })

  it('are opened by their names', async () => {
    expect(await openStore()).toMatchObject({ name: 'file', label: 'The file store', mayForget: false })
    expect(await openStore('helper:odd')).toMatchObject({
      name: 'helper:odd',
      label: 'docker-credential-odd',
      mayForget: true,
    })
  })

  it('say what to know of them, if there is something', () => {
    caution('keychain')
    caution('helper:pass')
    expect(own.warnings).toEqual([])
    caution('file')
    expect(own.warnings).toEqual([
      'Links in files are not encrypted: whoever gets a copy of them can use the drive.',
    ])
  })
})

describe('what a store is given', () => {
  const forgotten = {
    kind: 'keychain',
    message: 'The fake store does not give back what was written to it.',
    hint: 'Look at it with its own program.\nOr keep links in private files: od-link config set store file',
  }

  it('is read back, and what was there before is there again when it does not come, or cannot be made known', async () => {
    const { kept, store } = fakeStore()
    const known = async () => {}
    await keepItem(store, 'x', 'old', known)
    expect(kept.get('x')).toBe('old')
    let reads = 0
    const read = async () => {
      reads += 1
      return reads === 1 ? 'old' : 'something else'
    }
    await expect(keepItem({ ...store, read }, 'x', 'newer', known)).rejects.toMatchObject(forgotten)
    expect(kept.get('x')).toBe('old')
    const unknown = async () => {
      throw new Error('the index is full')
    }
    await expect(keepItem(store, 'x', 'newer', unknown)).rejects.toThrow('the index is full')
    expect(kept.get('x')).toBe('old')
    const forgetful = { ...store, read: async () => undefined }
    await expect(keepItem(forgetful, 'x', 'y', known)).rejects.toMatchObject(forgotten)
    expect(kept.has('x')).toBe(false)
  })

  it('is tried out beforehand, and nothing is left of that', async () => {
    const { kept, store } = fakeStore()
    const written = new Set<string>()
    const write = (item: string, text: string) => {
      written.add(text)
      return store.write(item, text)
    }
    for (const _ of [1, 2]) await probeStore({ ...store, write })
    expect(kept.size).toBe(0)
    // What an earlier one left behind is not taken for the new one.
    expect(written.size).toBe(2)
    await expect(probeStore({ ...store, read: async () => undefined })).rejects.toMatchObject(forgotten)
    expect(kept.size).toBe(0)
  })
})

describe('a link that is moved', () => {
  /** A helper's store would need a program; the two stores here are told apart by their folder alone. */
  it('to where it is already is left alone', async () => {
    const account = await addLink(ada, undefined)
    expect(await moveLink(account, 'file')).toBe('file')
    expect(listAccounts()).toEqual([account])
  })

  describe('to a helper', () => {
    const path = process.env.PATH
    afterEach(() => {
      process.env.PATH = path
    })
    const vault = () => readdirSync(join(own.dir, 'kept'))
    const verbs = () => readFileSync(join(own.dir, 'asked'), 'utf8').match(/^(store|get|erase|list)/gm) ?? []
    const changeIndexFile = (change: object) => {
      const [account] = listAccounts()
      writeFileSync(join(own.dir, 'accounts.json'), JSON.stringify({ accounts: [{ ...account, ...change }] }))
    }

    it('and back is in one place at a time, and no other is noted', async () => {
      process.env.PATH = putHelper(own.dir, 'osxkeychain', path)
      const account = await addLink(ada, undefined)
      expect(await moveLink(account, 'helper:osxkeychain')).toBe('file')
      expect(listAccounts()).toEqual([{ ...account, store: 'helper:osxkeychain' }])
      expect(links()).toEqual([])
      expect(vault()).toHaveLength(1)
      // Some keychains ask the person for each writing.
      expect(verbs().filter((verb) => verb === 'store')).toHaveLength(1)
      // Found there, too, by whoever knew the old place.
      expect(await readLink(account)).toEqual(ada)
      expect(await moveLink(account, 'file')).toBe('helper:osxkeychain')
      expect(listAccounts()).toEqual([account])
      expect(vault()).toEqual([])
    })

    it('is noted there before it is written there', async () => {
      process.env.PATH = putHelper(own.dir, 'osxkeychain', path)
      const account = await addLink(ada, undefined)
      const seen = join(own.dir, 'seen')
      writeFileSync(
        join(own.dir, 'script'),
        `[ "$1" = store ] && [ ! -e '${seen}' ] && cp '${own.dir}/accounts.json' '${seen}'`,
      )
      await moveLink(account, 'helper:osxkeychain')
      expect(JSON.parse(readFileSync(seen, 'utf8')).accounts).toEqual([
        { ...account, copies: ['helper:osxkeychain'] },
      ])
    })

    it('is noted in no other place while it is linked anew where it is', async () => {
      process.env.PATH = putHelper(own.dir, 'osxkeychain', path)
      process.env.OD_LINK_STORE = 'helper:osxkeychain'
      const account = await addLink(ada, undefined)
      const seen = join(own.dir, 'seen')
      writeFileSync(join(own.dir, 'script'), `[ "$1" = store ] && cp '${own.dir}/accounts.json' '${seen}'`)
      await addLink(ada, undefined)
      expect(JSON.parse(readFileSync(seen, 'utf8')).accounts).toEqual([account])
    })

    it('is not taken out of its place where the index names that twice', async () => {
      process.env.PATH = putHelper(own.dir, 'osxkeychain', path)
      process.env.OD_LINK_STORE = 'helper:osxkeychain'
      const account = await addLink(ada, undefined)
      changeIndexFile({ copies: ['helper:osxkeychain'] })
      await moveLink(account, 'helper:osxkeychain')
      expect(listAccounts()).toEqual([account])
      expect(verbs()).not.toContain('erase')
    })

    it('that is gone from its place does not come back from an old copy, which goes, too', async () => {
      process.env.PATH = putHelper(own.dir, 'osxkeychain', path)
      const account = await addLink(ada, undefined)
      changeIndexFile({ copies: ['helper:osxkeychain'] })
      rmSync(join(own.dir, 'links', 'contoso.ada.json'))
      await moveLink(account, 'file')
      expect(listAccounts()).toEqual([account])
      expect(links()).toEqual([])
    })

    it('of another name in front of the same vault is there still', async () => {
      putHelper(own.dir, 'osxkeychain', path)
      process.env.PATH = putHelper(own.dir, 'secretservice', path)
      const account = await addLink(ada, undefined)
      await moveLink(account, 'helper:osxkeychain')
      await moveLink(account, 'helper:secretservice')
      expect(listAccounts()).toEqual([{ ...account, store: 'helper:secretservice' }])
      expect(await readLink(accountNow(account))).toEqual(ada)
    })

    it('that does not remove it is in the new place, and the old one stays noted', async () => {
      process.env.PATH = putHelper(own.dir, 'osxkeychain', path)
      const account = await addLink(ada, undefined)
      await moveLink(account, 'helper:osxkeychain')
      writeFileSync(join(own.dir, 'script'), '[ "$1" = erase ] && { echo sealed; exit 1; }')
      await expect(moveLink(account, 'file')).rejects.toMatchObject({
        message: expect.stringMatching(/^ada@contoso\.example is in file now, but an old copy could not/),
      })
      expect(listAccounts()).toEqual([{ ...account, copies: ['helper:osxkeychain'] }])
      rmSync(join(own.dir, 'script'))
      await moveLink(account, 'file')
      expect(listAccounts()).toEqual([account])
      expect(vault()).toEqual([])
    })

    it('again keeps the note of each place that has not removed it yet, and of no other', async () => {
      putHelper(own.dir, 'osxkeychain', path)
      process.env.PATH = putHelper(own.dir, 'secretservice', path)
      const account = await addLink(ada, undefined)
      await moveLink(account, 'helper:osxkeychain')
      writeFileSync(join(own.dir, 'script'), '[ "$1" = erase ] && { echo sealed; exit 1; }')
      await expect(moveLink(account, 'file')).rejects.toMatchObject({ kind: 'keychain' })
      await expect(moveLink(account, 'helper:secretservice')).rejects.toMatchObject({ kind: 'keychain' })
      expect(listAccounts()).toEqual([
        { ...account, store: 'helper:secretservice', copies: ['helper:osxkeychain'] },
      ])
      expect(links()).toEqual([])
    })
  })

  it('and is gone by then is told so', async () => {
    const account = await addLink(ada, undefined)
    await removeLink(account)
    await expect(moveLink(account, 'helper:nonesuch')).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'The link contoso.ada is gone.',
      hint: 'od-link status',
    })
  })

  it('to a store that does not work stays where it was', async () => {
    const account = await addLink(ada, undefined)
    await expect(moveLink(account, 'helper:nonesuch')).rejects.toMatchObject({
      kind: 'keychain',
      message: expect.stringMatching(
        /^ada@contoso\.example stays where it was \(file\)\. The store helper:nonesuch needs/,
      ),
      hint: expect.stringMatching(/^Install it/),
    })
    expect(listAccounts()).toMatchObject([account])
    expect(await readLink(account)).toEqual(ada)
  })

  it('takes the choice along only where the secret can go, too', async () => {
    delete process.env.OD_LINK_STORE
    await saveSettings({ store: 'file' })
    await saveClientSecret('a-secret', 'an-id')
    await expect(moveChoice('helper:nonesuch')).rejects.toMatchObject({
      kind: 'keychain',
      message: expect.stringMatching(/^The client secret, if one is kept in file, was not moved\. The store/),
      hint: expect.stringMatching(
        /^New links go there after: od-link config set store helper:nonesuch\nInstall/,
      ),
    })
    expect(savedSettings().store).toBe('file')
    await saveClientSecret(undefined)
    await moveChoice('helper:nonesuch')
    expect(savedSettings().store).toBe('helper:nonesuch')
  })

  it('to the store that is chosen already leaves the secret where it is', async () => {
    delete process.env.OD_LINK_STORE
    await saveSettings({ store: 'file' })
    await saveClientSecret('a-secret', 'an-id')
    await moveChoice('file')
    expect(savedSettings().store).toBe('file')
    expect(await clientSecretFor('an-id')).toBe('a-secret')
  })

  it('leaves the secret where a variable chooses the store', async () => {
    await saveClientSecret('a-secret', 'an-id')
    await moveChoice('helper:nonesuch')
    expect(savedSettings().store).toBe('helper:nonesuch')
    expect(await clientSecretFor('an-id')).toBe('a-secret')
  })
})

describe('the client secret', () => {
  it.each(['x', '~aB8Q~secret.of-an_app', 'x'.repeat(512), '11111111-2222-3333-4444-55555555555'])(
    'may be %s',
    (secret) => checkClientSecret(secret),
  )

  it.each([
    ['', 'No client secret was given.'],
    ['two words', 'That is not a client secret.'],
    ['a\u0007bell', 'That is not a client secret.'],
    ['é', 'That is not a client secret.'],
    ['x'.repeat(513), 'That is not a client secret.'],
    ['11111111-2222-3333-4444-AAAAAAAAAAAA', 'That is the Secret ID, not the Value.'],
  ])('cannot be %j', (secret, message) => {
    expect(() => checkClientSecret(secret)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message,
        hint: expect.stringMatching(
          /^Copy the Value, which is shown only once; if it is gone, make a new one:\nhttps:/,
        ),
      }),
    )
  })

  it('is for the app that it was kept for', async () => {
    expect(await hasClientSecret()).toBe(false)
    expect(await isSecretIn('file')).toBe(false)
    expect(await clientSecretFor('an-id')).toBeUndefined()
    await saveClientSecret('a-secret', 'an-id')
    expect(await clientSecretFor('an-id')).toBe('a-secret')
    expect(own.warnings).toEqual([])
    expect(await clientSecretFor('another')).toBeUndefined()
    expect(own.warnings).toEqual([
      'The client secret that is kept belongs to an-id, so it is not used for another.',
    ])
    expect([
      await hasClientSecret(),
      await hasClientSecret('an-id'),
      await hasClientSecret('another'),
    ]).toEqual([true, true, false])
    expect(await isSecretIn('file')).toBe(true)
    await saveClientSecret(undefined)
    expect(await hasClientSecret()).toBe(false)
  })

  it('is for any app where none was known', async () => {
    await saveClientSecret('a-secret')
    expect(await clientSecretFor('any')).toBe('a-secret')
    process.env.OD_LINK_CLIENT_ID = 'chosen'
    await saveClientSecret('a-secret')
    expect(await hasClientSecret('any')).toBe(false)
    expect(await hasClientSecret('chosen')).toBe(true)
  })

  it.each(['{}', 'no JSON', '{"secret":7}', '{"secret":"x","clientId":7}'])(
    'that is damaged is told: %s',
    async (text) => {
      mkdirSync(join(own.dir, 'links'), { mode: 0o700 })
      writeFileSync(join(own.dir, 'links', 'client-secret.json'), text, { mode: 0o600 })
      await expect(clientSecretFor('an-id')).rejects.toMatchObject({
        kind: 'keychain',
        message: 'The client secret is kept, but cannot be read: it is damaged.',
        hint: 'od-link config set client-secret\n(which replaces it; or remove it: od-link config unset client-secret)',
      })
    },
  )
})

describe('two stores', () => {
  const path = process.env.PATH
  const helper = 'helper:secretservice'
  beforeEach(() => {
    process.env.PATH = putHelper(own.dir, 'secretservice')
  })
  afterEach(() => {
    process.env.PATH = path
  })
  const kept = () => (existsSync(join(own.dir, 'kept')) ? readdirSync(join(own.dir, 'kept')) : [])
  const behave = (script: string) => writeFileSync(join(own.dir, 'script'), script)

  it('have a link that is moved in one of them', async () => {
    const account = await addLink(ada, undefined)
    await addLink(grace, undefined)
    expect(await moveLink(account, helper)).toBe('file')
    expect(listAccounts().map(({ id, store }) => [id, store])).toEqual([
      [ada.id, helper],
      [grace.id, 'file'],
    ])
    expect(links()).toEqual(['consumers.grace.json'])
    expect(kept()).toHaveLength(1)
    // Whoever found it before it was moved finds it still.
    expect(await readLink(account)).toEqual(ada)
    expect(accountNow(account).store).toBe(helper)
    expect(await moveLink(account, 'file')).toBe(helper)
    expect(kept()).toEqual([])
  })

  it('have it in both where it cannot be removed from the old one', async () => {
    process.env.OD_LINK_STORE = helper
    const account = await addLink(ada, undefined)
    behave('[ "$1" = erase ] && { echo sealed; exit 1; }')
    await expect(moveLink(account, 'file')).rejects.toMatchObject({
      kind: 'keychain',
      message: expect.stringMatching(
        /^ada@contoso\.example is in file now, but an old copy .*could not be removed.*sealed\.$/s,
      ),
      hint: expect.stringMatching(
        /^When its store works again, this removes it: od-link store move --to file\n/,
      ),
    })
    expect(listAccounts()[0]?.store).toBe('file')
    expect(links()).toEqual(['contoso.ada.json'])
  })

  it('have it where it was when the new one forgets it', async () => {
    const account = await addLink(ada, undefined)
    behave('[ "$1" = store ] && exit 0')
    await expect(moveLink(account, helper)).rejects.toMatchObject({
      message:
        'ada@contoso.example stays where it was (file). docker-credential-secretservice does not give back what was written to it.',
    })
    expect(listAccounts()[0]?.store).toBe('file')
    expect(await readLink(account)).toEqual(ada)
  })

  it('have a link that is made anew in the one that was chosen for it', async () => {
    await addLink(ada, undefined)
    process.env.OD_LINK_STORE = helper
    expect((await addLink(ada, undefined)).store).toBe(helper)
    expect(links()).toEqual([])
    own.warnings.length = 0
    behave('[ "$1" = erase ] && { echo sealed; exit 1; }')
    process.env.OD_LINK_STORE = 'file'
    expect((await addLink(ada, undefined)).store).toBe('file')
    expect(own.warnings).toEqual([
      'Links in files are not encrypted: whoever gets a copy of them can use the drive.',
      expect.stringMatching(/^An old copy of the link could not be removed\. .*sealed\.$/),
    ])
  })

  it('have the secret of the app where it was chosen to be', async () => {
    delete process.env.OD_LINK_STORE
    await saveSettings({ store: 'file' })
    await saveClientSecret('a-secret', 'an-id')
    await moveChoice(helper)
    expect(savedSettings().store).toBe(helper)
    expect([await isSecretIn('file'), await isSecretIn(helper)]).toEqual([false, true])
    expect(await clientSecretFor('an-id')).toBe('a-secret')
    behave('[ "$1" = get ] && exit 0')
    await expect(moveChoice('file')).rejects.toMatchObject({ kind: 'keychain' })
    expect(savedSettings().store).toBe(helper)
  })

  it('have the secret of the app in both where the old one does not let go of it', async () => {
    delete process.env.OD_LINK_STORE
    await saveSettings({ store: helper })
    await saveClientSecret('a-secret', 'an-id')
    behave('[ "$1" = erase ] && { echo sealed; exit 1; }')
    await expect(moveChoice('file')).rejects.toMatchObject({
      kind: 'keychain',
      message: expect.stringMatching(
        /^The client secret is in file now, but the old one in helper:secretservice could not be removed\. .*sealed\.$/,
      ),
    })
    expect(savedSettings().store).toBe('file')
    expect(await clientSecretFor('an-id')).toBe('a-secret')
  })

  it('have what was there before when a move breaks down', async () => {
    delete process.env.OD_LINK_STORE
    await saveSettings({ store: 'file' })
    await saveClientSecret('new', 'an-id')
    process.env.OD_LINK_STORE = helper
    await saveClientSecret('before', 'an-id')
    delete process.env.OD_LINK_STORE
    // The second of the writings is the one that puts it back.
    behave(
      '[ "$1" = store ] && { [ -e "$dir/../once" ] || { touch "$dir/../once"; exit 0; }; }; [ "$1" = get ] && [ -e "$dir/../once" ] && exit 1',
    )
    await expect(moveChoice(helper)).rejects.toMatchObject({ kind: 'keychain' })
    writeFileSync(join(own.dir, 'script'), '')
    process.env.OD_LINK_STORE = helper
    expect(await clientSecretFor('an-id')).toBe('before')
  })

  it('are proved by another process where one may forget', async () => {
    const { kept: items, store } = fakeStore({ mayForget: true, name: 'file' })
    await expect(probeStore(store)).rejects.toMatchObject({
      kind: 'keychain',
      message: expect.stringMatching(
        /^The fake store keeps what it is given, but another process cannot read it: [\s\S]*Cannot find module/,
      ),
      hint: 'Look at it with its own program.\nOr keep links in private files: od-link config set store file',
    })
    expect(items.size).toBe(0)
  })
})
