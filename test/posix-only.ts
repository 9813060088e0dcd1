interface PosixOnly {
  reason: string
  /** Whole files, as patterns. */
  files?: readonly string[]
  /** Single tests, or the groups they are in, by file. */
  tests?: Readonly<Record<string, readonly string[]>>
}

/**
 * The tests that are about POSIX by nature, and why: the one place that says so. On Windows, vitest.config.ts leaves the files
 * out, and setup-windows.ts skips the single tests.
 */
export const posixOnly: readonly PosixOnly[] = [
  {
    reason: 'runs shell scripts as programs: a browser, a credential helper, a command of the person',
    files: [
      'test/accounts/signin-needed.test.ts',
      'test/accounts/signin-needed.command.test.ts',
      'test/accounts/stores/helper/index.test.ts',
      'test/text/shell-quote.fuzz.test.ts',
    ],
    tests: {
      'test/accounts/move.test.ts': ['to a helper', 'two stores'],
      'test/accounts/stores/limits.test.ts': [
        'gpg asks for no passphrase, and no call takes longer than it may',
      ],
      'test/signin/browser.test.ts': ['the browser that a variable names', 'a command line in BROWSER'],
      'test/system/child-process.test.ts': ['in a shell'],
      'test/text/shell-quote.test.ts': ['is that word to sh'],
      'test/doctor/crontab.test.ts': ['reaches the shell whole, whatever is in its paths'],
      'test/accounts/links.test.ts': [
        'in pieces loses those of a killed login with the next one',
        'and linked meanwhile is not swept away',
      ],
      'test/signin/authorization-code.test.ts': [
        'by the browser opens it, says why it could not, and offers more after a silence',
        'that came back makes nothing of a browser that fails after that',
      ],
      'test/accounts/token.test.ts': ['runs the person’s command, once'],
    },
  },
  {
    reason: 'speaks D-Bus over a Unix socket, as the keychain of Linux does',
    files: [
      'test/accounts/stores/keychain/secret-service*.test.ts',
      'test/accounts/stores/keychain/dbus.test.ts',
    ],
    tests: {
      'test/accounts/links.test.ts': ['of which only the record is left is swept away, and nothing else'],
      'test/accounts/stores/limits.test.ts': ['a keychain that is locked is locked, and no prompt is shown'],
    },
  },
  {
    reason: 'needs named pipes, or symbolic links, which a user of Windows may not create',
    tests: {
      'test/graph/transfer/partial-file.test.ts': [
        'is the one behind a link, and is reported where none can be',
        'may be a pipe, whose beginning cannot be undone',
      ],
      'test/graph/transfer/saved-session.test.ts': ['replaces what has its name, without following it'],
      'test/graph/transfer/upload-source.test.ts': [
        'may come from a pipe, whose length is known once it has been read',
      ],
    },
  },
  {
    reason: 'has a file in the place of a folder, which Windows does not tell from a missing one',
    tests: { 'test/accounts/index.test.ts': ['is written by whoever holds it'] },
  },
  {
    reason: 'sends signals, which Windows does not have',
    files: ['test/system/end-by-signal.test.ts'],
  },
  {
    reason: 'reads /proc, where Linux says who owns a socket and when a process began',
    files: ['test/system/socket-owner.test.ts'],
    tests: { 'test/settings/lock.test.ts': ['is theirs however long they take'] },
  },
  {
    reason: 'expects a mode of a file, in place of which Windows has access lists',
    tests: {
      'test/graph/transfer/saved-session.test.ts': [
        'is saved for this user only, under a name that identifies nobody',
      ],
      'test/sandbox/index.tls.test.ts': [
        'lets nobody else change the file, writes no key, and removes the file on close',
      ],
      'test/settings/lock.test.ts': ['brings its result, or its error, and leaves one empty file'],
      'test/system/atomic-write.test.ts': ['replaces the earlier one, and is private'],
    },
  },
  {
    reason:
      'packs, installs or reads the repository with programs of POSIX, which says nothing about Windows',
    files: ['architecture', 'build', 'campaigns', 'docs', 'packaging'].map((name) => `test/${name}/**`),
  },
]
