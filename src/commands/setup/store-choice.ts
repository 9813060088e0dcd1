import { openStore } from '../../accounts/stores/index.ts'
import { probeStore } from '../../accounts/stores/probe.ts'
import { OdLinkError } from '../../errors.ts'
import { overrideOf, saveSettings } from '../../settings/index.ts'
import { withLock } from '../../settings/lock.ts'
import { say, tell } from '../../terminal/index.ts'
import { choose } from '../../terminal/prompt.ts'

/**
 * Checks that links can be saved here. Without a working keychain, offers the stores that need none; the choice is saved at
 * once, since it holds for every link.
 * @throws OdLinkError (keychain) when there is no store that works, (usage, cancelled) when there is no answer.
 */
export async function offerStores(): Promise<void> {
  try {
    await probeStore(await openStore())
  } catch (error) {
    // A variable would override what is chosen here.
    if (!(error instanceof OdLinkError && error.kind === 'keychain') || overrideOf('store')) throw error
    say()
    tell(error.message)
    const store = await choose('Where should od-link save links instead?', {
      encrypted: 'In encrypted files, under a passphrase that od-link asks for',
      file: 'In private files, not encrypted: anyone with a copy of them can use the drive',
      keychain: 'In the keychain; stop here, so that I can fix it',
    })
    if (store === 'keychain') throw error
    await withLock('settings', () => saveSettings({ store }))
    tell(
      `Links are saved in the store "${store}" from now on. To move them later:`,
      'od-link store move --to keychain',
    )
    await probeStore(await openStore())
  }
}
