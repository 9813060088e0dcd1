import { OdLinkError } from '../errors.ts'
import type { Account, SavedDrive } from './account.ts'
import { changeIndex, listAccounts } from './index.ts'

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

/**
 * Saves a drive with the account that it was found with.
 * @throws OdLinkError (taken) when there is a drive with that name, of whatever account; (sign-in) when the account has been
 *   unlinked meanwhile.
 */
export async function addDrive(account: Account, drive: SavedDrive): Promise<void> {
  await changeIndex((index) => {
    const accounts = index.accounts ?? []
    refuseTakenDrive(drive.name, accounts)
    const owner = accounts.find(({ id }) => id === account.id)
    if (!owner) {
      const next = [{ verb: 'login' }]
      throw new OdLinkError('sign-in', `${account.username} is no longer linked.`, {
        reason: 'not-linked',
        next,
      })
    }
    owner.drives = [...(owner.drives ?? []), drive]
  })
}

/** @throws OdLinkError (taken) when there is a drive with that name. */
export function refuseTakenDrive(name: string, accounts?: readonly Account[]): void {
  const known = listDrives(accounts).find(({ drive }) => isNamed(drive, name))
  if (!known) return
  const { drive, account } = known
  throw new OdLinkError('taken', `"${drive.name}:" is already saved: ${drive.about} (${account.username}).`, {
    reason: 'name-taken',
    next: [
      'Choose another name.',
      { intro: 'Or remove it first:', verb: 'drive', args: ['remove', drive.name] },
    ],
  })
}

/** Forgets a saved drive; what is in it stays. @throws OdLinkError (usage) when there is none of that name. */
export async function removeDrive(name: string): Promise<OwnedDrive> {
  const found = await findDrive(name)
  await changeIndex(({ accounts = [] }) => {
    const owner = accounts.find(({ id }) => id === found.account.id)
    if (!owner?.drives) return
    owner.drives = owner.drives.filter((drive) => !isNamed(drive, name))
    if (owner.drives.length === 0) delete owner.drives
  })
  return found
}

/** Whether a saved drive has this name; case does not count. */
export function isNamed({ name }: SavedDrive, wanted: string): boolean {
  return name.toLowerCase() === wanted.toLowerCase()
}
