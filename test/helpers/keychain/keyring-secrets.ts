import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { World } from '../program/world.ts'
import type { Keyring } from './keyring.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The secret of one item of a world's keychain, read by the native module without od-link. */
export function readSecret(keyring: Keyring, world: World, item: string): string | undefined {
  const text = run(keyring, world, item, 'entry.getSecret()')
  const secret: number[] | null = JSON.parse(text)
  return secret ? Buffer.from(secret).toString('utf8') : undefined
}

/** Writes a secret, as another program or damage would. */
export function writeSecret(keyring: Keyring, world: World, item: string, secret: string): void {
  run(keyring, world, item, `entry.setSecret(Buffer.from(${JSON.stringify(secret)}))`)
}

function run(keyring: Keyring, { env }: World, item: string, call: string): string {
  const names = [`od-link ${env.OD_LINK_CONFIG_DIR}`, item].map((name) => JSON.stringify(name)).join(', ')
  const script = `const { Entry } = require('@napi-rs/keyring')
const entry = new Entry(${names}, { linux: { store: 'secret-service' } })
const secret = ${call}
console.log(JSON.stringify(secret ? [...secret] : null))`
  const done = spawnSync(process.execPath, ['-e', script], {
    cwd: root,
    env: { PATH: process.env.PATH, ...keyring.env },
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(`the keyring could not be used: ${done.stderr}`)
  return done.stdout
}
