import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { underTheName } from '../../helpers/network/real-name.ts'
import { ada, code, redeem } from '../../helpers/sandbox/client.ts'
import { personOf, scopes, worldOfPlaces } from '../../helpers/sandbox/places.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const hasAll =
  hasRealPart('rclone', 'a library of a site, by a program that knows Microsoft alone') &&
  hasRealPart('openssl', 'giving the sandbox the name of Microsoft')

const redirectUri = 'http://localhost:5000/post_onedrive'
const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

/** rclone, signed in as Ada, without a drive yet. */
async function rclone() {
  const world = await worldOfPlaces()
  const name = await underTheName('graph.microsoft.com', world.to.origin)
  const dir = mkdtempSync(join(tmpdir(), 'od-link-rclone-'))
  undo.push(
    () => rmSync(dir, { recursive: true, force: true }),
    () => name.stop(),
  )
  const client = { client_id: world.to.webClientId, redirect_uri: redirectUri }
  const value = await code(world.to, { ...client, login_hint: ada, scope: scopes.sites })
  const secret = { client_secret: world.to.webClientSecret }
  const { access_token, refresh_token } = (await redeem(world.to, { ...client, ...secret, code: value })).json
  const expiry = new Date(Date.now() + 3_600_000).toISOString()
  const token = JSON.stringify({ access_token, token_type: 'Bearer', refresh_token, expiry })
  const env = {
    ...{ PATH: '/usr/local/bin:/usr/bin:/bin', HOME: dir, RCLONE_CONFIG: join(dir, 'rclone.conf') },
    ...name.env,
  }
  /** @returns its output, and fails with it. */
  const run = (...args: string[]) =>
    new Promise<string>((resolve, reject) => {
      const child = spawn('rclone', [...args, '--retries', '1'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
      let told = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (piece) => {
          told += piece
        })
      child.on('close', (status) => (status === 0 ? resolve(told) : reject(new Error(told))))
    })
  return { ...world, dir, run, token, config: () => readFileSync(env.RCLONE_CONFIG, 'utf8') }
}

describe.skipIf(!hasAll)('rclone with a SharePoint library', () => {
  it.each([
    ['url', ['config_site_url=https://contoso.sharepoint.com/sites/project-x']],
    ['path', ['config_sharepoint_url=/sites/project-x']],
    ['search', ['config_search_term=project']],
  ])('finds it by %s, and works there', async (type, answers) => {
    const { to, site, dir, run, token, config } = await rclone()
    const { driveId } = site.drives[1]
    const settings = [`token=${token}`, 'config_refresh_token=false', `config_type=${type}`, ...answers]
    await run('config', 'create', 'team', 'onedrive', ...settings, `config_driveid=${driveId}`)
    expect(config()).toContain(`drive_id = ${driveId}\n`)
    expect(config()).toContain('drive_type = documentLibrary\n')
    writeFileSync(join(dir, 'a.txt'), 'hello')
    await run('copyto', join(dir, 'a.txt'), 'team:Reports/2026/a.txt')
    await run('moveto', 'team:Reports/2026/a.txt', 'team:Reports/b.txt')
    expect(await run('lsf', '-R', 'team:')).toBe('Reports/\nReports/2026/\nReports/b.txt\n')
    expect(await run('cat', 'team:Reports/b.txt')).toBe('hello')
    const { get } = await personOf(to, ada)
    expect((await get(`/drives/${driveId}/root:/Reports/b.txt`)).json.size).toBe(5)
  })
})
