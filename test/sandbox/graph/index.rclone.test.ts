import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../sandbox/index.ts'
import { type RealName, underTheName } from '../../helpers/network/real-name.ts'
import { ada, code, control, grace, graph, type Json, redeem, sandbox } from '../../helpers/sandbox/client.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const hasAll =
  hasRealPart('rclone', 'copying to the sandbox and back with a program that knows Microsoft alone') &&
  hasRealPart('openssl', 'giving the sandbox the name of Microsoft')

const global = 'graph.microsoft.com'
const china = 'microsoftgraph.chinacloudapi.cn'
const redirectUri = 'http://localhost:5000/post_onedrive'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

interface Rclone {
  to: Sandbox
  dir: string
  name: RealName
  /** Runs rclone. @returns its output. */
  run: (...args: string[]) => Promise<string>
  config: () => string
}

/** A machine with rclone set up for a drive, with a configuration file as rclone itself writes it. */
async function rclone(
  username: string,
  { expiresIn = 3_600_000, region = 'global', host = global } = {},
): Promise<Rclone> {
  const to = await sandbox()
  const name = await underTheName(host, to.origin)
  const dir = mkdtempSync(join(tmpdir(), 'od-link-rclone-'))
  undo.push(
    () => rmSync(dir, { recursive: true, force: true }),
    () => name.stop(),
  )
  const client = { client_id: to.webClientId, redirect_uri: redirectUri }
  const value = await code(to, { ...client, login_hint: username })
  const tokens = (await redeem(to, { ...client, client_secret: to.webClientSecret, code: value })).json
  const { id, driveType } = (await graph(to, tokens.access_token, 'GET', '/me/drive')).json
  const token = {
    ...{ access_token: tokens.access_token, token_type: 'Bearer', refresh_token: tokens.refresh_token },
    expiry: new Date(Date.now() + expiresIn).toISOString(),
  }
  const file = join(dir, 'rclone.conf')
  const settings = {
    ...{ type: 'onedrive', client_id: to.webClientId, client_secret: to.webClientSecret, region },
    ...{
      auth_url: `${to.origin}/common/oauth2/v2.0/authorize`,
      token_url: `${to.origin}/common/oauth2/v2.0/token`,
    },
    ...{ token: JSON.stringify(token), drive_id: id, drive_type: driveType },
  }
  const lines = Object.entries(settings).map(([key, one]) => `${key} = ${one}\n`)
  writeFileSync(file, `[od]\n${lines.join('')}`)
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: dir, RCLONE_CONFIG: file, ...name.env }
  const run = (...args: string[]) => start(args, env)
  return { to, dir, name, run, config: () => readFileSync(file, 'utf8') }
}

function start(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn('rclone', [...args, '--retries', '1'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.on('close', (status) => {
      if (status === 0) resolve(stdout)
      else reject(new Error(`rclone ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`))
    })
  })
}

/** Every file below a folder by path, with its content and modification time in seconds. */
function filesIn(dir: string): Record<string, string> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort()
  const told = (path: string) =>
    `${Math.floor(statSync(path).mtimeMs / 1000)} ${readFileSync(path).toString('base64')}`
  return Object.fromEntries(paths.map((path) => [relative(dir, path), told(path)]))
}

/**
 * A small tree with an empty file, one that needs several ranges, and names that are difficult in URLs and
 * filters.
 */
function makeTree(dir: string): string {
  const tree = join(dir, 'tree')
  const odd = ['a b+c', 'ä%20#&=;,@$!~()[]{}', "it's 100%", 'naïve 日本 🗂', '.hidden']
  const files = [
    ['empty', Buffer.alloc(0)],
    ['sub/deep/large.bin', randomBytes(12_000_000)],
    ...odd.map((name) => [`sub/${name}/${name}.txt`, Buffer.from(`This is ${name}.`)]),
  ] as [string, Buffer][]
  for (const [path, content] of files) {
    mkdirSync(join(tree, path, '..'), { recursive: true })
    writeFileSync(join(tree, path), content)
  }
  return tree
}

describe.skipIf(!hasAll)('rclone, which was made for Microsoft', () => {
  it.each([
    ['work', ada],
    ['personal', grace],
  ])('finds everything as it left it on a %s drive', async (kind, username) => {
    const { to, dir, run } = await rclone(username)
    await run('mkdir', 'od:one/two two')
    const folders = await run('lsd', '-R', 'od:')
    expect(folders.match(/one(\/.*)?$/gm)).toEqual(['one', 'one/two two'])

    const tree = makeTree(dir)
    await run('copy', tree, 'od:up')
    // By size, and by the hash of the drive's kind.
    await run('check', tree, 'od:up')
    const sums = await run('hashsum', kind === 'work' ? 'quickxor' : 'sha1', 'od:up')
    expect(sums.match(/^[0-9a-f]{40} /gm)).toHaveLength(Object.keys(filesIn(tree)).length)
    await run('copy', 'od:up', join(dir, 'back'))
    expect(filesIn(join(dir, 'back'))).toEqual(filesIn(tree))

    await run('moveto', 'od:up/empty', "od:one/it's moved")
    await run('moveto', 'od:up/sub', 'od:one/sub moved')
    await run('copy', 'od:one/sub moved', join(dir, 'back again'))
    expect(filesIn(join(dir, 'back again'))).toEqual(filesIn(join(tree, 'sub')))

    const about = JSON.parse(await run('about', '--json', 'od:'))
    expect(about.used).toBeGreaterThan(12_000_000)
    expect(about.used + about.free).toBe(about.total)
    await run('purge', 'od:one')
    expect((await control(to, 'GET', `drive?username=${username}`)).json.children).toEqual([
      { name: 'up', folder: true, children: [] },
    ])
  })

  it('sends a file again that has changed, and only that', async () => {
    const { dir, run } = await rclone(ada)
    const tree = join(dir, 'tree')
    mkdirSync(tree)
    for (const name of ['one', 'two']) writeFileSync(join(tree, name), name)
    await run('sync', tree, 'od:tree')
    const before = JSON.parse(await run('lsjson', 'od:tree'))
    writeFileSync(join(tree, 'two'), 'changed')
    await run('sync', tree, 'od:tree')
    const after = JSON.parse(await run('lsjson', 'od:tree'))
    expect(await run('cat', 'od:tree/two')).toBe('changed')
    expect(after.map((one: Json) => one.ID)).toEqual(before.map((one: Json) => one.ID))
    expect(after[0]).toEqual(before[0])
  })

  it('renews an expired token by itself, once, and keeps the new one', async () => {
    const { to, run, config } = await rclone(grace, { expiresIn: -60_000 })
    const before = config()
    await run('mkdir', 'od:renewed')
    expect(config()).not.toBe(before)
    expect(await run('lsf', 'od:')).toBe('renewed/\n')
    const grants = (await control(to, 'GET', 'log')).json.map((entry: Json) => entry.grant).filter(Boolean)
    expect(grants).toEqual(['authorization_code', 'refresh_token'])
  })

  it('carries on after it was throttled', async () => {
    const { to, run } = await rclone(ada)
    await control(to, 'POST', 'weather', {
      match: 'POST',
      effect: { status: 429, headers: { 'Retry-After': '1' } },
    })
    await run('mkdir', 'od:patient')
    expect(await run('lsf', 'od:')).toBe('patient/\n')
    const statuses = (await control(to, 'GET', 'log')).json.map((entry: Json) => entry.status)
    expect(statuses).toContain(429)
  })

  it('addresses names as keys where it takes the drive for one of China’s cloud', async () => {
    const { name, run } = await rclone(ada, { region: 'cn', host: china })
    await run('mkdir', "od:one/it's two")
    expect(await run('lsf', '-R', 'od:')).toBe("one/\none/it's two/\n")
    expect(name.seen.filter((line) => line.includes('/children('))).not.toEqual([])
  })
})
