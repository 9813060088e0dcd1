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
    ],
  },
}
