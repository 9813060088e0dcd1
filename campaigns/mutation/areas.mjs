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
    [
      'link-record',
      'stores/two-slots',
      'stores/chunks',
      'stores/keychain/dbus-values',
      'stores/helper/errors',
      'stores/keychain/errors',
      'lifetime',
    ],
    'test/accounts',
    [
      'link-record',
      'stores/two-slots',
      'stores/chunks',
      'stores/keychain/dbus-values',
      'stores/helper/errors',
      'stores/keychain/errors',
      'lifetime',
    ],
    /real keychain/,
  ),
  'accounts-keychain': area(
    'src/accounts/stores',
    ['keychain/dbus', 'keychain/secret-service', 'keychain/index', 'keychain/native'],
    'test/accounts/stores',
    ['keychain/native', 'keychain/dbus', 'keychain/secret-service', 'limits'],
  ),
  'accounts-links': area(
    'src/accounts',
    ['index', 'links', 'move', 'stores/store', 'stores/index', 'client-secret', 'stores/file'],
    'test/accounts',
    ['stores/file', 'index', 'links', 'move', 'stores/store', 'stores/index', 'client-secret'],
  ),
  'accounts-token': area('src/accounts', ['token'], 'test/accounts', ['token']),
  'accounts-probe': area('src/accounts/stores', ['probe', 'read-back'], 'test/accounts/stores', [
    'probe',
    'probe.forgetful',
    'read-back',
  ]),
  'accounts-processes': area(
    'src/accounts',
    ['../settings/lock', '../system/child-process', 'stores/limits', 'stores/helper/index', 'signin-needed'],
    'test/accounts',
    [
      '../settings/lock',
      '../system/child-process',
      '../system/with-timeout',
      'stores/helper/index',
      'signin-needed.command',
      'stores/limits',
    ],
  ),
  graph: area('src/graph', ['*'], 'test/graph', [
    ...['send-once.fuzz', 'item.fuzz', 'item', 'error-codes', 'path'],
    ...['errors', 'drive', 'folders', 'folders.parents', 'request'],
  ]),
  'graph-api-values': area(
    'src/graph/api',
    ['address', 'errors', 'fields', 'file-errors', 'headers', 'pages', 'partial-file', 'signed-url'],
    'test/graph/api',
    [
      ...['address', 'address.values', 'errors', 'fields', 'file-errors', 'headers'],
      ...['pages', 'partial-file', 'signed-url'],
    ],
  ),
  'graph-api-request': area('src/graph/api', ['call'], 'test/graph/api', [
    'call',
    'call.body',
    'call.repeat',
  ]),
  'graph-api-download': area('src/graph/api', ['download', 'upload-source'], 'test/graph/api', [
    'download',
    'upload-source',
  ]),
  'graph-api-upload': area('src/graph/api', ['upload'], 'test/graph/api', ['upload', 'upload.address']),
  'graph-bulk-values': area('src/graph/bulk', ['tree', 'read-list', 'limiter', 'rate'], 'test/graph/bulk', [
    'read-list',
    'limiter',
  ]),
  'graph-bulk-answers': area(
    'src/graph/bulk',
    ['outcomes', 'errors', 'folder-states', 'plan', 'operations'],
    'test/graph/bulk',
    ['outcomes', 'outcomes.unanswered', 'outcomes.parents', 'batch-results', 'errors', 'plan', 'engine'],
  ),
  'graph-bulk-engine': area(
    'src/graph/bulk',
    ['batch', 'batch-results', 'engine', 'index', 'tokens'],
    'test/graph/bulk',
    ['batch', 'batch.fuzz', 'batch-results', 'engine', 'engine.exchanges', 'tokens', 'tokens.long-run'],
  ),
  'signin-typed': area(
    'src/signin',
    [
      ...[
        'authorization-response',
        'pasted-redirect',
        '../registration/client-id',
        '../registration/redirect-uri',
        '../registration/index',
      ],
      ...['environment', 'methods', '../registration/portal-steps', '../registration/saved'],
    ],
    'test/signin',
    ['what-is-typed'],
  ),
  'signin-start': area('src/signin', ['start-address'], 'test/signin', ['start-address']),
  'signin-redirect': area(
    'src/signin',
    ['listener', 'guarded-server', 'loopback', 'result-page', 'browser', 'device-code', 'authorization-code'],
    'test/signin',
    ['by-redirect', 'loopback-ports', 'pages', 'strangers', 'listening', 'opened-browser'],
  ),
}

function area(folder, files, testFolder, tests, without) {
  return {
    folder,
    mutate: files.map((name) => join(folder, `${name}.ts`)),
    tests: tests.map((name) => join(testFolder, `${name}.test.ts`)),
    without,
  }
}
