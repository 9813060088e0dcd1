import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasRealPart } from '../system/real-part.ts'

/** A real gnome-keyring on its own D-Bus session. */
export interface Keyring {
  /** The environment that finds it. */
  env: { DBUS_SESSION_BUS_ADDRESS: string; XDG_RUNTIME_DIR: string }
  /** Locks the collection, as a screen lock may. */
  lock: () => void
  /** Stops the daemon: it exists, but answers nothing. */
  hang: () => void
  goOn: () => void
  /** Ends the daemon; the bus stays. */
  kill: () => Promise<void>
  /** Restarts the daemon if it has ended, unlocked and with its items. @returns whether it had. */
  revive: () => Promise<boolean>
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
  let daemon = startDaemon(env)
  await waitForOwner(env, true)
  const hasEnded = () => daemon.exitCode !== null || daemon.signalCode !== null
  const kill = async () => {
    if (hasEnded()) return
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
    revive: async () => {
      if (!hasEnded()) return false
      // A request since then made the bus start another daemon, which is locked.
      const other = askBus(env, 'GetConnectionUnixProcessID').match(/uint32 (\d+)/)?.[1]
      if (other) process.kill(Number(other), 'SIGKILL')
      await waitForOwner(env, false)
      daemon = startDaemon(env)
      await waitForOwner(env, true)
      return true
    },
    stop: async () => {
      await kill()
      bus.kill()
      await once(bus, 'exit')
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function startDaemon(env: NodeJS.ProcessEnv): ChildProcess {
  const daemon = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  daemon.stdin?.end('a password')
  return daemon
}

/** `--unlock` returns before the daemon owns its name; a call before that would start a second, locked one. */
async function waitForOwner(env: NodeJS.ProcessEnv, isThere: boolean): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (askBus(env, 'NameHasOwner').includes(`boolean ${isThere}`)) return
    await sleep(50)
  }
  throw new Error(`gnome-keyring did not ${isThere ? 'come up' : 'go'}`)
}

/** What the bus knows about the name of the Secret Service, without starting a service. */
function askBus(env: NodeJS.ProcessEnv, question: string): string {
  const bus = ['--session', '--dest=org.freedesktop.DBus', '--print-reply=literal', '/org/freedesktop/DBus']
  const call = [`org.freedesktop.DBus.${question}`, 'string:org.freedesktop.secrets']
  return spawnSync('dbus-send', [...bus, ...call], { env, encoding: 'utf8' }).stdout
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout) for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('dbus-daemon did not come up')
}
