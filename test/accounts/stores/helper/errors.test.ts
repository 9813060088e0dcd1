import { describe, expect, it } from 'vitest'
import { helperError } from '../../../../src/accounts/stores/helper/errors.ts'
import { DamagedEntry } from '../../../../src/accounts/stores/two-slots.ts'
import type { Ended } from '../../../../src/system/child-process.ts'

describe('a credential helper that does not do', () => {
  const exited = (stdout: string, stderr = '', code = 1): Ended => ({ how: 'exited', code, stdout, stderr })
  const trouble = (ended: Ended, name = 'odd') => helperError(name, ended)
  const byHand = 'Try the helper yourself: docker-credential-odd list'
  const unlock = 'Unlock its password manager, then try again.'

  it.each<[what: string, ended: Ended, message: string, hint: string]>([
    [
      'is missing',
      { how: 'not started', code: 'ENOENT' },
      'helper:odd needs the program docker-credential-odd, which is not in the PATH.',
      'Install it (Debian: golang-docker-credential-helpers), or add its folder to the PATH. In cron jobs the PATH is short.\nOr use the keychain: od-link config set store keychain',
    ],
    [
      'may not be run',
      { how: 'not started', code: 'EACCES' },
      'docker-credential-odd cannot be started (EACCES).',
      'ls -l "$(command -v docker-credential-odd)"',
    ],
    [
      'hangs',
      { how: 'timed out' },
      'docker-credential-odd did not respond within 3 seconds.',
      `${unlock}\n${byHand}`,
    ],
    [
      'is killed',
      { how: 'killed', signal: 'SIGSEGV' },
      'docker-credential-odd was killed by SIGSEGV.',
      byHand,
    ],
    [
      'talks without end',
      { how: 'too much output' },
      'The output of docker-credential-odd is not that of a credential helper.',
      'Check which program that is: command -v docker-credential-odd',
    ],
    [
      'crashes',
      exited('', 'some line\npanic: runtime error', 2),
      'docker-credential-odd crashed. Some helpers crash when their password manager is locked.',
      `${unlock}\n${byHand}`,
    ],
    [
      'crashes in C',
      exited('', 'fatal error: unexpected signal', 2),
      'docker-credential-odd crashed. Some helpers crash when their password manager is locked.',
      `${unlock}\n${byHand}`,
    ],
    ['refuses', exited('sealed'), 'docker-credential-odd failed: sealed.', `${unlock}\n${byHand}`],
    ['refuses aside', exited('', 'sealed!'), 'docker-credential-odd failed: sealed!', `${unlock}\n${byHand}`],
    ['refuses twice', exited('this', 'that'), 'docker-credential-odd failed: this.', `${unlock}\n${byHand}`],
    [
      'panics in the middle of a line',
      exited('do not panic: all is well'),
      'docker-credential-odd failed: do not panic: all is well.',
      `${unlock}\n${byHand}`,
    ],
    [
      'panics in the middle of a line aside',
      exited('', 'do not panic: all is well'),
      'docker-credential-odd failed: do not panic: all is well.',
      `${unlock}\n${byHand}`,
    ],
    [
      'is silent',
      exited(' \n', '', 7),
      'docker-credential-odd failed with exit code 7.',
      `${unlock}\n${byHand}`,
    ],
  ])('%s', (_, ended, message, hint) => {
    expect(trouble(ended)).toMatchObject({ kind: 'keychain', message, hint })
  })

  it.each([
    ['gpg: block_filter 0x0000: read error (size=1,a->size=2)'],
    ['gpg: decrypt_message failed: Unknown system error'],
    ['gpg: decrypt_message failed: No data'],
    ['gpg: no valid OpenPGP data found.'],
    ["gpg: [don't know]: length invalid in packet"],
  ])('because an entry was cut short is told apart: %s', (said) => {
    for (const ended of [exited(said), exited('', said)]) {
      expect(trouble(ended)).toBeInstanceOf(DamagedEntry)
      expect(trouble(ended)).toMatchObject({ kind: 'keychain', hint: byHand })
    }
    expect(trouble(exited('gpg: decryption failed: No pinentry'))).not.toBeInstanceOf(DamagedEntry)
  })

  it.each(['pass', 'gopass'])('and is %s may want a passphrase', (name) => {
    expect(trouble(exited('sealed'), name).hint?.split('\n')).toEqual([
      expect.stringMatching(/^gpg may need the passphrase of its key\..*export GPG_TTY=\$\(tty\)$/),
      expect.stringMatching(/^For scripts, use a key without a passphrase.*gpg-agent\.conf\.$/),
      `Try the helper yourself: docker-credential-${name} list`,
    ])
  })

  it('and is a pass that was never set up says so', () => {
    const said = 'error: password store is empty. Try "pass init".'
    expect(trouble(exited(said), 'pass').hint?.split('\n')[0]).toBe('pass init YOUR-GPG-ID')
    expect(trouble(exited(said), 'odd').hint).not.toContain('pass init')
    expect(trouble(exited('sealed'), 'pass').hint).not.toContain('pass init')
  })

  it('is quoted on one line, at most 200 characters, without what could be a token', () => {
    const said = (text: string) => trouble(exited(text)).message.replace('docker-credential-odd failed: ', '')
    expect(said('two \n\t lines\u001b[2J')).toBe('two lines[2J.')
    expect(said('Is it?')).toBe('Is it?')
    expect(said('x '.repeat(100).trim())).toBe(`${'x '.repeat(100).trim()}.`)
    expect(said('x '.repeat(101))).toBe(`${'x '.repeat(100)} …`)
    expect(said(`token ${'A'.repeat(63)}`)).toBe(`token ${'A'.repeat(63)}.`)
    expect(said(`token ${'aB3+/='.repeat(11)} end`)).toBe('token … end.')
  })
})
