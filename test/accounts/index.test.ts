import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { labelOf } from '../../src/accounts/account.ts'
import {
  accountNow,
  changeAccount,
  defaultAccount,
  findAccount,
  listAccounts,
  makeDefault,
  readLink,
  refuseReadOnly,
  withLinkLock,
  writeLink,
} from '../../src/accounts/index.ts'
import { addLink, removeLink } from '../../src/accounts/links.ts'
import { moveLink } from '../../src/accounts/move.ts'
import { recordOf, useOwnSettings } from '../helpers/program/own-settings.ts'
import { ada, errorSaying, grace } from '../helpers/program/two-people.ts'

const own = useOwnSettings()

describe('the account that a command uses', () => {
  const twins = recordOf({ id: 'fabrikam.ada' })

  it('is none before there is one', () => {
    expect(() => findAccount()).toThrow(
      errorSaying(/^No OneDrive is linked\.$/, { kind: 'sign-in', hint: 'od-link setup' }),
    )
    process.env.OD_LINK_CLIENT_ID = '11111111-2222-3333-4444-555555555555'
    expect(() => findAccount()).toThrow(errorSaying(/^No OneDrive/, { hint: 'od-link login' }))
    expect(() => findAccount('')).toThrow(
      errorSaying(/^The account name is empty\.$/, { kind: 'usage', hint: 'od-link status' }),
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
      errorSaying(
        /^No linked account is called "nobody"\. Linked: ada@contoso\.example \(work account, ID contoso\.ada\); other one = ada@contoso\.example \(work account, ID fabrikam\.ada\)\.$/,
        { kind: 'sign-in', hint: 'od-link status' },
      ),
    )
    expect(() => findAccount('OTHER')).toThrow(
      errorSaying(/^No linked account is called "OTHER"/, {
        next: [{ intro: 'Did you mean:', flags: { account: 'other one' } }, expect.anything()],
      }),
    )
    expect(() => findAccount('ada@contoso.example')).toThrow(
      errorSaying(/^More than one linked account is called "ada@contoso\.example"\. Linked: /, {
        hint: 'Use its ID instead: --account contoso.ada',
      }),
    )
  })

  it('has to be named where several are linked and none is the default', async () => {
    await addLink(grace, 'at home')
    await addLink(ada, undefined)
    await addLink(twins, undefined)
    await removeLink(findAccount(grace.id))
    expect(() => findAccount()).toThrow(
      errorSaying(/^Several accounts are linked, and none is the default\. Linked: /, {
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
      message: 'ada@contoso.example is no longer linked. Its tokens are gone from the store (file).',
      hint: 'od-link login --account ada@contoso.example',
    })
  })

  it.each([
    ['{"accounts":7}'],
    ['{"accounts":[{"id":"x"}]}'],
    ['{"accounts":[{"username":"x"}]}'],
    ['{"accounts":[null]}'],
  ])('is not looked for in an index that is damaged: %s', (text) => {
    writeFileSync(join(own.dir, 'accounts.json'), text)
    expect(() => listAccounts()).toThrow(
      errorSaying(/^The list of accounts \(accounts\.json\) is damaged\.$/, {
        kind: 'usage',
        hint: 'Move that file out of the settings directory, then sign in again: od-link setup',
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
      message: 'The link consumers.grace no longer exists.',
    })
    await expect(moveLink(first, 'helper:nonesuch')).rejects.toMatchObject({
      message: expect.stringContaining('ada@contoso.example is still in'),
    })
  })

  it('is written by whoever holds it', async () => {
    const account = await addLink(ada, undefined)
    const newer = { ...ada, accessToken: 'newer' }
    const write = async () => {
      await writeLink(account, newer)
      return 7
    }
    expect(await withLinkLock(ada.id, write)).toBe(7)
    expect(await readLink(account)).toEqual(newer)
    await refuseReadOnly(account)
    writeFileSync(join(own.dir, 'file'), '')
    process.env.OD_LINK_CONFIG_DIR = join(own.dir, 'file')
    await expect(refuseReadOnly(account)).rejects.toMatchObject({ kind: 'keychain' })
  })
})
