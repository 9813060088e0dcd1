import { OdLinkError, type Reason } from '../../../errors.ts'
import type { NextStep } from '../../../text/next-step.ts'
import { fromOutside } from '../../../text/sanitize.ts'
import { UnlistableItems, useEncrypted, useFiles } from '../store.ts'

const unlockOnDesktop = 'Unlock it on the desktop, then try again.'
const allowInDialog =
  'Allow it on the desktop, then try again. For scripts, turn off these questions in its settings.'
const unsetAddress = 'unset DBUS_SESSION_BUS_ADDRESS'

/** One way in which a keychain fails: how to recognize it, what it means, and what to do next. */
interface Failure {
  /** The name of the thrown error: D-Bus's own, the system's (ENOENT), or one of od-link's classes. */
  name?: RegExp
  /** Messages of the Secret Service or of the native module, which are those of macOS and Windows. */
  message?: RegExp
  reason: Reason
  what: string
  next: NextStep[]
}

const failures: Failure[] = [
  {
    name: /^(ENOENT|ENOTDIR|ECONNREFUSED|closed)$/,
    reason: 'keychain-missing',
    what: 'There is no keychain here. The D-Bus session in DBUS_SESSION_BUS_ADDRESS no longer exists.',
    next: [unsetAddress, 'Or open a new terminal on the desktop.'],
  },
  {
    name: /^foreign$/,
    reason: 'keychain-refused',
    what: 'The D-Bus session in DBUS_SESSION_BUS_ADDRESS belongs to another user, so od-link does not use it.',
    next: [unsetAddress, 'Or run od-link as the user who owns the keychain (not with sudo).'],
  },
  {
    name: /^replaceable$/,
    reason: 'keychain-refused',
    what: 'Other users can replace the socket in DBUS_SESSION_BUS_ADDRESS, so od-link does not use it.',
    next: [unsetAddress, 'Or take away the write permission of other users from each folder on its path.'],
  },
  {
    name: /ServiceUnknown|NameHasNoOwner|Spawn/,
    reason: 'keychain-missing',
    what: 'There is no keychain here. No Secret Service is running in this D-Bus session.',
    next: ['Install and start one, such as gnome-keyring or KWallet.'],
  },
  {
    // errSecNoDefaultKeychain and errSecNoSuchKeychain of macOS.
    message: /default keychain could not be found|specified keychain could not be found/i,
    reason: 'keychain-missing',
    what: 'There is no keychain here. SSH sessions and services often have none.',
    next: ['Sign in to the desktop, or with a password, and try again.'],
  },
  {
    name: /^locked$/,
    reason: 'keychain-locked',
    what: 'The keychain is locked, and nobody unlocked it in time.',
    next: [unlockOnDesktop],
  },
  {
    name: /^dismissed$/,
    reason: 'keychain-locked',
    what: 'The keychain is locked. The prompt to unlock it was dismissed or could not be shown.',
    next: [unlockOnDesktop],
  },
  {
    name: /^nothing-open$/,
    reason: 'keychain-locked',
    what: 'The keychain has no open keyring, wallet or database.',
    next: ['Open or create one on the desktop, then try again.'],
  },
  {
    name: /^unanswered$/,
    reason: 'keychain-locked',
    what: 'The keychain asks for permission, and nobody answered in time.',
    next: [allowInDialog],
  },
  {
    name: /^denied$/,
    reason: 'keychain-refused',
    what: 'The keychain asks for permission. The question was denied or could not be shown.',
    next: [allowInDialog],
  },
  {
    // errSecInteractionNotAllowed and errSecInDarkWake: macOS would ask, and there is no screen to ask on.
    message: /interaction is not allowed|no UI possible/i,
    reason: 'keychain-locked',
    what: 'The keychain is locked, and cannot show a prompt here.',
    next: ['security unlock-keychain', 'That is for SSH sessions. On the desktop, log in.'],
  },
  {
    // errSecUserCanceled, errSecAuthFailed; a bus of another user; a service with a policy.
    name: /AccessDenied|AuthFailed|^(refused|EACCES|EPERM)$/,
    message: /user canceled|passphrase you entered|access is denied|not permitted|access denied/i,
    reason: 'keychain-refused',
    what: 'The keychain does not allow od-link to use it.',
    next: ['Allow it in its own dialog or settings, as the user who owns the keychain (not with sudo).'],
  },
  {
    name: /^(timeout|StuckCall)$|NoReply/,
    reason: 'keychain-silent',
    what: 'The keychain does not respond.',
    next: ['Restart its service (gnome-keyring, KWallet), or log in again.'],
  },
]

const openCredentialManager = 'Open Credential Manager: control /name Microsoft.CredentialManager'
/*
 * The module's words for the errors of Windows are "Windows ERROR_NO_SUCH_LOGON_SESSION", or "Windows error code N" for a
 * number without a name, after "Couldn't access platform storage: " or "Platform failure: ".
 * https://learn.microsoft.com/windows/win32/api/wincred/nf-wincred-credwritew#return-value
 */
const windowsFailures: Failure[] = [
  {
    // ERROR_NO_SUCH_LOGON_SESSION: "Network logon sessions do not have an associated credential set."
    message: /ERROR_NO_SUCH_LOGON_SESSION|Windows error code 1312\b/,
    reason: 'keychain-missing',
    what: 'There is no keychain here. Windows has no Credential Manager for SSH sessions and other network logons.',
    next: [
      { ...useEncrypted, intro: 'For SSH and services, save links in encrypted files:' },
      'Or log on interactively: on the desktop, with runas, or in a scheduled task that runs only when you are logged on.',
    ],
  },
  {
    // ERROR_ACCESS_DENIED
    message: /Windows error code 5\b/,
    reason: 'keychain-refused',
    what: 'Windows Credential Manager refuses od-link access to its entries (Windows error code 5).',
    next: ['Run od-link as the user who owns the entries, outside a sandbox.', useEncrypted],
  },
  {
    // ERROR_NOT_ENOUGH_MEMORY and RPC_X_BAD_STUB_DATA, with which it answers what it has no room for.
    message: /Windows error code (8|1783)\b/,
    reason: 'keychain-refused',
    what: 'Windows Credential Manager does not accept the entry. It may be full.',
    next: [`Remove entries that you no longer need. ${openCredentialManager}`, useEncrypted],
  },
  {
    name: /^StuckCall$/,
    reason: 'keychain-silent',
    what: 'Windows Credential Manager does not respond.',
    next: ['As an administrator, restart its service in PowerShell: Restart-Service VaultSvc'],
  },
]

/** The module lists no entry when one of them is not UTF-16 (windows-text.ts). */
const unlistable = /^Not a valid utf16 blob|^invalid utf-16/

/** macOS ties an entry to the signature of the program that wrote it, and many builds of Node get a new one each time. */
const silentOnMac: NextStep[] = [
  'Look for a keychain dialog on the desktop.',
  { intro: 'After an update of Node (Homebrew), run this there and choose "Always Allow":', verb: 'status' },
]

/** What a failed call means, and what to do next. */
export function keychainError(error: Error, platform: NodeJS.Platform): OdLinkError {
  const { name, message } = error
  const isWindows = platform === 'win32'
  if (isWindows && unlistable.test(message)) return unlistableEntries(error)
  const found = [...(isWindows ? windowsFailures : []), ...failures].find(
    (one) => one.name?.test(name) || one.message?.test(message),
  )
  if (!found) {
    const why = fromOutside(message, 200).replace(/\.$/, '')
    const label = isWindows ? 'Windows Credential Manager' : 'The keychain'
    const check = isWindows
      ? openCredentialManager
      : 'Check it with its own program (Passwords and Keys, Keychain Access), then try again.'
    return new OdLinkError('keychain', `${label} cannot be used (${why}).`, {
      next: [check, ...(isWindows ? [useEncrypted] : []), useFiles],
      cause: error,
    })
  }
  const next = platform === 'darwin' && found.reason === 'keychain-silent' ? silentOnMac : found.next
  const hasEncrypted = next.some((step) => typeof step !== 'string' && step.args?.includes('encrypted'))
  return new OdLinkError('keychain', found.what, {
    reason: found.reason,
    next: [
      ...next,
      ...(found.reason === 'keychain-missing' && !hasEncrypted ? [useEncrypted] : []),
      useFiles,
    ],
    cause: error,
  })
}

function unlistableEntries(cause: Error): UnlistableItems {
  return new UnlistableItems(
    'keychain',
    'Windows Credential Manager cannot list the entries of od-link. One of them is damaged, or an earlier version wrote it.',
    {
      reason: 'record-damaged',
      next: [
        'See what is left: cmdkey /list | findstr od-link',
        `Remove those entries by hand. ${openCredentialManager}`,
      ],
      cause,
    },
  )
}

/** The error for a machine, or a job, without a session bus. */
export function noSessionBus(): OdLinkError {
  return new OdLinkError(
    'keychain',
    'There is no keychain here. No D-Bus session is running for this user.',
    {
      reason: 'keychain-missing',
      next: [
        'Log in to the desktop, or keep your session running after logout: loginctl enable-linger',
        useEncrypted,
        useFiles,
      ],
    },
  )
}

/** Why the native module did not load, from what each attempt threw. */
export function moduleError(errors: unknown[], platform: NodeJS.Platform): OdLinkError {
  const here = `this Node (${process.version}, ${platform} ${process.arch})`
  const causes = errors.flatMap(withCauses)
  const failed = causes.find(({ code }) => code === 'ERR_DLOPEN_FAILED')
  if (failed && platform === 'win32') return windowsModuleError(failed, here)
  if (failed) return foreignModule(failed, here, platform === 'darwin' ? [rosetta] : [])
  return new OdLinkError('keychain', `The keychain module for ${here} is not installed.`, {
    reason: 'keychain-module',
    next: ['npm install --global od-link', 'Do not use --omit=optional.', useFiles],
    cause: causes[0],
  })
}

const rosetta =
  'On a Mac with Apple silicon, this may be the Node for Intel, under Rosetta. Then install the one for arm64.'

function foreignModule(cause: Error, here: string, more: NextStep[] = []): OdLinkError {
  const message = `The keychain module was built for another processor or operating system than ${here}.`
  return new OdLinkError('keychain', message, {
    reason: 'keychain-module',
    next: ['npm install --global od-link', ...more, useFiles],
    cause,
  })
}

/**
 * Node reports what the loader of Windows says (libuv, uv__dlerror): its text, in English or else in the user's language, or
 * "error: N" where there is no text; Wine has texts of its own. ERROR_BAD_EXE_FORMAT (193) means another processor.
 * ERROR_MOD_NOT_FOUND (126) means that a library it needs is missing: that is the Visual C++ runtime, which Windows
 * containers and Server Core don't have.
 */
function windowsModuleError(cause: Error, here: string): OdLinkError {
  const { message } = cause
  if (/not a valid Win32 application|\bBad EXE format\b|\berror: 193\b/i.test(message))
    return foreignModule(cause, here)
  const runtime = `https://aka.ms/vs/17/release/vc_redist.${process.arch === 'ia32' ? 'x86' : process.arch}.exe`
  const isMissing = /specified module could not be found|\bmodule not found|\berror: 126\b/i.test(message)
  const install = `Install the Microsoft Visual C++ Redistributable: ${runtime}`
  return isMissing
    ? new OdLinkError(
        'keychain',
        'The keychain module cannot be loaded, because the Microsoft Visual C++ runtime (VCRUNTIME140.dll) is missing.',
        { reason: 'keychain-module', next: [install, useFiles], cause },
      )
    : new OdLinkError('keychain', `The keychain module cannot be loaded (${fromOutside(message, 200)}).`, {
        reason: 'keychain-module',
        next: [install, 'Or install od-link again: npm install --global od-link', useFiles],
        cause,
      })
}

/** The package's loader throws one error, with the failures as a chain of causes. */
function withCauses(error: unknown): NodeJS.ErrnoException[] {
  return error instanceof Error ? [error, ...withCauses(error.cause)] : []
}
