import { join } from 'node:path'

/** Where a run leaves its reports. */
export const artifacts = 'campaigns/artifacts/mutation'

/**
 * What is mutated, and by which tests: those that are about it, so that a mutant does not run through all others.
 * `without` names tests that would take longer than the rest together.
 */
export const areas = {
  identity: area('src/identity', ['**/*'], 'test/identity', [
    ...['advice', 'failure', 'lifetime', 'admin-letter', 'portal'],
    ...['authority', 'protocol', 'redeem', 'device-code'],
    ...['check-registration', 'tokens'],
  ]),
  'accounts-values': area(
    'src/accounts',
    ['record', 'slots', 'pieces', 'dbus-values', 'helper-trouble', 'keychain-trouble', 'life'],
    'test/accounts',
    ['record', 'slots', 'pieces', 'dbus-values', 'trouble-words', 'life-of-a-link'],
    /real keychain/,
  ),
  'accounts-keychain': area(
    'src/accounts',
    ['dbus', 'secret-service', 'keychain', 'native-keychain'],
    'test/accounts',
    ['native-keychain', 'secret-service', 'asking-nobody'],
  ),
  'accounts-links': area(
    'src/accounts',
    ['index', 'linking', 'move', 'store', 'stores', 'client-secret', 'file'],
    'test/accounts',
    ['private-files', 'linked'],
  ),
  'accounts-token': area('src/accounts', ['token'], 'test/accounts', ['token-of-a-link']),
  'accounts-probe': area('src/accounts', ['probe', 'read-back'], 'test/accounts', [
    'linked',
    'forgetful',
    'read-back',
  ]),
  'accounts-processes': area(
    'src/accounts',
    ['lock', 'child', 'bounded', 'helper', 'signin-needed'],
    'test/accounts',
    ['under-the-lock', 'child', 'asking-nobody'],
  ),
  graph: area('src/graph', ['*'], 'test/graph', [
    ...['../http/challenge', '../fuzz/batch', 'items'],
    'paths',
    'refusals-in-words',
    'looking',
    'making',
    'requests',
  ]),
  'graph-api-values': area(
    'src/graph/api',
    [
      'address',
      'failure',
      'fields',
      'files',
      'headers',
      'pages',
      'part',
      'repeat',
      'signed',
      'upload-address',
    ],
    'test/api',
    ['values', 'address'],
  ),
  'graph-api-request': area('src/graph/api', ['call'], 'test/api', ['values', 'calls']),
  'graph-api-download': area('src/graph/api', ['download', 'source'], 'test/api', ['transfers']),
  'graph-api-upload': area('src/graph/api', ['upload'], 'test/api', ['upload-sessions']),
  'graph-bulk-values': area(
    'src/graph/bulk',
    ['lines', 'queue', 'tree', 'wanted', 'limiter', 'pace'],
    'test/bulk',
    ['lists', 'pacing'],
  ),
  'graph-bulk-answers': area(
    'src/graph/bulk',
    ['answers', 'failures', 'ledger', 'plan', 'asks'],
    'test/bulk',
    ['answers', 'engine'],
  ),
  'graph-bulk-engine': area(
    'src/graph/bulk',
    ['batch', 'deliveries', 'engine', 'index', 'tokens'],
    'test/bulk',
    ['answers', 'exchanges', 'tokens', 'engine', '../graph/requests'],
  ),
  'signin-typed': area(
    'src/signin',
    [
      ...['callback', 'pasted-address', 'pasted-client-id', 'redirect-uri', 'registration'],
      ...['surroundings', 'ways', 'new-registration', 'own-registration'],
    ],
    'test/signin',
    ['what-is-typed'],
  ),
  'signin-start': area('src/signin', ['start-address'], 'test/signin', ['start-address']),
  'signin-redirect': area(
    'src/signin',
    ['listener', 'guarded-server', 'loopback', 'page', 'browser', 'device-code', 'redirect'],
    'test/signin',
    ['by-redirect', 'loopback-ports', 'pages', 'strangers', 'listening', 'opened-browser'],
  ),
}

function area(folder, files, testFolder, tests, without) {
  return {
    folder,
    mutate: files.map((name) => `${folder}/${name}.ts`),
    tests: tests.map((name) => join(testFolder, `${name}.test.ts`)),
    without,
  }
}
