import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasRealPart } from '../system/real-part.ts'
import { startBareBus } from './bare-bus.ts'

/** A real KeePassXC with its own display, bus and home, as the Secret Service of a desktop without another one. */
export interface KeePassXC {
  /** The environment that finds it. */
  env: { DBUS_SESSION_BUS_ADDRESS: string; XDG_RUNTIME_DIR: string }
  /** Locks every database. */
  lock: () => Promise<void>
  /** Waits for the dialog that asks for the password, and types it. */
  unlock: () => Promise<void>
  /** Restarts it with another database that is unlocked, while the first one is open and locked. */
  openOther: () => Promise<void>
  /** The visible windows whose title matches. */
  windows: (title: string) => string[]
  /** Plays a person who answers each dialog with that title. @returns how many there were, so far. */
  answerEach: (title: string, ...keys: string[]) => () => number
  /** Presses keys, by their names in X11, in the window with that title. */
  press: (title: string, ...keys: string[]) => Promise<void>
  /** The titles of all entries in a database file, read by KeePassXC's own command-line program. */
  entries: (name?: string) => string[]
  stop: () => Promise<void>
}

/** The titles of its windows. */
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
  return ['dbus-daemon', 'keepassxc', 'keepassxc-cli', 'Xvfb', 'xdotool'].every((program) =>
    hasRealPart(program, 'tests with a real KeePassXC'),
  )
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
  const home = mkdtempSync(join(tmpdir(), 'od-link-keepassxc-'))
  mkdirSync(join(home, '.config/keepassxc'), { recursive: true })
  writeFileSync(join(home, '.config/keepassxc/keepassxc.ini'), settingsFile(settings))
  const base = {
    PATH: '/usr/bin:/bin',
    HOME: home,
    XDG_RUNTIME_DIR: home,
    LANG: 'C.UTF-8',
    QT_QPA_PLATFORM: 'xcb',
  }
  const children: ChildProcess[] = []
  const start = (program: string, args: string[], env: NodeJS.ProcessEnv, input?: string) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'ignore'] })
    child.stdin.on('error', () => {}).end(input)
    children.push(child)
    return child
  }
  const display = start('Xvfb', ['-displayfd', '1', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], base)
  // A bus that starts no services: it would start gnome-keyring for the first call before KeePassXC is up.
  const [number, bus] = await Promise.all([firstLine(display.stdout), startBareBus()])
  const env = { ...base, DISPLAY: `:${number}`, ...bus.env }
  const fileOf = (name: string) => join(home, `${name}.kdbx`)
  const create = (name: string) => {
    const xml = join(home, `${name}.xml`)
    writeFileSync(xml, databaseXml(name, recycleBin))
    const input = `${password}\n${password}\n`
    run(env, 'keepassxc-cli', ['import', '-q', '-p', xml, fileOf(name)], input)
  }
  const keepassxc = (args: string[]) => run(env, 'keepassxc', args)
  const startUnlocked = async (name: string) => {
    create(name)
    const child = start('keepassxc', ['--pw-stdin', fileOf(name)], env, `${password}\n`)
    await until('KeePassXC did not unlock its database', () => lockedOnes(env).includes(false))
    return child
  }
  let program = await startUnlocked('first')
  let isOver = false

  const windows = (title: string) =>
    spawnSync('xdotool', ['search', '--onlyvisible', '--name', title], { env, encoding: 'utf8' })
      .stdout.split('\n')
      .filter((line) => line !== '')
  const windowSeen = async (title: string) => {
    await until(`no window "${title}" appeared`, () => windows(title).length > 0, 30_000)
    return String(windows(title)[0])
  }
  const typeInto = async (title: string, ...action: string[]) => {
    const window = await windowSeen(title)
    // A window takes keys a moment after it is shown.
    await sleep(300)
    run(env, 'xdotool', ['windowfocus', '--sync', window, ...action])
  }
  return {
    env: { ...bus.env, XDG_RUNTIME_DIR: home },
    async lock() {
      keepassxc(['--lock'])
      await until('KeePassXC did not lock', () => !lockedOnes(env).includes(false))
    },
    async unlock() {
      await typeInto(unlockDialog, 'type', password)
      await typeInto(unlockDialog, 'key', 'Return')
      await until('KeePassXC did not unlock', () => windows(unlockDialog).length === 0)
    },
    async openOther() {
      program.kill()
      await once(program, 'exit')
      program = await startUnlocked('other')
      keepassxc([fileOf('first')])
      await until('KeePassXC did not open both', () => lockedOnes(env).sort().join() === 'false,true')
    },
    windows,
    press: (title, ...keys) => typeInto(title, 'key', ...keys),
    answerEach(title, ...keys) {
      let count = 0
      const answer = async () => {
        while (!isOver) {
          await sleep(100)
          const [dialog] = windows(title)
          if (dialog === undefined) continue
          count += 1
          await typeInto(title, 'key', ...keys)
          await until(`"${title}" stayed`, () => !windows(title).includes(dialog))
        }
      }
      // When the test is over, its window may go at any moment.
      answer().catch((error) => isOver || console.error(error))
      return () => count
    },
    entries(name = 'first') {
      const listed = run(env, 'keepassxc-cli', ['ls', '-q', '-R', '-f', fileOf(name)], `${password}\n`)
      return listed.split('\n').filter((line) => line !== '' && !/\/$|\[empty\]$/.test(line))
    },
    async stop() {
      isOver = true
      for (const child of children.reverse()) {
        if (child.exitCode !== null || child.signalCode !== null) continue
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      await bus.stop()
      rmSync(home, { recursive: true, force: true })
    },
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

function run(env: NodeJS.ProcessEnv, program: string, args: string[], input = ''): string {
  const done = spawnSync(program, args, { env, input, encoding: 'utf8', timeout: 20_000 })
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${done.stdout}${done.stderr}`)
  return done.stdout
}

/** Of each open database, whether it is locked. */
function lockedOnes(env: NodeJS.ProcessEnv): boolean[] {
  const listed = property(env, '/org/freedesktop/secrets', 'Service', 'Collections')
  const paths = [...listed.matchAll(/object path "([^"]+)"/g)].map(([, path = '']) => path)
  return paths.map((path) => !property(env, path, 'Collection', 'Locked').includes('boolean false'))
}

function property(env: NodeJS.ProcessEnv, path: string, part: string, name: string): string {
  const call = ['org.freedesktop.DBus.Properties.Get', `string:org.freedesktop.Secret.${part}`]
  const to = ['--session', '--print-reply', '--dest=org.freedesktop.secrets', path]
  return spawnSync('dbus-send', [...to, ...call, `string:${name}`], { env, encoding: 'utf8' }).stdout
}

async function until(otherwise: string, isTrue: () => boolean, limitMs = 15_000): Promise<void> {
  for (const end = Date.now() + limitMs; Date.now() < end; await sleep(100)) if (isTrue()) return
  throw new Error(otherwise)
}

async function firstLine(stream: Readable): Promise<string> {
  const [line] = await once(createInterface({ input: stream }), 'line')
  return String(line)
}
