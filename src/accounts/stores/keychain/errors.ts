import { OdLinkError } from '../../../errors.ts'
import { fromOutside } from '../../../text/sanitize.ts'

const orFiles = 'Or keep links in private files, not encrypted: od-link config set store file'
const onTheDesktop = 'Unlock it on the desktop, then try again.'

/** One thing that can be wrong: how it shows in what a call threw, what it means, and what to do about it. */
interface Trouble {
  /** D-Bus's name of the error, or the system's. */
  name?: RegExp
  /** The words of the Secret Service, or of the native module, which are those of macOS and Windows. */
  message?: RegExp
  what: string
  cures: string[]
}

const troubles: Trouble[] = [
  {
    name: /^(ENOENT|ENOTDIR|ECONNREFUSED|closed)$/,
    what: 'There is no keychain here: the D-Bus session that DBUS_SESSION_BUS_ADDRESS names is gone.',
    cures: ['unset DBUS_SESSION_BUS_ADDRESS', 'Or open a new terminal on the desktop.', orFiles],
  },
  {
    name: /^foreign$/,
    what: 'The D-Bus session that DBUS_SESSION_BUS_ADDRESS names belongs to another user; od-link does not use it.',
    cures: [
      'unset DBUS_SESSION_BUS_ADDRESS',
      'Or run od-link as the user whose keychain it is (not with sudo).',
      orFiles,
    ],
  },
  {
    name: /^replaceable$/,
    what: 'Other users can replace the socket that DBUS_SESSION_BUS_ADDRESS names; od-link does not use it.',
    cures: [
      'unset DBUS_SESSION_BUS_ADDRESS',
      'Or take away the write permission of others from each folder on its path.',
      orFiles,
    ],
  },
  {
    name: /ServiceUnknown|NameHasNoOwner|Spawn/,
    what: 'There is no keychain here: no Secret Service runs in this D-Bus session.',
    cures: ['Install and start one, such as gnome-keyring or KWallet.', orFiles],
  },
  {
    // ERROR_NO_SUCH_LOGON_SESSION: an SSH session with a key, or a service; errSecNoDefaultKeychain on macOS.
    message: /logon session|default keychain could not be found|specified keychain could not be found/i,
    what: 'There is no keychain here: this session has none, as over SSH or in a service.',
    cures: ['Log in to the desktop, or with a password, and try again.', orFiles],
  },
  {
    message: /nobody unlocked/,
    what: 'The keychain is locked, and nobody unlocked it in time.',
    cures: [onTheDesktop, orFiles],
  },
  {
    message: /prompt was dismissed/,
    what: 'The keychain is locked, and the prompt to unlock it was dismissed or could not be shown.',
    cures: [onTheDesktop, orFiles],
  },
  {
    // errSecInteractionNotAllowed and errSecInDarkWake: macOS would ask, and there is no screen to ask on.
    message: /interaction is not allowed|no UI possible/i,
    what: 'The keychain is locked, and cannot ask to be unlocked from here.',
    cures: ['security unlock-keychain', `(over SSH; on the desktop, log in.)`, orFiles],
  },
  {
    // errSecUserCanceled, errSecAuthFailed; ERROR_ACCESS_DENIED; a bus of another user; a service with a policy.
    name: /AccessDenied|AuthFailed|^(refused|EACCES|EPERM)$/,
    message: /user canceled|passphrase you entered|access is denied|not permitted|access denied/i,
    what: 'The keychain refuses od-link.',
    cures: [
      'Allow it in its own dialog or settings, as the user whose keychain it is (not with sudo).',
      orFiles,
    ],
  },
  {
    name: /^timeout$|NoReply/,
    message: /did not answer/,
    what: 'The keychain does not answer.',
    cures: ['Restart its service (gnome-keyring, KWallet), or log in again.', orFiles],
  },
]

/** What is wrong with the keychain, from what its call threw, and what to do about it. */
export function keychainTrouble(error: Error, platform: NodeJS.Platform): OdLinkError {
  const { name, message } = error
  const found = troubles.find((one) => one.name?.test(name) || one.message?.test(message)) ?? {
    what: `The keychain cannot be used: ${fromOutside(message, 200).replace(/\.$/, '')}.`,
    cures: [
      'Look at it with its own program (Passwords and Keys, Keychain Access), then try again.',
      orFiles,
    ],
  }
  const hanging = found.what.includes('does not answer')
  const cures = platform === 'darwin' && hanging ? onMac : found.cures
  return new OdLinkError('keychain', found.what, { hint: cures.join('\n'), cause: error })
}

/** macOS ties an entry to the signature of the program that wrote it, and many builds of node get a new one each time. */
const onMac = [
  'Look for a dialog of the keychain on the desktop. After an update of node (Homebrew) the new one must be allowed',
  'once: run od-link status there, and choose "Always Allow".',
  orFiles,
]

/** The error of a machine, or of a job, without the bus that keyrings are spoken to over. */
export function noSessionBus(): OdLinkError {
  return new OdLinkError(
    'keychain',
    'There is no keychain here: no D-Bus session is running for this user.',
    {
      hint: [
        'Log in to the desktop, or let the session outlive the login: loginctl enable-linger',
        orFiles,
      ].join('\n'),
    },
  )
}

/** Why the native module did not load, from what was thrown on each way to it. */
export function moduleTrouble(errors: unknown[], platform: NodeJS.Platform): OdLinkError {
  const here = `this node (${process.version}, ${platform} ${process.arch})`
  const causes = errors.flatMap(withCauses)
  const foreign = causes.find(({ code }) => code === 'ERR_DLOPEN_FAILED')
  if (foreign) {
    const rosetta =
      'On a Mac with Apple silicon, node may be the one for Intel, under Rosetta: then install the one for arm64.'
    return new OdLinkError(
      'keychain',
      `The keychain module is there, but was built for another kind of processor or system than ${here}.`,
      {
        hint: ['npm install --global od-link', ...(platform === 'darwin' ? [rosetta] : []), orFiles].join(
          '\n',
        ),
        cause: foreign,
      },
    )
  }
  return new OdLinkError('keychain', `The keychain module for ${here} is not installed.`, {
    hint: ['npm install --global od-link', '(without --omit=optional)', orFiles].join('\n'),
    cause: causes[0],
  })
}

/** The package's loader throws one error, with what failed as a chain of causes. */
function withCauses(error: unknown): NodeJS.ErrnoException[] {
  return error instanceof Error ? [error, ...withCauses(error.cause)] : []
}
