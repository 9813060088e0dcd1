import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type Keyring, startKeyring } from '../keychain/keyring.ts'
import { type SandboxProcess, startSandbox } from '../microsoft/sandbox.ts'
import { newWorld, type World } from './world.ts'

export const ada = 'ada@contoso.example'
export const grace = 'grace@outlook.example'

/** A request that the sandbox received. */
export interface Seen {
  time: string
  method: string
  path: string
  status: number | string | null
  kind: string
  grant?: string
  clientRequestId?: string
}

/** A machine with a link to the sandbox, and what a test can do without od-link. */
export interface Linked {
  keyring: Keyring | undefined
  sandbox: SandboxProcess
  world: World
  /** The requests that the sandbox received, oldest first: all, or one kind. */
  requests: (kind?: string) => Promise<Seen[]>
  forgetRequests: () => Promise<void>
  /**
   * Adds a weather rule for the next requests whose `METHOD /path` contains the text or matches the pattern.
   */
  weather: (match: string | RegExp, effect: object, count?: number) => Promise<void>
  calm: () => Promise<void>
  /** The paths of all items in the drive, in order; those of files end in `(file)`. */
  drive: (username?: string) => Promise<string[]>
  /** A request to Graph with the link's token, without od-link. */
  graph: (method: string, path: string, body?: string | object) => Promise<Response>
  /** Puts a file into the drive. */
  putFile: (path: string) => Promise<void>
}

/**
 * Gives the tests of a file (or of a `describe`) a sandbox and one link to it.
 * @param store default: links are saved in files, which a test can read.
 * @param user the owner of the drive; default: the work account.
 */
export function useLinked({
  store = 'file',
  user = ada,
}: {
  store?: 'keychain' | 'file'
  user?: string
} = {}): Linked {
  const linked = {} as Linked
  beforeAll(async () => {
    const [sandbox, keyring] = await Promise.all([
      startSandbox(),
      store === 'keychain' ? startKeyring() : undefined,
    ])
    const world = newWorld(sandbox, keyring)
    Object.assign(linked, { sandbox, keyring, world }, behindTheScenes(sandbox, world))
    await world.login('--login-hint', user)
    await linked.forgetRequests()
  })
  afterAll(async () => {
    linked.world?.remove()
    await linked.sandbox?.stop()
    await linked.keyring?.stop()
  })
  return linked
}

export function behindTheScenes(sandbox: SandboxProcess, world: World) {
  const graph: Linked['graph'] = async (method, path, body) => {
    const token = (await world.run(['token'])).stdout.trim()
    const json = typeof body === 'object'
    return fetch(`${sandbox.origin}/v1.0${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': json ? 'application/json' : 'text/plain' }),
      },
      ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
    })
  }
  return {
    requests: async (kind?: string) => {
      const seen: Seen[] = await sandbox.control('GET', 'log')
      return kind === undefined ? seen : seen.filter((one) => one.kind === kind)
    },
    forgetRequests: () => sandbox.control('DELETE', 'log'),
    weather: (match: string | RegExp, effect: object, count = 1) =>
      sandbox.control('POST', 'weather', { match: String(match), effect, count }),
    calm: () => sandbox.control('DELETE', 'weather'),
    drive: async (username = ada) =>
      pathsOf(await sandbox.control('GET', `drive?username=${username}`), '').slice(1),
    graph,
    putFile: async (path: string) => {
      const encoded = path.split('/').map(encodeURIComponent).join('/')
      const answer = await graph('PUT', `/me/drive/root:${encoded}:/content`, 'text')
      if (answer.status !== 201) throw new Error(`no file was put at ${path}: ${answer.status}`)
    },
  }
}

interface Tree {
  name: string
  folder: boolean
  children: Tree[]
}

function pathsOf(tree: Tree, path: string): string[] {
  return [
    tree.folder ? path : `${path} (file)`,
    ...tree.children.flatMap((child) => pathsOf(child, `${path}/${child.name}`)),
  ]
}

/** The record file of the only link in a world with the file store. */
export function recordFile({ env }: World): string {
  const folder = join(String(env.OD_LINK_CONFIG_DIR), 'links')
  const [name] = readdirSync(folder).filter((file) => file.endsWith('.json'))
  if (!name) throw new Error('no link is kept')
  return join(folder, name)
}

/** Changes that record, as another program or an older od-link may have left it. */
export function changeRecord(world: World, change: { graphOrigin?: string; [field: string]: unknown }): void {
  const file = recordFile(world)
  // A link is not used while the variable names another Graph.
  if (change.graphOrigin !== undefined && world.env.OD_LINK_GRAPH_HOST !== undefined)
    world.env.OD_LINK_GRAPH_HOST = change.graphOrigin
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }))
}

/** The error object that is the only output on stderr with `--json`. */
export function jsonError(stderr: string) {
  const lines = stderr.trimEnd().split('\n')
  if (lines.length !== 1) throw new Error(`not one line of JSON on stderr:\n${stderr}`)
  return JSON.parse(lines[0] ?? '').error
}
