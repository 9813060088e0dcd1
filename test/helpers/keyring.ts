import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasRealPart } from './real-part.ts'

/** A real gnome-keyring on a D-Bus session of its own. */
export interface Keyring {
  /** What a program needs to find it. */
  env: { DBUS_SESSION_BUS_ADDRESS: string; XDG_RUNTIME_DIR: string }
  /** Locks the collection, as a screen lock may. */
  lock: () => void
  /** Makes the daemon stand still: it is there, and answers nothing. */
  hang: () => void
  goOn: () => void
  /** Ends the daemon; the bus stays. */
  kill: () => Promise<void>
  stop: () => Promise<void>
}

export function hasKeyring(): boolean {
  return (
    hasRealPart('dbus-daemon', 'tests with a real keychain') &&
    hasRealPart('gnome-keyring-daemon', 'tests with a real keychain')
  )
}

/**
 * @param services a folder of D-Bus service files that are found before the system's, such as a prompter that
 *   never answers.
 */
export async function startKeyring({ services }: { services?: string } = {}): Promise<Keyring> {
  const home = mkdtempSync(join(tmpdir(), 'od-link-keyring-'))
  const base = {
    PATH: '/usr/bin:/bin',
    HOME: home,
    XDG_RUNTIME_DIR: home,
    XDG_DATA_DIRS: [...(services ? [services] : []), '/usr/local/share', '/usr/share'].join(':'),
  }
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
    env: base,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const address = await firstLine(bus)
  const env = { ...base, DBUS_SESSION_BUS_ADDRESS: address }
  const daemon = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  daemon.stdin?.end('a password')
  await waitForOwner(env)
  const kill = async () => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) return
    daemon.kill('SIGCONT')
    daemon.kill('SIGKILL')
    await once(daemon, 'exit')
  }
  return {
    env: { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: home },
    lock: () => {
      const target = ['--print-reply', '--dest=org.freedesktop.secrets', '/org/freedesktop/secrets']
      const call = [
        'org.freedesktop.Secret.Service.Lock',
        'array:objpath:/org/freedesktop/secrets/collection/login',
      ]
      const done = spawnSync('dbus-send', ['--session', ...target, ...call], { env })
      if (done.status !== 0) throw new Error(`the keyring could not be locked: ${done.stderr}`)
    },
    hang: () => daemon.kill('SIGSTOP'),
    goOn: () => daemon.kill('SIGCONT'),
    kill,
    stop: async () => {
      await kill()
      bus.kill()
      await once(bus, 'exit')
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** `--unlock` returns before the daemon owns its name; a call before that would start a second, locked one. */
async function waitForOwner(env: NodeJS.ProcessEnv): Promise<void> {
  const question = [
    '--session',
    '--dest=org.freedesktop.DBus',
    '--print-reply=literal',
    '/org/freedesktop/DBus',
  ]
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const call = ['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets']
    const answer = spawnSync('dbus-send', [...question, ...call], { env, encoding: 'utf8' })
    if (answer.stdout.includes('boolean true')) return
    await sleep(50)
  }
  throw new Error('gnome-keyring did not come up')
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout) for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('dbus-daemon did not come up')
}
