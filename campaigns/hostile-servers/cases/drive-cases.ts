/* Items that are not what was requested and could lead elsewhere. */

import type { Attack } from '../attack.ts'
import type { Json } from '../id-token.ts'
import { escapes, invisible } from '../poisons.ts'
import type { SceneName } from '../scenes.ts'
import type { Answer } from '../tamperer.ts'

/** The items in an answer: the answer itself, or those of its list or batch. */
function itemsIn(json: Json): Json[] {
  if (json?.responses) return json.responses.flatMap(({ body }: Json) => itemsIn(body))
  return Array.isArray(json?.value) ? json.value : json?.error ? [] : [json]
}

const named: [name: string, change: (item: Json) => unknown][] = [
  ['contains a slash', (item) => (item.name = `${item.name}/../../etc/passwd`)],
  ['begins with a slash', (item) => (item.name = '/etc/passwd')],
  ['is ..', (item) => (item.name = '..')],
  ['is .', (item) => (item.name = '.')],
  ['is empty', (item) => (item.name = '')],
  ['contains NUL', (item) => (item.name = `${item.name}\0/x`)],
  ['contains line breaks', (item) => (item.name = `${item.name}\n/etc/passwd\r\n/root`)],
  ['contains escape sequences', (item) => (item.name = escapes)],
  ['contains bidi overrides', (item) => (item.name = invisible)],
  ['is a million characters long', (item) => (item.name = 'n'.repeat(1_000_000))],
  ['is not the requested one', (item) => (item.name = 'something else')],
  ['looks like an option', (item) => (item.name = '--help')],
  ['contains a shell command', (item) => (item.name = '$(touch /tmp/x);`x`|x')],
]
const others: typeof named = [
  [
    'has a parent elsewhere',
    (item) => (item.parentReference = { driveId: 'x', id: 'y', path: '/drives/x/root:/../../../etc' }),
  ],
  ['has neither a name nor an id', (item) => Object.assign(item, { name: undefined, id: undefined })],
  ['is deleted', (item) => (item.deleted = { state: 'deleted' })],
  [
    'is on another drive',
    (item) => (item.remoteItem = { id: '..', parentReference: { driveId: '../../users/eve' } }),
  ],
  ['is a file and a folder', (item) => (item.file = { mimeType: 'text/x' })],
  [
    'is everything at once',
    (item) => Object.assign(item, { package: { type: 'x' }, remoteItem: { folder: {} }, file: {} }),
  ],
  ['was created in the future', (item) => (item.createdDateTime = '+275760-09-13T00:00:00Z')],
  ['has an invalid creation date', (item) => (item.createdDateTime = 'never')],
  ['has a javascript: URL', (item) => (item.webUrl = 'javascript:alert(1)')],
  ['has an infinite number of children', (item) => (item.folder = { childCount: 1e300 })],
]
const ids: [string, unknown][] = [
  ['with slashes', '../../../users/eve/drive/root'],
  ['that is ..', '..'],
  ['that is .', '.'],
  ['with a question mark', 'x?$select=*&y=1'],
  ['with a number sign', 'x#y'],
  ['that is already encoded', '%2e%2e%2f%2e%2e'],
  ['with a colon', 'x:/y:'],
  ['with a backslash', '..\\..\\x'],
  ['with line breaks', 'x\r\nhost: evil.example\r\n\r\n'],
  ['with NUL', 'x\0y'],
  ['with a lone surrogate', '\ud800'],
  ['that is a URL', 'https://evil.example/x'],
  ['that begins with //', '//evil.example/x'],
  ['of a million characters', 'i'.repeat(1_000_000)],
  ['that is a number', 1],
]

const tampered =
  (change: (item: Json) => unknown) =>
  (answer: Answer): undefined => {
    for (const item of itemsIn(answer.json)) if (item && typeof item === 'object') change(item)
  }
const inScenes = (
  group: string,
  scenes: SceneName[],
  name: string,
  change: (item: Json) => unknown,
): Attack[] =>
  scenes.flatMap((scene) =>
    [[], ['--json']].map((flags) => ({
      group,
      name,
      scene,
      flags,
      tamper: tampered(change),
      wrong: asksElsewhere,
    })),
  )

/** Whatever an id contains, it must only address an item of this drive. */
const asksElsewhere: Attack['wrong'] = (_, { server }) => {
  const ofBatches = server.seen.flatMap(({ exchange }) => {
    if (exchange.kind !== 'batch') return []
    return JSON.parse(exchange.body).requests.map(({ url }: { url: string }) => `/v1.0${url}`)
  })
  const asked = [...server.seen.map(({ exchange }) => exchange.path), ...ofBatches]
  const own =
    /^\/v1\.0\/(\$batch|me\/drive\/(root|items\/[^/?#:]+)(:(\/[^/?#:]+)+:?)?(\/children)?)(\?[^#]*)?$|^\/[^/]*\/(oauth2|v2\.0|discovery)\//
  const elsewhere = asked.find(
    (path) => !own.test(path) || new URL(path, 'http://x').pathname !== path.replace(/\?.*$/s, ''),
  )
  return elsewhere && `it asked for ${elsewhere.slice(0, 200)}`
}

/** A line break in a name would make two lines of output, so the requested name is printed instead. */
const noName: Attack = {
  group: 'Names in the drive',
  name: 'the name contains all of this, and JSON has the requested one',
  scene: 'mkdir',
  flags: ['--json'],
  codes: [0],
  tamper: tampered((item) => (item.name = escapes + invisible)),
  wrong: ({ stdout }) =>
    /[\u0000-\u001f\u007f-\u009f]/.test(JSON.parse(stdout)[0].name) ? 'a name that is none' : undefined,
}

export const driveCases: Attack[] = [
  noName,
  ...named.flatMap(([name, change]) =>
    inScenes('Names in the drive', ['mkdir', 'reuse', 'list', 'many'], `the name ${name}`, change),
  ),
  ...others.flatMap(([name, change]) =>
    inScenes(
      'Items that are not what was requested',
      ['mkdir', 'reuse', 'list', 'many'],
      `the folder ${name}`,
      change,
    ),
  ),
  ...ids.flatMap(([name, id]) =>
    inScenes('Item ids', ['mkdir', 'deep', 'many'], `an id ${name}`, (item) => (item.id = id)),
  ),
]
