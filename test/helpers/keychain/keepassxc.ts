import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Desktop, end, hasDesktop, startDesktop, until } from './desktop.ts'

/** A real KeePassXC as the Secret Service of a desktop without another one. */
export interface KeePassXC extends Pick<Desktop, 'windows' | 'answerEach' | 'stop'> {
  /** The environment that finds it. */
  env: Desktop['busEnv']
  /** Locks every database. */
  lock: () => Promise<void>
  /** Waits for the dialog that asks for the password, and types it. */
  unlock: () => Promise<void>
  /** Restarts it with another database that is unlocked, while the first one is open and locked. */
  openOther: () => Promise<void>
  /** Closes the database, as if nobody had opened it since KeePassXC was started. */
  close: () => Promise<void>
  /** The titles of all entries in a database file, read by KeePassXC's own command-line program. */
  entries: (name?: string) => string[]
}

/** The titles of its dialogs. */
export const unlockDialog = 'Unlock Database'
export const accessDialog = 'Access Request'
export const deleteDialog = 'Delete'

const password = 'secret'

const groupOf = {
  uuid: '{28513ced-ee70-46ca-8b47-855240ce98cc}',
  base64: 'KFE87e5wRsqLR4VSQM6YzA==',
}

/** A database whose root group the Secret Service exposes, as an XML export. */
const databaseXml = (name: string, recycleBin: boolean) => `<?xml version="1.0" encoding="UTF-8"?>
<KeePassFile>
<Meta><Generator>KeePassXC</Generator><DatabaseName>${name}</DatabaseName>
<MemoryProtection><ProtectPassword>True</ProtectPassword></MemoryProtection>
<RecycleBinEnabled>${recycleBin ? 'True' : 'False'}</RecycleBinEnabled>
<CustomData><Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>${groupOf.uuid}</Value></Item></CustomData></Meta>
<Root><Group><UUID>${groupOf.base64}</UUID><Name>Root</Name><IsExpanded>True</IsExpanded></Group></Root>
</KeePassFile>`

export function hasKeePassXC(): boolean {
  return hasDesktop('keepassxc', 'keepassxc-cli')
}

export interface KeePassXCOptions {
  /** Of its section FdoSecrets; default: enabled, without notifications and confirmations. */
  settings?: Record<string, boolean>
  /** Whether deleted entries are moved there. */
  recycleBin?: boolean
}

export async function startKeePassXC({
  settings = {},
  recycleBin = false,
}: KeePassXCOptions = {}): Promise<KeePassXC> {
  const desktop = await startDesktop()
  const { home, run, property, windows, answerEach, stop } = desktop
  mkdirSync(join(home, '.config/keepassxc'), { recursive: true })
  writeFileSync(join(home, '.config/keepassxc/keepassxc.ini'), settingsFile(settings))
  const fileOf = (name: string) => join(home, `${name}.kdbx`)
  /** Of each open database, whether it is locked. */
  const lockedOnes = () => {
    const listed = property('/org/freedesktop/secrets', 'Service', 'Collections')
    const paths = [...listed.matchAll(/object path "([^"]+)"/g)].map(([, path = '']) => path)
    return paths.map((path) => !property(path, 'Collection', 'Locked').includes('boolean false'))
  }
  const startUnlocked = async (name: string) => {
    const xml = join(home, `${name}.xml`)
    writeFileSync(xml, databaseXml(name, recycleBin))
    run('keepassxc-cli', ['import', '-q', '-p', xml, fileOf(name)], `${password}\n${password}\n`)
    const child = desktop.start('keepassxc', ['--pw-stdin', fileOf(name)], `${password}\n`)
    await until('KeePassXC did not unlock its database', () => lockedOnes().includes(false))
    return child
  }
  const program = await startUnlocked('first')
  return {
    env: desktop.busEnv,
    async lock() {
      run('keepassxc', ['--lock'])
      await until('KeePassXC did not lock', () => !lockedOnes().includes(false))
    },
    async unlock() {
      await desktop.type(unlockDialog, password)
      await desktop.press(unlockDialog, 'Return')
      await until('KeePassXC did not unlock', () => windows(unlockDialog).length === 0)
    },
    async openOther() {
      await end(program, 'SIGTERM')
      await startUnlocked('other')
      run('keepassxc', [fileOf('first')])
      await until('KeePassXC did not open both', () => lockedOnes().sort().join() === 'false,true')
    },
    async close() {
      await desktop.press('KeePassXC', 'ctrl+w')
      await until('KeePassXC did not close its database', () => lockedOnes().length === 0)
    },
    windows,
    answerEach,
    entries(name = 'first') {
      const listed = run('keepassxc-cli', ['ls', '-q', '-R', '-f', fileOf(name)], `${password}\n`)
      return listed.split('\n').filter((line) => line !== '' && !/\/$|\[empty\]$/.test(line))
    },
    stop,
  }
}

function settingsFile(settings: Record<string, boolean>): string {
  const secrets = {
    Enabled: true,
    ShowNotification: false,
    ConfirmAccessItem: false,
    ConfirmDeleteItem: false,
    UnlockBeforeSearch: true,
    ...settings,
  }
  const lines = Object.entries(secrets).map(([name, value]) => `${name}=${value}`)
  return [
    '[General]',
    'ConfigVersion=2',
    'UpdateCheckMessageShown=true',
    '[GUI]',
    'CheckForUpdates=false',
    '[FdoSecrets]',
    ...lines,
    '',
  ].join('\n')
}
