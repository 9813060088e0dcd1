import { OdLinkError } from '../errors.ts'

const orFiles = 'Or keep links in private files, not encrypted: od-link config set store file'

/** What is wrong with the keychain, from what its call threw, and what to do about it. */
export function keychainTrouble(error: Error): OdLinkError {
  const { what, cure } = judge(error)
  return new OdLinkError('keychain', what, { hint: cure.join('\n'), cause: error })
}

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

function judge({ name, message }: Error): { what: string; cure: string[] } {
  if (name === 'ENOENT' || name === 'ECONNREFUSED' || name === 'closed') {
    return {
      what: 'There is no keychain here: the D-Bus session that DBUS_SESSION_BUS_ADDRESS names is gone.',
      cure: ['unset DBUS_SESSION_BUS_ADDRESS', 'Or open a new terminal on the desktop.', orFiles],
    }
  }
  if (/ServiceUnknown|NameHasNoOwner|Spawn/.test(name)) {
    return {
      what: 'There is no keychain here: no Secret Service runs in this D-Bus session.',
      cure: ['Install and start one, such as gnome-keyring or KWallet.', orFiles],
    }
  }
  if (/nobody unlocked/.test(message)) {
    return {
      what: 'The keychain is locked, and nobody unlocked it in time.',
      cure: ['Unlock it on the desktop, then try again.', orFiles],
    }
  }
  if (/prompt was dismissed/.test(message)) {
    return {
      what: 'The keychain is locked, and the prompt to unlock it was dismissed or could not be shown.',
      cure: ['Unlock it on the desktop, then try again.', orFiles],
    }
  }
  if (name === 'timeout' || /NoReply/.test(name) || /did not answer/.test(message)) {
    return {
      what: 'The keychain does not answer.',
      cure: [
        'Restart its service (gnome-keyring, KWallet), or log in again.',
        'On macOS look for a dialog: a new node binary must be allowed once.',
      ],
    }
  }
  return {
    what: `The keychain cannot be used: ${message}.`,
    cure: ['Look at it with its own program (Passwords and Keys, KWalletManager), then try again.', orFiles],
  }
}
