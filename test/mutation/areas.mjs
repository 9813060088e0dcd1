/** Where a run leaves its reports. */
export const artifacts = 'test/artifacts/mutation'

/** What is mutated, and by which tests: the soonest first, since the first failure ends the run of a mutant. */
export const areas = {
  identity: {
    folder: 'src/identity',
    tests: [
      'test/identity/advice.test.ts',
      'test/identity/failure.test.ts',
      'test/identity/lifetime.test.ts',
      'test/identity/admin-letter.test.ts',
      'test/identity/portal.test.ts',
      'test/identity/authority.test.ts',
      'test/identity/protocol.test.ts',
      'test/identity/redeem.test.ts',
      'test/identity/device-code.test.ts',
    ],
  },
  accounts: {
    folder: 'src/accounts',
    tests: [
      'test/accounts/record.test.ts',
      'test/accounts/slots.test.ts',
      'test/accounts/dbus-values.test.ts',
      'test/accounts/trouble-words.test.ts',
      'test/accounts/pieces.test.ts',
      'test/accounts/life-of-a-link.test.ts',
      'test/accounts/linked.test.ts',
      'test/accounts/native-keychain.test.ts',
      'test/accounts/secret-service.test.ts',
      'test/accounts/token-of-a-link.test.ts',
      'test/accounts/under-the-lock.test.ts',
      'test/accounts/child.test.ts',
      'test/accounts/file-store.test.ts',
    ],
  },
}
