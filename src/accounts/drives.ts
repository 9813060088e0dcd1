import { OdLinkError } from '../errors.ts'
import type { Account, SavedDrive } from './account.ts'
import { listAccounts } from './index.ts'

/*
 * Saved drives: a short name for a place outside of the account's own drive. They are in the index entry of the account that
 * they were added with, so that a command reads no further file, and a logout takes them with it. Nothing in them is secret.
 */

/** A saved drive, and the account that it was added with. */
export interface OwnedDrive {
  account: Account
  drive: SavedDrive
}

/** The saved drives of all accounts, or of one, in the order in which they were added. */
export function listDrives(accounts: readonly Account[] = listAccounts()): OwnedDrive[] {
  return accounts.flatMap((account) =>
    (Array.isArray(account.drives) ? account.drives : [])
      .filter(({ name, id, item = '' }) => [name, id, item].every((text) => typeof text === 'string'))
      .map((drive) => ({ account, drive })),
  )
}

/**
 * Finds a saved drive by its name, in any case.
 * @throws OdLinkError (usage) when there is none; the hint has the name that is nearest.
 */
export async function findDrive(name: string): Promise<OwnedDrive> {
  const all = listDrives()
  const found = all.find(({ drive }) => isNamed(drive, name))
  if (found) return found
  const { nearest } = await import('../cli/suggestions.ts')
  const [close] = nearest(
    name.toLowerCase(),
    all.map(({ drive }) => drive.name),
  )
  const isKnown = close === undefined ? '' : ` Did you mean "${close}:"?`
  throw new OdLinkError('usage', `There is no saved drive "${name}".${isKnown}`, {
    reason: 'unknown-drive',
    next:
      all.length > 0
        ? [{ intro: 'To list the saved drives:', verb: 'drive', args: ['list'] }]
        : [
            { intro: 'To save one:', verb: 'drive', args: ['add', name, 'ADDRESS'] },
            `OneDrive allows no ":" in a name, so "${name}:" can only be a saved drive.`,
          ],
  })
}

/** Whether a saved drive has this name; case does not count. */
export function isNamed({ name }: SavedDrive, wanted: string): boolean {
  return name.toLowerCase() === wanted.toLowerCase()
}
