import { beforeEach, describe, expect, it } from 'vitest'
import type { Account, SavedDrive } from '../../src/accounts/account.ts'
import {
  addDrive,
  findDrive,
  isNamed,
  listDrives,
  refuseTakenDrive,
  removeDrive,
} from '../../src/accounts/drives.ts'
import { changeIndex, listAccounts } from '../../src/accounts/index.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'

useOwnSettings()

const accountOf = (name: string): Account => ({
  ...{ id: `t.${name}`, username: `${name}@contoso.example`, displayName: name },
  ...{ kind: 'work', store: 'file' },
})
const [ada, grace] = [accountOf('ada'), accountOf('grace')]
const driveOf = (name: string): SavedDrive => ({
  ...{ name, id: `id of ${name}`, address: `https://a.example/${name}`, about: `library ${name}` },
})
const names = () => listDrives().map(({ account, drive }) => [account.id, drive.name])

beforeEach(async () => {
  await changeIndex((index) => {
    index.accounts = [structuredClone(ada), structuredClone(grace)]
  })
})

describe('saved drives', () => {
  it('belong to the account that they were added with, and are in their order', async () => {
    expect(listDrives()).toEqual([])
    await addDrive(grace, driveOf('team'))
    await addDrive(ada, driveOf('Reports'))
    await addDrive(ada, driveOf('a-b'))
    expect(names()).toEqual([
      ['t.ada', 'Reports'],
      ['t.ada', 'a-b'],
      ['t.grace', 'team'],
    ])
    expect(listDrives([grace])).toEqual([])
    expect(await findDrive('REPORTS')).toMatchObject({ account: { id: 't.ada' }, drive: driveOf('Reports') })
  })

  it('that somebody has written into the index by hand are left out where they cannot be one', async () => {
    const odd = (drives: unknown) =>
      listDrives([{ ...ada, drives } as Account]).map(({ drive }) => drive.name)
    expect(odd('team')).toEqual([])
    expect(
      odd([driveOf('a'), { ...driveOf('b'), id: 7 }, { ...driveOf('c'), item: {} }, { id: 'd' }]),
    ).toEqual(['a'])
    expect(odd([{ ...driveOf('e'), item: 'I' }])).toEqual(['e'])
  })

  it('have each a name of their own, among all accounts and in any case', async () => {
    await addDrive(ada, driveOf('Team'))
    const refusal = {
      ...{ kind: 'taken', reason: 'name-taken' },
      message: '"Team:" is already saved: library Team (ada@contoso.example).',
      hint: 'Choose another name.\nOr remove it first: od-link drive remove Team',
    }
    await expect(addDrive(grace, driveOf('tEAM'))).rejects.toMatchObject(refusal)
    expect(() => refuseTakenDrive('TEAM')).toThrow(expect.objectContaining(refusal))
    refuseTakenDrive('Team2')
    expect(names()).toEqual([['t.ada', 'Team']])
    expect(isNamed(driveOf('Team'), 'teams')).toBe(false)
  })

  it('are not saved with an account that was unlinked meanwhile', async () => {
    await expect(addDrive(accountOf('eve'), driveOf('team'))).rejects.toMatchObject({
      ...{ kind: 'sign-in', reason: 'not-linked', message: 'eve@contoso.example is no longer linked.' },
      hint: 'od-link login',
    })
    await changeIndex((index) => {
      delete index.accounts
    })
    await expect(addDrive(ada, driveOf('team'))).rejects.toMatchObject({ kind: 'sign-in' })
  })

  it('are removed alone, and leave nothing', async () => {
    await addDrive(ada, driveOf('one'))
    await addDrive(ada, driveOf('two'))
    await addDrive(grace, driveOf('three'))
    expect(await removeDrive('ONE')).toMatchObject({ account: { id: 't.ada' }, drive: { name: 'one' } })
    expect(names()).toEqual([
      ['t.ada', 'two'],
      ['t.grace', 'three'],
    ])
    await removeDrive('two')
    expect(listAccounts()[0]).toEqual(ada)
    await expect(removeDrive('two')).rejects.toMatchObject({ reason: 'unknown-drive' })
  })
})

describe('a drive that is not saved', () => {
  it('is told with how to save one', async () => {
    await expect(findDrive('team')).rejects.toMatchObject({
      ...{ kind: 'usage', reason: 'unknown-drive', message: 'There is no saved drive "team".' },
      hint: 'To save one: od-link drive add team ADDRESS\nOneDrive allows no ":" in a name, so "team:" can only be a saved drive.',
    })
  })

  it('is told with the nearest one, and how to see all', async () => {
    await addDrive(ada, driveOf('team'))
    const hint = 'To list the saved drives: od-link drive list'
    await expect(findDrive('TAEM')).rejects.toMatchObject({
      ...{ message: 'There is no saved drive "TAEM". Did you mean "team:"?', hint },
    })
    await expect(findDrive('quarterly')).rejects.toMatchObject({
      ...{ message: 'There is no saved drive "quarterly".', hint },
    })
  })
})
