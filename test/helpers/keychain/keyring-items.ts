import { spawnSync } from 'node:child_process'
import type { Keyring } from './keyring.ts'

/** The attributes of each item in the keyring, read over D-Bus without od-link. */
export function itemsOf(keyring: Keyring): Record<string, string>[] {
  const items = get(keyring, '/org/freedesktop/secrets/collection/login', 'Collection', 'Items')
  return [...items.matchAll(/object path "([^"]+)"/g)].map(([, path = '']) => {
    const attributes = get(keyring, path, 'Item', 'Attributes')
    const pairs = attributes.matchAll(/string "([^"]*)"\s+string "([^"]*)"/g)
    return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, value]))
  })
}

function get({ env }: Keyring, path: string, part: string, property: string): string {
  const call = ['org.freedesktop.DBus.Properties.Get', `string:org.freedesktop.Secret.${part}`]
  const to = ['--session', '--print-reply', '--dest=org.freedesktop.secrets', path]
  const answer = spawnSync('dbus-send', [...to, ...call, `string:${property}`], { env, encoding: 'utf8' })
  if (answer.status !== 0) throw new Error(`the keyring does not tell ${property}: ${answer.stderr}`)
  return answer.stdout
}
