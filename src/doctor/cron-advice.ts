import { accessSync, constants, existsSync } from 'node:fs'
import type { Account } from '../accounts/account.ts'
import { exitCodes } from '../errors.ts'
import { configDir } from '../settings/directory.ts'
import {
  cronEnvironment,
  type Environment,
  endsWithUpgrade,
  type Programs,
  withCredentials,
} from './crontab.ts'

/** Why od-link does not work from cron. */
export interface CronProblem {
  message: string
  hint?: string
  exitCode: number
}

const elsewhere = [
  'Or keep the link where cron reaches it: od-link store move --to file',
  'Or in a password manager: od-link store move --to helper:pass',
]

/** What to do where od-link does not work from cron, in lines. */
export function cureFor({ exitCode, message, hint = '' }: CronProblem, { store }: Account): string {
  const own = hint.split('\n')
  if (exitCode === exitCodes.keychain && store.startsWith('helper:')) {
    return [
      ...own,
      "Cron's PATH is /usr/bin:/bin; for a helper elsewhere put a line above yours:",
      'PATH=/usr/local/bin:/usr/bin:/bin',
    ].join('\n')
  }
  if (exitCode !== exitCodes.keychain || store !== 'keychain') return hint
  // What helps a terminal of the desktop (an unlock, another bus) does not help cron.
  const first = /no keychain here/.test(message)
    ? ['loginctl enable-linger', '(so that your session, with its keyring, outlives the login)']
    : own.slice(0, 1)
  return [...first, ...elsewhere].join('\n')
}

/** What may end it one day, although it works now; a sentence each. */
export function notesFor(programs: Programs, brought: Environment, { store }: Account): string[] {
  return [...pathNotes(programs), ...proxyNotes(brought), ...storeNotes(store), ...placeNotes()]
}

function placeNotes(): string[] {
  try {
    accessSync(configDir(), constants.W_OK)
    return []
  } catch {
    return [
      `${configDir()} cannot be written to, so this works until the token ends and is not renewed: make it writable.`,
    ]
  }
}

function pathNotes({ node, odLink }: Programs): string[] {
  if (/[/\\]_npx[/\\]/.test(odLink)) {
    return ['npx runs od-link from a cache that is emptied one day. Install it: npm install --global od-link']
  }
  const what = [endsWithUpgrade(node) && 'this node', endsWithUpgrade(odLink) && 'od-link'].filter(Boolean)
  if (what.length === 0) return []
  const lie = `${what.join(' and ')} ${what.length > 1 ? 'lie' : 'lies'}`
  return [
    `${lie.charAt(0).toUpperCase()}${lie.slice(1)} in a folder of one version, so the line ends with the next upgrade. Run od-link doctor --cron again after it.`,
  ]
}

function proxyNotes(brought: Environment): string[] {
  const variable = withCredentials(brought)
  if (variable === undefined) return []
  return [`${variable} has credentials, which are not printed: put them in the place of USER:PASSWORD.`]
}

function storeNotes(store: string): string[] {
  if (store.startsWith('helper:pass')) {
    return [
      'The GPG key must have no passphrase, or gpg-agent must remember it for long (default-cache-ttl, max-cache-ttl).',
    ]
  }
  if (store !== 'keychain') return []
  if (process.platform === 'darwin') {
    return [
      'The keychain knows this very node: after an upgrade of it, run od-link once in a terminal and allow it.',
    ]
  }
  if (process.platform !== 'linux') return []
  const lingers = existsSync(`/var/lib/systemd/linger/${cronEnvironment().LOGNAME}`)
  return [
    ...(lingers
      ? []
      : ['It works while you are logged in. To keep the session after that: loginctl enable-linger']),
    'After a restart the keyring is locked until you log in. To do without it: od-link store move --to file',
  ]
}
