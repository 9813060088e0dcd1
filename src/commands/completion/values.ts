import type { Arguments, Option, Positional } from '../../cli/command.ts'
import type { Candidate } from '../../cli/completion/shell.ts'
import { settingNames } from '../../settings/names.ts'
import { commands } from '../index.ts'

/**
 * The candidates for a value.
 * @param typed the part of the value that was typed.
 * @param given the options so far: another account has other folders.
 */
export async function valuesOf(
  { takes, choices, offers }: Option | Positional,
  typed: string,
  given: Arguments['options'],
): Promise<Candidate[] | 'files'> {
  if (takes === 'file') return 'files'
  if (takes === 'folder' || takes === 'item')
    return (await import('./folders.ts')).foldersBelow(typed, given.account, takes === 'item')
  const all = takes ? await sources[takes]() : (choices ?? offers ?? []).map((word) => ({ word }))
  const small = typed.toLowerCase()
  return all.filter(({ word }) => word.toLowerCase().startsWith(small))
}

/** Each loads only what it needs: Tab must answer at once. */
const sources: Record<'account' | 'drive' | 'setting' | 'topic' | 'code', () => Promise<Candidate[]>> = {
  account: async () =>
    (await import('../../accounts/index.ts'))
      .listAccounts()
      .flatMap(({ name, username, kind }) => [
        ...(name ? [{ word: name, about: `${username}, ${kind} account` }] : []),
        { word: username, about: `${kind} account` },
      ]),
  drive: async () =>
    (await import('../../accounts/drives.ts'))
      .listDrives()
      .map(({ drive }) => ({ word: drive.name, about: drive.about })),
  setting: async () => [...Object.keys(settingNames), 'client-secret'].map((word) => ({ word })),
  topic: async () => {
    const { topics } = await import('../help/topics.ts')
    return Object.entries({ ...commands, ...topics }).map(([word, { summary }]) => ({ word, about: summary }))
  },
  code: async () =>
    (await import('../explain/codes.ts')).everyCode().map(({ code, meaning }) => ({
      word: code,
      about: meaning,
    })),
}
