import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** A real keyring of another user of the machine (`daemon`), on a bus that lets everybody in. */
export interface ForeignKeyring {
  /** Where everybody can look in, and only that user can write. */
  dir: string
  /** The bus at a path, and at an abstract name. */
  addresses: string[]
  /** How many items it keeps. */
  items: () => number
  stop: () => Promise<void>
}

/** Starts a program as a user of that number. */
export const asUser = (id: number) => ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups']

const daemon = 1

const config = (dir: string, abstract: string) => `<busconfig>
  <type>session</type>
  <listen>unix:path=${dir}/bus</listen>
  <listen>unix:abstract=${abstract}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`

export async function startForeignKeyring(): Promise<ForeignKeyring> {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-foreign-'))
  const home = join(dir, 'home')
  mkdirSync(home, { mode: 0o700 })
  const abstract = `od-link-foreign-${process.pid}`
  writeFileSync(join(dir, 'bus.conf'), config(dir, abstract))
  for (const path of [dir, home]) chownSync(path, daemon, daemon)
  chmodSync(dir, 0o755)
  const [path, abstractAddress] = [`unix:path=${dir}/bus`, `unix:abstract=${abstract}`]
  const env = { PATH: '/usr/bin:/bin', HOME: home, XDG_RUNTIME_DIR: home, DBUS_SESSION_BUS_ADDRESS: path }
  const start = (program: string, ...args: string[]) => {
    const [command = '', ...rest] = [...asUser(daemon), program, ...args]
    return spawn(command, rest, { env, cwd: dir, stdio: ['pipe', 'pipe', 'ignore'] })
  }
  const bus = start('dbus-daemon', `--config-file=${dir}/bus.conf`, '--nofork', '--print-address=1')
  await once(createInterface({ input: bus.stdout }), 'line')
  const keyring = start('gnome-keyring-daemon', '--foreground', '--unlock', '--components=secrets')
  keyring.stdin.end('a password')
  const ask = (to: string, at: string, call: string, ...args: string[]) => {
    const [command = '', ...rest] = asUser(daemon)
    const about = ['--session', '--print-reply', `--dest=${to}`, at, call, ...args]
    return spawnSync(command, [...rest, 'dbus-send', ...about], { env, encoding: 'utf8' }).stdout
  }
  const isUp = () =>
    ask('org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets')
  for (let tries = 0; !isUp().includes('true'); tries += 1) {
    if (tries === 200) throw new Error('the keyring of the other user did not come up')
    await sleep(50)
  }
  return {
    dir,
    addresses: [path, abstractAddress],
    items() {
      const collection = '/org/freedesktop/secrets/collection/login'
      const get = 'org.freedesktop.DBus.Properties.Get'
      const about = ['string:org.freedesktop.Secret.Collection', 'string:Items']
      const answer = ask('org.freedesktop.secrets', collection, get, ...about)
      if (!answer.includes('array')) throw new Error(`the keyring does not tell its items: ${answer}`)
      return answer.match(/object path/g)?.length ?? 0
    },
    async stop() {
      for (const child of [keyring, bus]) {
        child.kill()
        await once(child, 'exit')
      }
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
