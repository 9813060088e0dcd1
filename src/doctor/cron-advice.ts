import { accessSync, constants, existsSync } from 'node:fs'
import type { Account } from '../accounts/account.ts'
import { exitCodes, type Reason } from '../errors.ts'
import { configDir } from '../settings/directory.ts'
import { variable } from '../settings/environment.ts'
import { hintOf, type NextStep } from '../text/next-step.ts'
import {
  cronEnvironment,
  type Environment,
  endsWithUpgrade,
  type Programs,
  withCredentials,
} from './crontab.ts'

/** Why od-link does not work in a cron job. */
export interface CronProblem {
  message: string
  /** The next steps that od-link showed there, as lines. */
  hint?: string
  reason: Reason
  exitCode: number
}

const otherStores: NextStep[] = [
  {
    intro: 'Or save the link where cron jobs can read it:',
    verb: 'store',
    action: 'move',
    flags: { to: 'file' },
  },
  { intro: 'Or in a password manager:', verb: 'store', action: 'move', flags: { to: 'helper:pass' } },
]

/** What helps a cron job. What helps in a terminal of the desktop (another bus, a dialog) may not. */
const keychainSteps: Partial<Record<Reason, NextStep[]>> = {
  'keychain-missing': [
    'loginctl enable-linger',
    'This keeps your session, with its keyring, running after you log out.',
  ],
  'keychain-locked': ['Unlock it on the desktop, then try again.'],
  'keychain-silent': ['Restart its service (gnome-keyring, KWallet), or log in again.'],
  'keychain-refused': ['Allow it in its own dialog or settings, as the user who owns the keychain.'],
}

/** What to do if od-link does not work in a cron job, as lines. */
export function cronHint({ reason, hint = '', exitCode }: CronProblem, { store }: Account): string {
  const steps = keychainSteps[reason]
  if (store === 'keychain' && steps) return hintOf([...steps, ...otherStores])
  if (!store.startsWith('helper:') || exitCode !== exitCodes.keychain) return hint
  return hintOf([
    hint,
    'In cron jobs the PATH is /usr/bin:/bin. If the helper is elsewhere, add a line above yours in the crontab:',
    'PATH=/usr/local/bin:/usr/bin:/bin',
  ])
}

/**
 * What may stop it from working one day, as sentences.
 * @param works whether it works today: otherwise its store is the problem already, and has its own next steps.
 */
export function notesFor(
  programs: Programs,
  variables: Environment,
  { store }: Account,
  works: boolean,
): string[] {
  const ofStore = works ? storeNotes(store) : []
  return [...pathNotes(programs), ...proxyNotes(variables), ...ofStore, ...directoryNotes()]
}

function directoryNotes(): string[] {
  try {
    accessSync(configDir(), constants.W_OK)
    return []
  } catch {
    return [
      `${configDir()} is read-only, so this works only until the token expires. Make it writable, so that the token can be renewed.`,
    ]
  }
}

function pathNotes({ node, odLink }: Programs): string[] {
  if (/[/\\]_npx[/\\]/.test(odLink)) {
    return [
      'npx runs od-link from a cache that may be emptied at any time. Install it: npm install --global od-link',
    ]
  }
  const what = [endsWithUpgrade(node) && 'This Node', endsWithUpgrade(odLink) && 'od-link'].filter(Boolean)
  if (what.length === 0) return []
  const are = what.length > 1 ? 'are' : 'is'
  return [
    `${what.join(' and ')} ${are} in a folder for one version only, so the line stops working with the next upgrade. Run od-link doctor --cron again after it.`,
  ]
}

function proxyNotes(variables: Environment): string[] {
  const variable = withCredentials(variables)
  if (variable === undefined) return []
  return [`The credentials in ${variable} are not printed. Replace USER:PASSWORD with them.`]
}

function storeNotes(store: string): string[] {
  if (store.startsWith('helper:pass')) {
    return [
      'The GPG key must have no passphrase, or gpg-agent must cache it for long (default-cache-ttl, max-cache-ttl).',
    ]
  }
  if (store === 'encrypted' && !variable('OD_LINK_KEY_FILE')) {
    return [
      'It works while the kernel holds what your passphrase opened, until you log out. To do without it, use a key file: OD_LINK_KEY_FILE.',
    ]
  }
  if (store !== 'keychain') return []
  if (process.platform === 'darwin') {
    return [
      'The keychain allows only this Node. After an upgrade of Node, run od-link once in a terminal and allow it.',
    ]
  }
  if (process.platform !== 'linux') return []
  const lingers = existsSync(`/var/lib/systemd/linger/${cronEnvironment().LOGNAME}`)
  return [
    ...(lingers
      ? []
      : [
          'It works while you are logged in. To keep your session running after that: loginctl enable-linger',
        ]),
    'After a restart the keyring is locked until you log in. To do without it: od-link store move --to file',
  ]
}
