import { describe, expect, it } from 'vitest'
import { keychainError, moduleError, noSessionBus } from '../../../../src/accounts/stores/keychain/errors.ts'

const orFiles = 'Or save links in private files, not encrypted: od-link config set store file'
const orEncrypted = 'Or save links in encrypted files: od-link config set store encrypted'
const failure = (name: string, message: string) => Object.assign(new Error(message), { name })

describe('a keychain that does not do', () => {
  const gone = /^There is no keychain here. The D-Bus session .* no longer exists\.$/
  const none = /^There is no keychain here. No Secret Service is running in this D-Bus session\.$/
  const session = /^There is no keychain here\. SSH sessions and services often have none\.$/
  const refuses = /^The keychain does not allow od-link to use it\.$/
  const silent = /^The keychain does not respond\.$/
  const troubles: [name: string, message: string, what: RegExp, firstCure: RegExp][] = [
    ['ENOENT', 'x', gone, /^unset DBUS_SESSION_BUS_ADDRESS\nOr open a new terminal on the desktop\.\n/],
    ['ECONNREFUSED', 'x', gone, /^unset DBUS/],
    ['closed', 'x', gone, /^unset DBUS/],
    ['org.freedesktop.DBus.Error.ServiceUnknown', 'x', none, /^Install and start one, such as gnome-keyring/],
    ['org.freedesktop.DBus.Error.NameHasNoOwner', 'x', none, /^Install/],
    ['org.freedesktop.DBus.Error.Spawn.ExecFailed', 'x', none, /^Install/],
    ['Error', 'A default keychain could not be found.', session, /^Sign in/],
    ['Error', 'The specified keychain could not be found.', session, /^Sign in/],
    ['locked', 'x', /^The keychain is locked, and nobody unlocked it/, /^Unlock it on the/],
    ['dismissed', 'x', /^The keychain is locked\. .*prompt.*dismissed/, /^Unlock it on/],
    ['nothing-open', 'x', /^The keychain has no open keyring, wallet or database\.$/, /^Open or create one/],
    [
      'unanswered',
      'x',
      /^The keychain asks for permission, and nobody answered in time\.$/,
      /^Allow it on the/,
    ],
    [
      'denied',
      'x',
      /^The keychain asks for permission\. .*denied or could not be shown\.$/,
      /^Allow it on the/,
    ],
    [
      'Error',
      'User interaction is not allowed.',
      /locked, and cannot show a prompt/,
      /^security unlock-keychain\nThat is for SSH/,
    ],
    [
      'Error',
      'In dark wake, no UI possible',
      /locked, and cannot show a prompt/,
      /^security unlock-keychain\n/,
    ],
    ['org.freedesktop.DBus.Error.AccessDenied', 'x', refuses, /^Allow it.*not with sudo/],
    ['org.freedesktop.DBus.Error.AuthFailed', 'x', refuses, /^Allow it/],
    ['refused', 'x', refuses, /^Allow it/],
    ['EACCES', 'x', refuses, /^Allow it/],
    ['EPERM', 'x', refuses, /^Allow it/],
    ['Error', 'User canceled the operation.', refuses, /^Allow it/],
    ['Error', 'The user name or passphrase you entered is not correct.', refuses, /^Allow it/],
    ['Error', 'Access is denied.', refuses, /^Allow it/],
    ['Error', 'Operation not permitted', refuses, /^Allow it/],
    ['timeout', 'x', silent, /^Restart its service \(gnome-keyring, KWallet\)/],
    ['org.freedesktop.DBus.Error.NoReply', 'x', silent, /^Restart/],
    ['StuckCall', 'x', silent, /^Restart/],
  ]
  it.each(troubles)('%s: %s', (name, message, what, cure) => {
    const thrown = failure(name, message)
    const error = keychainError(thrown, 'linux')
    expect(error.kind).toBe('keychain')
    expect(error.message).toMatch(what)
    expect(error.hint).toMatch(cure)
    expect(error.hint?.endsWith(`\n${orFiles}`)).toBe(true)
    expect(error.hint?.split(`${orEncrypted}\n`)).toHaveLength(error.reason === 'keychain-missing' ? 2 : 1)
    expect(error.cause).toBe(thrown)
  })

  it.each([
    ['ENOENTRY', 'x'],
    ['myENOENT', 'x'],
    ['undisclosed', 'x'],
    ['refused twice', 'x'],
    ['unrefused', 'x'],
    ['timeouts', 'x'],
    ['no timeout', 'x'],
  ])('is not taken for another trouble: %s', (name, message) => {
    expect(keychainError(failure(name, message), 'linux').message).toBe('The keychain cannot be used (x).')
  })

  it('in a way of its own is told by its own words', () => {
    const { message, hint } = keychainError(new Error('The org.example.Moon is full.'), 'linux')
    expect(message).toBe('The keychain cannot be used (The org.example.Moon is full).')
    expect(hint).toBe(
      `Check it with its own program (Passwords and Keys, Keychain Access), then try again.\n${orFiles}`,
    )
  })

  it.each([
    [
      "Couldn't access platform storage: Windows ERROR_NO_SUCH_LOGON_SESSION",
      'keychain-missing',
      /^There is no keychain here\. Windows has no Credential Manager for SSH sessions and other network/,
      /^For SSH and services, save links in encrypted files: od-link config set store encrypted\nOr log on interactively: .*runas.*scheduled task/,
    ],
    [
      'Platform failure: Windows error code 5',
      'keychain-refused',
      /^Windows Credential Manager refuses od-link access to its entries/,
      /^Run od-link as the user who owns the entries/,
    ],
    [
      'Platform failure: Windows error code 8',
      'keychain-refused',
      /^Windows Credential Manager.*full\.$/,
      /^Rem/,
    ],
    ['Platform failure: Windows error code 1783', 'keychain-refused', /full\.$/, /^Remove entries.*control/],
    [
      'Platform failure: Windows error code 58',
      undefined,
      /^Windows Credential Manager cannot be used \(Platform failure: Windows error code 58\)\.$/,
      /^Open Credential Manager: control \/name Microsoft\.CredentialManager\nOr save/,
    ],
    [
      'Platform failure: Windows ERROR_INVALID_PARAMETER',
      undefined,
      /^Windows Credential Manager cannot be used \(Platform failure: Windows ERROR_INVALID_PARAMETER\)\.$/,
      /^Open Credential Manager/,
    ],
  ])('on Windows, as its module says: %s', (message, reason, what, cure) => {
    const error = keychainError(new Error(message), 'win32')
    expect(error).toMatchObject({ kind: 'keychain', message: expect.stringMatching(what) })
    if (reason) expect(error.reason).toBe(reason)
    expect(error.hint).toMatch(cure)
    expect(error.hint).toContain('od-link config set store encrypted')
    expect(error.hint?.endsWith(orFiles)).toBe(true)
    expect(error.hint).not.toMatch(/Keychain Access|gnome|the desktop, then/)
  })

  it('on Windows, by hanging, names its service', () => {
    const { message, hint } = keychainError(failure('StuckCall', 'x'), 'win32')
    expect(message).toBe('Windows Credential Manager does not respond.')
    expect(hint).toBe(
      `As an administrator, restart its service in PowerShell: Restart-Service VaultSvc\n${orFiles}`,
    )
  })

  it('by hanging on a Mac may have a dialog on the desktop', () => {
    const { hint = '' } = keychainError(failure('timeout', 'x'), 'darwin')
    expect(hint.split('\n')).toEqual([
      expect.stringMatching(/^Look for a keychain dialog on the desktop\.$/),
      expect.stringMatching(/^After an update of Node.*"Always Allow": od-link status$/),
      orFiles,
    ])
    expect(keychainError(new Error('The moon is full.'), 'darwin').hint).toMatch(/^Check it with its own/)
  })

  it('for want of a bus says how one comes to be', () => {
    expect(noSessionBus()).toMatchObject({
      kind: 'keychain',
      message: 'There is no keychain here. No D-Bus session is running for this user.',
      hint: `Log in to the desktop, or keep your session running after logout: loginctl enable-linger\n${orEncrypted}\n${orFiles}`,
    })
  })
})

describe('the module of the keychain', () => {
  const foreign = Object.assign(new Error('wrong ELF class'), { code: 'ERR_DLOPEN_FAILED' })
  const absent = Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' })
  const here = (platform: string) => `this Node (${process.version}, ${platform} ${process.arch})`

  it.each([
    ['at once', [foreign, absent]],
    ['in the end', [absent, foreign]],
    ['deep down', [absent, new Error('native binding', { cause: new Error('', { cause: foreign }) })]],
  ])('for another processor is told %s', (_, errors) => {
    const error = moduleError(errors, 'linux')
    expect(error).toMatchObject({ kind: 'keychain', cause: foreign })
    expect(error.message).toBe(
      `The keychain module was built for another processor or operating system than ${here('linux')}.`,
    )
    expect(error.hint).toBe(`npm install --global od-link\n${orFiles}`)
  })

  /** As Node says it: the words of Windows, and the path of the module. */
  const onWindows = (said: string) =>
    moduleError(
      [
        Object.assign(new Error(`${said}\\\\?\\C:\\od\\keyring.win32-x64-msvc.node`), {
          code: 'ERR_DLOPEN_FAILED',
        }),
      ],
      'win32',
    )
  const install =
    /^Install the Microsoft Visual C\+\+ Redistributable: https:\/\/aka\.ms\/vs\/17\/release\/vc_redist\.\w+\.exe\n/

  it.each(['The specified module could not be found.\r\n', 'Module not found.\r\n', 'error: 126'])(
    'without the Visual C++ runtime of Windows says so: %j',
    (said) => {
      const { message, hint, reason } = onWindows(said)
      expect({ message, reason }).toEqual({
        message:
          'The keychain module cannot be loaded, because the Microsoft Visual C++ runtime (VCRUNTIME140.dll) is missing.',
        reason: 'keychain-module',
      })
      expect(hint).toMatch(install)
      expect(hint?.endsWith(orFiles)).toBe(true)
    },
  )

  it.each([
    '\\\\?\\C:\\od\\k.node is not a valid Win32 application.\r\n',
    'error: 193',
    'Bad EXE format for C:\\k.node.\r\n',
  ])('for another processor on Windows is told by the words of its loader: %j', (said) => {
    const { message, hint } = onWindows(said)
    expect(message).toMatch(/was built for another processor/)
    expect(hint).toBe(`npm install --global od-link\n${orFiles}`)
  })

  it('that Windows refuses in another language is told in these words, with both cures', () => {
    const { message, hint } = onWindows('Das angegebene Modul wurde nicht gefunden.\r\n')
    expect(message).toMatch(
      /^The keychain module cannot be loaded \(Das angegebene Modul wurde nicht gefunden\./,
    )
    expect(hint).toMatch(install)
    expect(hint).toContain('npm install --global od-link')
  })

  it('for another processor may be that of Rosetta on a Mac', () => {
    const { hint = '' } = moduleError([foreign], 'darwin')
    expect(hint.split('\n')[1]).toMatch(/^On a Mac with Apple silicon.*Rosetta.*arm64\.$/)
  })

  it.each([
    [[absent], absent],
    [['no error at all'], undefined],
  ])('that is not there has to be installed: %s', (errors, cause) => {
    const error = moduleError(errors, 'win32')
    expect(error.message).toBe(`The keychain module for ${here('win32')} is not installed.`)
    expect(error.hint).toBe(`npm install --global od-link\nDo not use --omit=optional.\n${orFiles}`)
    expect(error).toMatchObject({ kind: 'keychain' })
    expect(error.cause).toBe(cause)
  })
})
