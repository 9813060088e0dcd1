import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The folder for the reports of a run. */
export const artifacts = 'campaigns/artifacts/mutation'

/**
 * Aspects whose tests start whole processes, browsers or real keyrings: too slow for a run per mutant. That of Windows's
 * Credential Manager replaces a module, which only vitest itself can do.
 */
const slowAspects =
  /\.(accounts|answers|chromium|command|credential-manager|crowd|fuzz|history|independent|keepassxc|killed|kwallet|listed|login|long-run|outcome|processes|rclone|real|scale|session-bus|ssh|systemd|terminal|two-tabs|unreachable|weather|web-server)\.test\.ts$/

const testFiles = readdirSync('test', { recursive: true, encoding: 'utf8' }).map((name) =>
  join('test', name).replaceAll('\\', '/'),
)

/** What is mutated together. The tests of an area are those with the names of its files. */
export const areas = {
  /** What every refusal means. They are in their own areas, too; their own tests alone take minutes, not an hour. */
  tables: area(
    'src',
    [
      ...['graph/error-codes', 'graph/errors', 'graph/scopes'],
      ...['identity/aadsts-codes', 'identity/aadsts-registration-codes', 'identity/errors'],
    ],
    // It starts a process.
    { without: /also where there is no number/ },
  ),
  identity: area('src/identity', ['*']),
  'accounts-values': area(
    'src/accounts',
    [
      ...['link-record', 'lifetime', 'stores/two-slots', 'stores/chunks'],
      ...['stores/keychain/dbus-values', 'stores/helper/errors', 'stores/keychain/errors'],
    ],
    { without: /real keychain/ },
  ),
  'accounts-keychain': area('src/accounts/stores/keychain', [
    ...['dbus', 'secret-service', 'secret-service-objects', 'secret-service-program', 'prompts'],
    ...['index', 'native'],
  ]),
  'accounts-links': area('src/accounts', [
    ...['index', 'links', 'move', 'stores/store', 'stores/index', 'client-secret', 'stores/file'],
  ]),
  'accounts-drives': area('src/accounts', ['drives']),
  'accounts-token': area('src/accounts', ['token']),
  'accounts-probe': area('src/accounts/stores', ['probe', 'read-back']),
  'accounts-processes': area('src', [
    ...['settings/lock', 'accounts/stores/limits'],
    ...['accounts/stores/helper/index', 'accounts/signin-needed'],
  ]),
  system: area(
    'src/system',
    [
      ...['child-process', 'with-timeout', 'atomic-write', 'decode-text', 'read-up-to', 'device-name'],
      ...['disk-errors', 'socket-owner'],
    ],
    // They start processes.
    { without: /D-Bus of another user|in a user namespace/ },
  ),
  graph: area('src/graph', ['*']),
  'graph-api-values': area('src/graph/api', [...['address', 'errors', 'fields', 'headers', 'pages']]),
  'graph-api-request': area('src/graph/api', ['call']),
  'graph-transfer-values': area('src/graph/transfer', ['file-errors', 'partial-file', 'signed-url']),
  'graph-transfer-download': area('src/graph/transfer', ['download', 'upload-source']),
  'graph-transfer-upload': area('src/graph/transfer', ['upload']),
  /** In the area `graph`, too, which takes an hour. */
  'graph-place': area('src/graph', ['place', 'open-place', 'shortcuts']),
  'graph-files': area('src/graph/files', [
    ...['browser-url', 'checksum', 'destination', 'file-item', 'find', 'list', 'local-name', 'move'],
    ...['quick-xor-hash', 'remove', 'share'],
  ]),
  'graph-places': area('src/graph/places', ['*']),
  'graph-bulk-values': area('src/graph/bulk', ['tree', 'read-list', 'limiter', 'rate']),
  'graph-bulk-answers': area('src/graph/bulk', [
    ...['outcomes', 'errors', 'folder-states', 'plan', 'operations'],
  ]),
  'graph-bulk-engine': area('src/graph/bulk', ['batch', 'batch-results', 'engine', 'index', 'tokens']),
  registration: area('src/registration', [
    'client-id',
    'cloud',
    'redirect-uri',
    'index',
    'portal-steps',
    'saved',
  ]),
  'signin-values': area('src/signin', [
    ...['authorization-response', 'pasted-redirect', 'environment', 'methods'],
  ]),
  'signin-start': area('src/signin', ['start-address']),
  'signin-redirect': area('src/signin', [
    ...['listener', 'guarded-server', 'loopback', 'result-page', 'browser', 'device-code'],
    'authorization-code',
  ]),
}

function area(folder, names, { without } = {}) {
  const isOwn = (test) => names.some((name) => isNamesake(test, join(folder, name)))
  return {
    folder,
    mutate: names.map((name) => join(folder, `${name}.ts`)),
    tests: testFiles.filter((test) => isOwn(test) && !slowAspects.test(test)),
    without,
  }
}

/** `test/graph/path.test.ts` and `test/graph/path.edges.test.ts` are tests of `src/graph/path`. */
function isNamesake(test, source) {
  const tested = test.replace(/^test\//, 'src/').replace(/(\.[^./]+)?\.test\.ts$/, '')
  if (!test.endsWith('.test.ts')) return false
  return source.endsWith('/*') ? join(tested, '..') === join(source, '..') : tested === source
}
