import type { Block, Row } from '../../cli/command.ts'
import { type ErrorKind, exitCodes, type ListedReason, reasons } from '../../errors.ts'

/** What each reason means. A new one in src/errors.ts does not compile before it has a line here. */
const meanings: Record<ListedReason, string> = {
  'output-lost': 'standard output could not be written',

  'unknown-command': 'there is no such command',
  'unknown-option': 'the command has no such option',
  'missing-argument': 'an argument, an option or its value is missing',
  'unexpected-argument': 'there is one argument too many',
  'invalid-value': 'the value of an option or an argument is not accepted',
  'conflicting-options': 'two of the options cannot be used together',
  'invalid-name': 'OneDrive does not accept the name',
  'invalid-path': 'the path is not valid, or too long',
  'local-path': 'it is a path of this computer, not of the drive',
  'invalid-list': 'the list of folders has lines that are not valid paths',
  'invalid-setting': 'a saved setting or a variable has a value that is not accepted',
  'missing-setting': 'a setting that this needs is not set',
  'missing-client-id': 'there is no app registration yet',
  'settings-unusable': 'the settings directory cannot be read or written, or is not safe',
  'local-file': 'a file on this machine cannot be read or written',
  'port-in-use': 'another program uses the port of the redirect URI',
  unprintable: 'the response is not text that a terminal can show',
  cancelled: 'a question was not answered',
  'refused-request': 'Microsoft Graph does not accept the request',
  'foreign-address': 'the URL is not one that the token may be sent to',

  'name-taken': 'the name is taken',
  'similar-name': 'a similar name is taken, such as one in other case',
  'not-a-folder': 'it is a file, not a folder',
  'changed-meanwhile': 'somebody else changed it at the same time',
  'upload-under-way': 'another upload to the same name is in progress',

  'not-linked': 'no OneDrive is linked',
  'unknown-account': 'no linked account has this name',
  'ambiguous-account': 'several accounts are linked, and none is chosen',
  'tokens-gone': 'the tokens of the link are no longer in the store',
  'link-ended': 'the link has expired or was revoked',
  'token-refused': 'Microsoft Graph does not accept the token',
  'sign-in-declined': 'the person declined or cancelled the sign-in',
  'sign-in-timeout': 'nobody finished the sign-in in time',
  'sign-in-refused': 'Microsoft refused the sign-in',
  'consent-needed': 'a person has to consent in a browser first',
  'admin-approval-needed': 'an administrator has to approve the app first',
  'blocked-by-policy': "the organisation's policy blocks this sign-in",
  'code-expired': 'the device code expired',
  registration: 'the app registration does not fit; the next step says what to change',
  'client-secret': 'the client secret is missing, wrong, expired or not wanted',
  'wrong-account': 'the account belongs to another tenant or cloud',

  'keychain-missing': 'there is no keychain on this machine or in this session',
  'keychain-locked': 'the keychain is locked, and nobody unlocked it',
  'keychain-refused': 'the keychain does not let od-link in, or belongs to another user',
  'keychain-silent': 'the keychain does not respond',
  'keychain-module': 'the keychain module is not installed, or does not fit this machine',
  'helper-missing': 'the credential helper is not installed',
  'helper-failed': 'the credential helper failed',
  'key-missing': 'the key of the encrypted store is not here, and nobody was asked for it',
  'key-invalid': 'the key file of the encrypted store has no key that od-link can use',
  'key-not-private': 'other users can read the key file of the encrypted store',
  'key-wrong': 'the key or the passphrase is not the one that the link was encrypted to',
  'record-damaged': 'the saved link or secret is damaged',
  'record-swapped': 'the file of the saved link or secret belongs to another one',
  'store-forgetful': 'the store did not return what was written to it',
  'store-full': 'the store has no space left',
  'store-read-only': 'the store cannot be written',
  'store-not-private': 'other users can get into the file store',
  'store-unusable': 'the store cannot be used',

  throttled: 'Microsoft throttles this app, and waiting longer is not allowed',
  unavailable: 'Microsoft failed, after all retries',
  'drive-read-only': 'the drive is read-only for now',
  'unreadable-answer': 'the response was not what Microsoft documents',
  'lock-held': 'another od-link process is still changing the same data',
  'upload-unfinished': 'the upload ended, and may be incomplete',

  unreachable: 'the host or the network cannot be reached',
  dns: 'the name of the host was not found',
  tls: 'no secure connection, for example an untrusted certificate',
  proxy: 'the proxy failed or refused the connection',
  timeout: 'no response came in time',
  clock: 'the clock of this machine is wrong',

  'no-such-item': 'the folder or item does not exist',
  'no-such-code': 'od-link does not know this error code',
  'delta-expired': 'the delta link has expired; start again without it',

  'access-denied': 'the account is not allowed to do this',
  'scope-too-narrow': 'the link has too few permissions; sign in with a wider scope',
  'no-space': 'no space is left in the drive or on this machine',
  'no-drive': 'the account has no OneDrive',
  locked: 'the item is locked',
  'limit-reached': 'a limit of OneDrive is reached, such as the number of items in a folder',
  malware: 'Microsoft found malware in the file',
  'drive-frozen': 'the OneDrive is frozen; its owner has to act',
  'drive-blocked': 'an administrator has blocked the site or the OneDrive',
}

/** A heading and a table for each kind that has reasons finer than itself. */
export const reasonBlocks: readonly Block[] = Object.entries(reasons).flatMap(([kind, words]) => {
  const rows = words.map((word): Row => [word, meanings[word]])
  return rows.length > 0 ? [`${kind} (exit code ${exitCodes[kind as ErrorKind]}):`, { rows }] : []
})
