import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Desktop, end, hasDesktop, startDesktop, until } from './desktop.ts'

/** A real KWallet as the Secret Service, as Plasma 5 starts it. */
export interface KWallet extends Pick<Desktop, 'windows' | 'stop'> {
  /** The environment that finds it. */
  env: Desktop['busEnv']
  /** Closes the wallet, as a timeout or a screen lock may. */
  lock: () => Promise<void>
  /** Waits for the dialog that asks for the password, and types it. */
  unlock: () => Promise<void>
  /** How many entries the open wallet has. */
  entries: () => number
}

/** The title of its dialogs. */
export const walletDialog = 'KDE Wallet Service'

const wallet = 'kdewallet'
const password = 'secret'

const settings = `[Wallet]
Enabled=true
First Use=false
Default Wallet=${wallet}

[org.freedesktop.secrets]
apiEnabled=true
`

export function hasKWallet(): boolean {
  return hasDesktop('kwalletd5')
}

/** Starts it with the wallet that a first login creates, open. */
export async function startKWallet(): Promise<KWallet> {
  const desktop = await startDesktop()
  const { home, run, property, windows, stop } = desktop
  const data = join(home, '.local/share/kwalletd')
  for (const folder of [join(home, '.config'), data]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(home, '.config/kwalletrc'), settings)
  const salt = randomBytes(56)
  writeFileSync(join(data, `${wallet}.salt`), salt)

  const call = (member: string, ...args: string[]) =>
    run('dbus-send', [
      '--session',
      '--print-reply',
      '--dest=org.kde.kwalletd5',
      '/modules/kwalletd5',
      `org.kde.KWallet.${member}`,
      ...args,
    ])
  const isOpen = () => call('isOpen', `string:${wallet}`).includes('boolean true')
  /** As the login does (pam_kwallet): with a key made from the password, without a dialog. */
  const open = async () => {
    const key = [...pbkdf2Sync(password, salt, 50_000, 56, 'sha512')]
    call('pamOpen', `string:${wallet}`, `array:byte:${key.join()}`, 'int32:0')
    await until('KWallet did not open its wallet', isOpen)
  }
  const startDaemon = async () => {
    const child = desktop.start('kwalletd5')
    await until(
      'KWallet did not come up',
      () => property('/org/freedesktop/secrets', 'Service', 'Collections') !== '',
    )
    return child
  }
  // It offers only the wallets that existed when it started.
  const first = await startDaemon()
  await open()
  await end(first, 'SIGTERM')
  await startDaemon()
  await open()
  return {
    env: desktop.busEnv,
    async lock() {
      call('closeAllWallets')
      await until('KWallet did not close its wallet', () => !isOpen())
    },
    async unlock() {
      await desktop.type(walletDialog, password)
      await desktop.press(walletDialog, 'Return')
      await until('KWallet did not open its wallet', isOpen)
    },
    entries() {
      const items = property(`/org/freedesktop/secrets/collection/${wallet}`, 'Collection', 'Items')
      return items.match(/object path/g)?.length ?? 0
    },
    windows,
    stop,
  }
}
