import { OdLinkError } from '../../../errors.ts'
import type { Ended } from '../../../system/child-process.ts'
import { longDuration } from '../../../text/format.ts'
import { fromOutside } from '../../../text/sanitize.ts'
import { storeLimitMs } from '../limits.ts'
import { DamagedEntry } from '../two-slots.ts'

/** What gpg prints for a file that a killed write or a full disk left empty or incomplete. */
const truncated =
  /gpg: (block_filter \S+: read error|decrypt_message failed: (Unknown system error|No data)|no valid OpenPGP data|\[don't know\]: (length invalid|invalid packet)|WARNING: encrypted message has been manipulated)/i

/** Why a call of a credential helper failed, from how the program ended. */
export function helperError(name: string, ended: Ended): OdLinkError {
  const program = `docker-credential-${name}`
  const byHand = `Try the helper yourself: ${program} list`
  switch (ended.how) {
    case 'not started':
      return ended.code === 'ENOENT'
        ? new OdLinkError(
            'keychain',
            `helper:${name} needs the program ${program}, which is not in the PATH.`,
            {
              reason: 'helper-missing',
              next: [
                'Install it (Debian: golang-docker-credential-helpers), or add its folder to the PATH. In cron jobs the PATH is short.',
                { intro: 'Or use the keychain:', verb: 'config', args: ['set', 'store', 'keychain'] },
              ],
            },
          )
        : failed(`${program} cannot be started (${ended.code}).`, [`ls -l "$(command -v ${program})"`])
    case 'timed out':
      return failed(`${program} did not respond within ${longDuration(storeLimitMs() / 1000)}.`, [
        ...unlocking(name),
        byHand,
      ])
    case 'killed':
      return failed(`${program} was killed by ${ended.signal}.`, [byHand])
    case 'too much output':
      return invalidOutput(name)
    case 'exited': {
      if (/^(fatal error|panic): /m.test(ended.stderr)) {
        return failed(`${program} crashed. Some helpers crash when their password manager is locked.`, [
          ...unlocking(name),
          byHand,
        ])
      }
      const said = sentenceOf(ended.stdout) || sentenceOf(ended.stderr)
      const what = said ? `${program} failed: ${said}` : `${program} failed with exit code ${ended.code}.`
      if (truncated.test(ended.stdout + ended.stderr))
        return new DamagedEntry('keychain', what, { reason: 'record-damaged', next: [byHand] })
      return failed(what, [...initializing(name, said), ...unlocking(name), byHand])
    }
  }
}

/** The error for output that is not a credential helper's. */
export function invalidOutput(name: string): OdLinkError {
  const program = `docker-credential-${name}`
  return failed(`The output of ${program} is not that of a credential helper.`, [
    `Check which program that is: command -v ${program}`,
  ])
}

function failed(message: string, next: string[]): OdLinkError {
  return new OdLinkError('keychain', message, { reason: 'helper-failed', next })
}

/** gpg-agent forgets a passphrase after some minutes, so what works now may fail at night. */
function unlocking(name: string): string[] {
  if (name === 'pass' || name === 'gopass') {
    return [
      'gpg may need the passphrase of its key. To be asked for it here: export GPG_TTY=$(tty)',
      'For scripts, use a key without a passphrase, or a long cache: default-cache-ttl and max-cache-ttl in gpg-agent.conf.',
    ]
  }
  return ['Unlock its password manager, then try again.']
}

function initializing(name: string, said: string): string[] {
  return name === 'pass' && /pass init/.test(said) ? ['pass init YOUR-GPG-ID'] : []
}

/**
 * What the helper printed, on one line and shortened. Long runs of base64 are left out, because a helper that repeats its
 * input would reveal a token.
 */
function sentenceOf(output: string): string {
  const text = fromOutside(output, 10_000).replace(/[A-Za-z0-9+/=]{64,}/g, '…')
  const short = text.length > 200 ? `${text.slice(0, 200)} …` : text
  return short && !/[.!?…]$/.test(short) ? `${short}.` : short
}
