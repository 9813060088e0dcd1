import { OdLinkError } from '../../../errors.ts'
import type { Ended } from '../../../system/child-process.ts'
import { longDuration } from '../../../text/format.ts'
import { fromOutside } from '../../../text/sanitize.ts'
import { waitMs } from '../limits.ts'
import { DamagedEntry } from '../two-slots.ts'

/** What gpg says of a file that a killed writing or a full disk left: empty, or a part of one. */
const cutShort =
  /gpg: (block_filter \S+: read error|decrypt_message failed: (Unknown system error|No data)|no valid OpenPGP data|\[don't know\]: (length invalid|invalid packet)|WARNING: encrypted message has been manipulated)/i

/** What is wrong with a credential helper, from how it ended, and what to do about it. */
export function helperTrouble(name: string, ended: Ended): OdLinkError {
  const program = `docker-credential-${name}`
  const byHand = `Try it by hand: ${program} list`
  switch (ended.how) {
    case 'not started':
      return ended.code === 'ENOENT'
        ? trouble(`The store helper:${name} needs the program ${program}, which is not on the PATH.`, [
            'Install it (Debian has some in golang-docker-credential-helpers), or mend the PATH (cron has a short one).',
            `Or keep links elsewhere: od-link config set store keychain`,
          ])
        : trouble(`${program} cannot be started (${ended.code}).`, [`ls -l "$(command -v ${program})"`])
    case 'late':
      return trouble(`${program} did not answer within ${longDuration(waitMs / 1000)}.`, [
        ...unlocking(name),
        byHand,
      ])
    case 'killed':
      return trouble(`${program} was ended by ${ended.signal}.`, [byHand])
    case 'too talkative':
      return garbage(name)
    case 'exited': {
      if (/^(fatal error|panic): /m.test(ended.stderr)) {
        return trouble(`${program} crashed, as some do when what they keep secrets in is locked.`, [
          ...unlocking(name),
          byHand,
        ])
      }
      const said = sentenceOf(ended.stdout) || sentenceOf(ended.stderr)
      const what = said ? `${program} refuses: ${said}` : `${program} refuses, with exit code ${ended.code}.`
      if (cutShort.test(ended.stdout + ended.stderr))
        return new DamagedEntry('keychain', what, { hint: byHand })
      return trouble(what, [...initializing(name, said), ...unlocking(name), byHand])
    }
  }
}

/** For an answer that is none. */
export function garbage(name: string): OdLinkError {
  const program = `docker-credential-${name}`
  return trouble(`${program} answers something that no credential helper answers.`, [
    `Look at what it is: command -v ${program}`,
  ])
}

function trouble(what: string, cures: string[]): OdLinkError {
  return new OdLinkError('keychain', what, { hint: cures.join('\n') })
}

/** gpg-agent forgets a passphrase after some minutes: what works now fails at night. */
function unlocking(name: string): string[] {
  if (name === 'pass' || name === 'gopass') {
    return [
      "gpg may want its key's passphrase: use a key without one for scripts, or a long cache",
      '(default-cache-ttl and max-cache-ttl in gpg-agent.conf). To be asked here: export GPG_TTY=$(tty)',
    ]
  }
  return ['Unlock what it keeps secrets in, then try again.']
}

function initializing(name: string, said: string): string[] {
  return name === 'pass' && /pass init/.test(said) ? ['pass init YOUR-GPG-ID'] : []
}

/**
 * What the helper said, on one line and not too long. Long runs of base64 are left out: a helper that repeats its
 * input would show a token.
 */
function sentenceOf(output: string): string {
  const text = fromOutside(output, 10_000).replace(/[A-Za-z0-9+/=]{64,}/g, '…')
  const short = text.length > 200 ? `${text.slice(0, 200)} …` : text
  return short && !/[.!?…]$/.test(short) ? `${short}.` : short
}
