import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clientSecretFor, isSecretIn, saveClientSecret } from '../../src/accounts/client-secret.ts'
import { accountNow, listAccounts, readLink } from '../../src/accounts/index.ts'
import { addLink, removeLink } from '../../src/accounts/links.ts'
import { moveChoice, moveLink } from '../../src/accounts/move.ts'
import { savedSettings, saveSettings } from '../../src/settings/index.ts'
import { putHelper } from '../helpers/keychain/helper-program.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'
import { ada, grace, linkFiles } from '../helpers/program/two-people.ts'

const own = useOwnSettings()

describe('a link that is moved', () => {
  /** A helper's store would need a program; the two stores here are told apart by their folder alone. */
  it('to where it is already is left alone', async () => {
    const account = await addLink(ada, undefined)
    expect(await moveLink(account, 'file')).toBe('file')
    expect(listAccounts()).toEqual([account])
  })

  it('to a store that has no key stays where it was, and the error says where', async () => {
    const account = await addLink(ada, undefined)
    await expect(moveLink(account, 'encrypted')).rejects.toMatchObject({
      reason: 'key-missing',
      message: expect.stringMatching(/ is still in file\. The encrypted store has no key yet/),
    })
    expect(listAccounts()).toEqual([account])
    expect(linkFiles(own)).toHaveLength(1)
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
      expect(linkFiles(own)).toEqual([])
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
      expect(linkFiles(own)).toEqual([])
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
        message: expect.stringMatching(/^ada@contoso\.example is now in file, but an old copy could not/),
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
      expect(linkFiles(own)).toEqual([])
    })
  })

  it('and is gone by then is told so', async () => {
    const account = await addLink(ada, undefined)
    await removeLink(account)
    await expect(moveLink(account, 'helper:nonesuch')).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'The link contoso.ada no longer exists.',
      hint: 'od-link status',
    })
  })

  it('to a store that does not work is still in', async () => {
    const account = await addLink(ada, undefined)
    await expect(moveLink(account, 'helper:nonesuch')).rejects.toMatchObject({
      kind: 'keychain',
      message: expect.stringMatching(/^ada@contoso\.example is still in file\. helper:nonesuch needs/),
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
      message: expect.stringMatching(
        /^The client secret, if there is one in file, was not moved\. helper:nonesuch needs/,
      ),
      hint: expect.stringMatching(
        /^To use the new store for new links anyway: od-link config set store helper:nonesuch\nInstall/,
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
    expect(linkFiles(own)).toEqual(['consumers.grace.json'])
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
        /^ada@contoso\.example is now in file, but an old copy .*could not be removed.*sealed\.$/s,
      ),
      hint: expect.stringMatching(
        /^To remove the copy when its store works again: od-link store move --to file\n/,
      ),
    })
    expect(listAccounts()[0]?.store).toBe('file')
    expect(linkFiles(own)).toEqual(['contoso.ada.json'])
  })

  it('have it where it was when the new one forgets it', async () => {
    const account = await addLink(ada, undefined)
    behave('[ "$1" = store ] && exit 0')
    await expect(moveLink(account, helper)).rejects.toMatchObject({
      message:
        'ada@contoso.example is still in file. docker-credential-secretservice did not return what was written to it.',
    })
    expect(listAccounts()[0]?.store).toBe('file')
    expect(await readLink(account)).toEqual(ada)
  })

  it('have a link that is made anew in the one that was chosen for it', async () => {
    await addLink(ada, undefined)
    process.env.OD_LINK_STORE = helper
    expect((await addLink(ada, undefined)).store).toBe(helper)
    expect(linkFiles(own)).toEqual([])
    own.warnings.length = 0
    behave('[ "$1" = erase ] && { echo sealed; exit 1; }')
    process.env.OD_LINK_STORE = 'file'
    expect((await addLink(ada, undefined)).store).toBe('file')
    expect(own.warnings).toEqual([
      'Links in files are not encrypted. Anyone with a copy of the files can use the drive.',
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
        /^The client secret is now in file, but the copy in helper:secretservice could not be removed\. .*sealed\.$/,
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
})
