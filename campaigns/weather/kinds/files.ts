/* The requests about files: listing, transferring, moving, removing, sharing. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Station } from '../station.ts'
import { flagsOf, type How, type Kind, maxWait } from './kind.ts'

/** Two pieces, so that a session is asked more than once. */
const large = 11 * 1024 * 1024
const small = 1_000

/** A local file of that many bytes. */
function localFile({ world }: Station, size: number): string {
  const file = join(world.dir, `${size}.bin`)
  if (!existsSync(file)) writeFileSync(file, Buffer.alloc(size, 'x'))
  return file
}

/** @param first what comes before the flags. */
const command = (verb: string, args: (at: Station, how: How) => string[]) => (at: Station, how: How) =>
  at.world.run([verb, ...flagsOf(how), ...args(at, how)], how.options)

const upload = (size: number) => command('upload', (at, { name }) => [localFile(at, size), `/${name}.bin`])
const uploadByApi = command('api', (at, { name }) => [
  ...['--upload', localFile(at, large)],
  `/me/drive/root:/${name}.bin`,
])
const download = command('download', (at, how) => ['/read.txt', target(at, how)])

const target = ({ world }: Station, { name }: How) => join(world.dir, `${name}.txt`)

/** The file that a cell works on. */
const putFile = async (at: Station, { name }: How) => at.putFile(`/${name}.txt`)

/** The files of this cell in the drive, with their sizes. */
async function filesIn({ sandbox }: Station, { name }: How): Promise<string[]> {
  const { children }: { children: { name: string; size?: number }[] } = await sandbox.control('GET', 'drive')
  const isOurs = (file: string) => file.startsWith(name) && !/^\d/.test(file.slice(name.length))
  return children.filter((file) => isOurs(file.name)).map((file) => `${file.name} ${file.size}`)
}

/** @returns what is wrong unless the drive has one of these. */
async function has(at: Station, how: How, ...allowed: string[]): Promise<string[]> {
  const found = (await filesIn(at, how)).join(', ')
  return allowed.includes(found) ? [] : [`the drive has "${found}", not "${allowed.join('" or "')}"`]
}

/** The whole file once, or none: a failure may have come after the last byte. */
const uploaded =
  (size: number) =>
  (at: Station, how: How, isDone: boolean): Promise<string[]> =>
    has(at, how, `${how.name}.bin ${size}`, ...(isDone ? [] : ['']))

async function downloaded(at: Station, how: How, isDone: boolean): Promise<string[]> {
  const file = target(at, how)
  if (!existsSync(file)) return isDone ? ['left no file'] : []
  const isWhole = readFileSync(file, 'utf8') === at.content
  return isWhole && isDone ? [] : [`left a file that is ${isWhole ? 'not told of' : 'not whole'}`]
}

const shared = { service: 'graph', repeated: true, limit: maxWait(120) } as const
const uploads = {
  ...shared,
  command: 'od-link upload FILE PATH',
  done: /^\/w\d+\.bin$|"path":"\/w\d+\.bin"/m,
} as const
const apiUploads = {
  ...shared,
  command: 'od-link api --upload FILE PATH',
  done: /"size":\s*\d/,
  run: uploadByApi,
  check: uploaded(large),
} as const
const downloads = {
  ...shared,
  command: 'od-link download PATH FILE',
  done: /\/w\d+\.txt$|"path":"[^"]*\/w\d+\.txt"/m,
  run: download,
  check: downloaded,
} as const
const session = { asks: 'POST …/createUploadSession', match: '/createUploadSession' } as const
const piece = {
  asks: 'PUT to the URL of an upload session',
  match: 'PUT /upload',
  after: '/createUploadSession',
  // Enough to ask where the session stands after each of its pieces.
  limit: maxWait(120, 15),
} as const

export const files = {
  list: {
    ...shared,
    asks: 'GET …/children',
    command: 'od-link ls',
    match: '/GET .*.root.children$/',
    done: /^there\/$|"path":"\/there"/m,
    run: command('ls', () => []),
  },
  found: {
    ...downloads,
    asks: 'GET the item',
    match: 'GET /v1.0/me/drive/root:',
  },
  bytes: {
    ...downloads,
    asks: 'GET the URL of its bytes',
    match: 'GET /download/',
    after: 'GET /v1.0/me/drive/root:',
    limit: { ...maxWait(120), silent: 60, why: '--max-wait, and 60 s without a byte' },
  },
  content: {
    ...downloads,
    asks: 'GET …/content, after that URL has expired',
    match: '/GET .*.content$/',
    after: 'GET /download/',
    because: { match: 'GET /download/', effect: { status: 404 } },
    limit: maxWait(120, 6),
  },
  send: {
    ...uploads,
    asks: 'PUT …/content',
    match: '/PUT .*.content$/',
    // Enough for a silent attempt and the lookup after it.
    limit: maxWait(120, 9),
    run: upload(small),
    check: uploaded(small),
  },
  session: { ...uploads, ...session, run: upload(large), check: uploaded(large) },
  piece: { ...uploads, ...piece, run: upload(large), check: uploaded(large) },
  'api session': { ...apiUploads, ...session },
  'api piece': { ...apiUploads, ...piece },
  move: {
    ...shared,
    asks: 'PATCH the item',
    command: 'od-link mv FROM TO',
    match: 'PATCH /v1.0/me/drive',
    limit: maxWait(120, 9),
    done: /^\/w\d+ moved\.txt$|"path":"\/w\d+ moved\.txt"/m,
    prepare: putFile,
    run: command('mv', (_, { name }) => [`/${name}.txt`, `/${name} moved.txt`]),
    check: (at, how, isDone) =>
      has(
        at,
        how,
        `${how.name} moved.txt ${at.content.length}`,
        ...(isDone ? [] : [`${how.name}.txt ${at.content.length}`]),
      ),
  },
  remove: {
    ...shared,
    asks: 'DELETE the item',
    command: 'od-link rm PATH',
    match: 'DELETE /v1.0/me/drive',
    limit: maxWait(120, 9),
    done: /^\/w\d+\.txt$|"path":"\/w\d+\.txt"/m,
    prepare: putFile,
    run: command('rm', (_, { name }) => [`/${name}.txt`]),
    check: (at, how, isDone) => has(at, how, '', ...(isDone ? [] : [`${how.name}.txt ${at.content.length}`])),
  },
  link: {
    ...shared,
    asks: 'POST …/createLink',
    command: 'od-link share PATH',
    match: '/createLink',
    done: /^https?:\/\/|"url":"http/m,
    run: command('share', () => ['/read.txt']),
  },
} as const satisfies Record<string, Kind>
