import { labelOf } from '../../accounts/account.ts'
import type { OwnedDrive } from '../../accounts/drives.ts'

/** A saved drive in JSON. */
export function describeDrive({ account, drive }: OwnedDrive) {
  return {
    name: drive.name,
    about: drive.about,
    address: drive.address,
    driveId: drive.id,
    itemId: drive.item ?? null,
    account: labelOf(account),
    accountId: account.id,
  }
}
