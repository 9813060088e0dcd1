import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasRealPart } from '../system/real-part.ts'

/** A real `pass` with a real GPG key, in its own folder. */
export interface Pass {
  /** The environment that finds them. */
  env: { GNUPGHOME: string; PASSWORD_STORE_DIR: string }
  /** The URLs of its entries, from Docker's helper without od-link. */
  urls: () => string[]
  /** Makes gpg-agent forget the passphrase, as it does by itself after a while. */
  forget: () => void
  remove: () => void
}

export function hasPass(): boolean {
  const parts = ['docker-credential-pass', 'pass', 'gpg']
  return parts.every((part) => hasRealPart(part, 'tests with a credential helper on a GPG key'))
}

/** @param passphrase of the key; without one it needs none. */
export function newPass(passphrase = ''): Pass {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-pass-'))
  const env = { GNUPGHOME: dir, PASSWORD_STORE_DIR: join(dir, 'store') }
  const run = (program: string, ...args: string[]) => {
    const done = spawnSync(program, args, { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`${program} failed: ${done.stdout}${done.stderr}`)
    return done.stdout
  }
  const endAgent = () => run('gpgconf', '--kill', 'gpg-agent')
  const key = ['--quick-generate-key', 'od-link test <test@example.org>', 'rsa2048', 'encr', 'never']
  run('gpg', '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', passphrase, ...key)
  run('pass', 'init', 'test@example.org')
  return {
    env,
    urls: () => Object.keys(JSON.parse(run('docker-credential-pass', 'list'))),
    forget: endAgent,
    remove: () => {
      endAgent()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
