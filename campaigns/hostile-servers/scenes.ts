import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Running } from '../../test/helpers/program/od-link.ts'
import type { Stage } from './stage.ts'
import type { Kind, Tamper } from './tamperer.ts'

/** A command that talks to a server. */
export interface Scene {
  /** As a person would type it. */
  name: string
  /** The requests that it makes; each is attacked. */
  kinds: readonly Kind[]
  /** Its time limit in milliseconds, whatever the server does. */
  boundMs: number
  /** When it may leave a new link. */
  renews: 'always' | 'when it works' | 'never'
  /** What stdout must be when the exit code is 0. */
  says: (stdout: string, json: boolean) => boolean
  bend?: Tamper
  /** Prepares the scene. */
  prepare?: (stage: Stage) => void
  start: (stage: Stage, flags: readonly string[]) => Promise<Running>
  /** What is wrong with this machine's files after the exit code 0. */
  wrong?: (stage: Stage) => string | undefined
}

let made = 0
const fresh = () => {
  made += 1
  return `h${made}`
}
const isPath = (line: string) => /^(\/[^/]+)+$/.test(line)
const isPaths = (stdout: string, count: number) => {
  const lines = stdout.split('\n')
  return lines.pop() === '' && lines.length === count && lines.every(isPath)
}
const isFolder = (stdout: string, json: boolean) =>
  json ? JSON.parse(stdout).every(({ path }: { path: string }) => isPath(path)) : isPaths(stdout, 1)
const isJson = (stdout: string) => JSON.parse(stdout) !== undefined
const isEvents = (stdout: string) => stdout.trimEnd().split('\n').every(isJson)
const isReport = (stdout: string, json: boolean) => !json || isJson(stdout)
const isLinked = (stdout: string, json: boolean) => (json ? isEvents(stdout) : stdout.startsWith('✓ Linked '))
/** In the world's folder, and the first also in the drive: one request, and a session. */
export const [smallFile, largeFile] = ['small', 'large']
export const smallContent = 'what the drive has\n'
const bounded = ['--max-wait', '3']

/** Plays the browser for a login. Its URL bypasses the hostile server, as a person's browser may. */
async function browse({ sandbox }: Stage, running: Running): Promise<Running> {
  running
    .seen(/https?:\/\/localhost:\d+(\/[^"\s]*authorize[^"\s]*)/)
    .then(([, path]) => fetch(`${sandbox.origin}${path}`))
    .then((answer) => answer.text())
    .catch(() => {})
  return running
}

/** Confirms a device code, as on another device. */
async function confirm({ sandbox }: Stage, running: Running): Promise<Running> {
  running
    .seen(/"code":"([A-Z\d]{8,9})"|\n {2}([A-Z\d]{8,9})\n/)
    .then(([, inJson, inWords]) => sandbox.control('POST', 'device', { user_code: inJson ?? inWords }))
    .catch(() => {})
  return running
}

const mkdir =
  (...words: string[]) =>
  (stage: Stage, flags: readonly string[]) =>
    Promise.resolve(
      stage.world.start([
        'mkdir',
        ...bounded,
        ...flags,
        ...words.map((word) => (word === '*' ? fresh() : word)),
      ]),
    )

const upload = (file: string) => async (stage: Stage, flags: readonly string[]) =>
  stage.world.start([
    ...['upload', ...bounded, ...flags, join(stage.world.dir, file), `/few/${fresh()}`],
    ...['--on-conflict', 'replace'],
  ])

const inDrive =
  (...words: string[]) =>
  async ({ world }: Stage, flags: readonly string[]) =>
    world.start([...words.slice(0, 1), ...bounded, ...flags, ...words.slice(1)])

/** A command on a folder that is there, whether or not an earlier run has taken it away. */
const onFolder =
  (words: (folder: string) => string[]) =>
  async ({ world }: Stage, flags: readonly string[]) => {
    const folder = '/few/in question'
    await world.run(['mkdir', '-p', folder])
    return world.start([...words(folder), ...bounded, ...flags])
  }

const downloads = ({ world }: Stage) => join(world.dir, 'downloads')

const isLink = (stdout: string, json: boolean) =>
  json ? URL.canParse(JSON.parse(stdout).url) : URL.canParse(stdout.trim())

/** More levels than Graph can address by path, so that the id of an ancestor is requested. */
export const deepPath = `/deep${'/d'.repeat(28)}`

export const scenes = {
  login: {
    name: 'login',
    kinds: ['discovery', 'token by code', 'keys'],
    boundMs: 90_000,
    renews: 'when it works',
    says: isLinked,
    start: (stage, flags) =>
      browse(stage, stage.world.start(['login', '--no-browser', '--timeout', '20', ...flags])),
  },
  device: {
    name: 'login --device',
    kinds: ['device code', 'device poll'],
    boundMs: 90_000,
    renews: 'when it works',
    says: isLinked,
    start: (stage, flags) =>
      confirm(stage, stage.world.start(['login', '--device', '--timeout', '6', ...flags])),
  },
  renewal: {
    name: 'mkdir, with an expired token',
    kinds: ['token by refresh'],
    boundMs: 20_000,
    renews: 'when it works',
    says: isFolder,
    prepare: ({ expire }) => expire(),
    start: mkdir('/', '*'),
  },
  mkdir: {
    name: 'mkdir',
    kinds: ['create'],
    boundMs: 20_000,
    renews: 'never',
    says: isFolder,
    start: mkdir('/', '*'),
  },
  refused: {
    name: 'mkdir, refused',
    kinds: ['create'],
    boundMs: 20_000,
    renews: 'never',
    says: isFolder,
    start: mkdir('/No/such', '*'),
  },
  reuse: {
    name: 'mkdir of an existing folder',
    kinds: ['look'],
    boundMs: 20_000,
    renews: 'never',
    says: isFolder,
    start: mkdir('--on-conflict', 'reuse', '/', 'there'),
  },
  list: {
    name: 'mkdir of an existing folder that is listed',
    kinds: ['list'],
    boundMs: 20_000,
    renews: 'never',
    says: isFolder,
    bend: (answer, { kind }) => {
      if (kind === 'look') Object.assign(answer, { status: 404, json: { error: { code: 'itemNotFound' } } })
      return undefined
    },
    start: mkdir('--on-conflict', 'reuse', '/few', 'there'),
  },
  deep: {
    name: 'mkdir below 28 levels',
    kinds: ['look'],
    boundMs: 20_000,
    renews: 'never',
    says: isFolder,
    start: mkdir(deepPath, '*'),
  },
  many: {
    name: 'mkdir --from-file',
    kinds: ['batch'],
    boundMs: 30_000,
    renews: 'never',
    says: (stdout, json) => (json ? isEvents(stdout) : isPaths(stdout, 3)),
    start: async ({ world }, flags) => {
      const top = fresh()
      const input = `/few/there\n/few/${top}/a\n/few/${top}/b\n`
      return world.start(['mkdir', '--from-file', '-', '--max-wait', '6', ...flags], { input })
    },
  },
  status: {
    name: 'status --check',
    kinds: ['token by refresh', 'drive'],
    boundMs: 75_000,
    renews: 'always',
    says: isReport,
    start: async ({ world }, flags) => world.start(['status', '--check', ...flags]),
  },
  doctor: {
    name: 'doctor',
    kinds: ['discovery', 'me', 'token by refresh', 'drive'],
    boundMs: 30_000,
    renews: 'always',
    says: isReport,
    start: async ({ world }, flags) => world.start(['doctor', ...flags]),
  },
  setup: {
    name: 'setup',
    kinds: ['discovery', 'authorize'],
    boundMs: 90_000,
    renews: 'when it works',
    says: (stdout, json) => !json || isEvents(stdout),
    start: (stage, flags) =>
      browse(
        stage,
        stage.world.start(['setup', '--client-id', stage.sandbox.clientId, '--timeout', '20', ...flags]),
      ),
  },
  ls: {
    name: 'ls -l',
    kinds: ['list'],
    boundMs: 20_000,
    renews: 'never',
    // Without a line when the server names no item that can be shown.
    says: (stdout, json) => !json || isJson(stdout),
    start: inDrive('ls', '-l', '/few'),
  },
  upload: {
    name: 'upload',
    kinds: ['content'],
    boundMs: 20_000,
    renews: 'never',
    says: isFolder,
    start: upload(smallFile),
  },
  session: {
    name: 'upload of a large file',
    kinds: ['session', 'piece'],
    boundMs: 40_000,
    renews: 'never',
    says: isFolder,
    prepare: ({ world }) => rmSync(join(world.dir, 'settings', 'uploads'), { recursive: true, force: true }),
    start: upload(largeFile),
  },
  download: {
    name: 'download',
    kinds: ['look', 'bytes'],
    boundMs: 40_000,
    renews: 'never',
    says: (stdout, json) => (json ? isJson(stdout) : stdout !== ''),
    prepare: (stage) => {
      rmSync(downloads(stage), { recursive: true, force: true })
      mkdirSync(downloads(stage))
    },
    start: async (stage, flags) =>
      stage.world.start(['download', ...bounded, ...flags, '/few/small', join(downloads(stage), 'a')]),
    wrong: (stage) => {
      const outside = readdirSync(downloads(stage)).filter((name) => name !== 'a')
      if (outside.length > 0) return `beside the file there is ${outside}`
      const isSame = readFileSync(join(downloads(stage), 'a'), 'utf8') === smallContent
      return isSame ? undefined : 'the file is not the one in the drive'
    },
  },
  mv: {
    name: 'mv',
    kinds: ['look', 'change'],
    boundMs: 30_000,
    renews: 'never',
    says: isFolder,
    start: onFolder((folder) => ['mv', folder, `/few/${fresh()}`]),
  },
  rm: {
    name: 'rm',
    kinds: ['look', 'removal'],
    boundMs: 30_000,
    renews: 'never',
    says: isFolder,
    start: onFolder((folder) => ['rm', '-r', folder]),
  },
  share: {
    name: 'share',
    kinds: ['sharing link'],
    boundMs: 20_000,
    renews: 'never',
    says: isLink,
    start: inDrive('share', '/few/small'),
  },
  drive: {
    name: 'drive add',
    kinds: ['address', 'session', 'piece'],
    boundMs: 30_000,
    renews: 'never',
    says: (stdout, json) => !json || isJson(stdout),
    start: async ({ world, shared }, flags) =>
      world.start(['drive', 'add', ...bounded, ...flags, `d${fresh()}`, shared]),
  },
} as const satisfies Record<string, Scene>

export type SceneName = keyof typeof scenes
