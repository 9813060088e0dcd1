import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { spyBrowser } from '../helpers/browser/spy-browser.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { loginByHand, signInAt, waitingLogin } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'

let sandbox: SandboxProcess
let world: World

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())
beforeEach(async () => {
  world = newWorld(sandbox)
  await sandbox.control('DELETE', 'log')
})
afterEach(() => world.remove())

const noClientId = { OD_LINK_CLIENT_ID: undefined }

describe('without a client id, login', () => {
  it('says how to get one, before anything else happens', async () => {
    const spy = spyBrowser(world.dir)
    const before = readdirSync(world.dir)
    const env = {
      ...noClientId,
      OD_LINK_BROWSER: spy.command,
      OD_LINK_STORE: 'keychain',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
    }
    const { code, stdout, stderr } = await world.run(['login'], { env })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^ +next: od-link setup$/m)
    expect(stderr).toContain('od-link demo')
    expect(readdirSync(world.dir)).toEqual(before)
    expect(await sandbox.control('GET', 'log')).toEqual([])
  })

  it('says so as one JSON object with --json', async () => {
    const { code, stdout, stderr } = await world.run(['login', '--json'], { env: noClientId })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(JSON.parse(stderr).error).toMatchObject({
      kind: 'usage',
      exitCode: 2,
      hint: expect.stringMatching(/^od-link setup\n/),
    })
  })
})

/** What the sign-in would be like, without signing in. */
async function asked(flags: string[], env: NodeJS.ProcessEnv) {
  const login = await waitingLogin(world, flags, { env })
  login.child.kill()
  await login.ended
  const { client_id: clientId, scope } = Object.fromEntries(login.address.searchParams)
  return {
    clientId,
    tenant: login.address.pathname.split('/')[1],
    path: login.redirectUri.pathname,
    ownScope: scope?.replace('openid profile offline_access ', ''),
  }
}

describe('the registration', () => {
  it('comes from flags, else the environment, else the settings', async () => {
    for (const [name, value] of [
      ['client-id', 'from-settings'],
      ['tenant', 'organizations'],
      ['redirect-uri', 'http://localhost/settings'],
      ['scope', 'Files.Read'],
    ] as const) {
      expect((await world.run(['config', 'set', name, value], { env: noClientId })).code).toBe(0)
    }
    const kept = {
      clientId: 'from-settings',
      tenant: 'organizations',
      path: '/settings',
      ownScope: 'Files.Read',
    }
    expect(await asked([], noClientId)).toEqual(kept)
    const env = { OD_LINK_CLIENT_ID: 'from-environment', OD_LINK_TENANT: 'consumers' }
    expect(await asked([], env)).toEqual({ ...kept, clientId: 'from-environment', tenant: 'consumers' })
    const flags = ['--client-id', 'from-flag', '--tenant', 'contoso.example']
    const more = ['--redirect-uri', 'http://localhost/flag', '--scope', 'Files.ReadWrite']
    expect(await asked([...flags, ...more], env)).toEqual({
      clientId: 'from-flag',
      tenant: 'contoso.example',
      path: '/flag',
      ownScope: 'Files.ReadWrite',
    })
  })

  it('is kept with the link, secret included, so that a script needs no variables', async () => {
    await sandbox.control('POST', 'settings', { accessTtlSeconds: 60 })
    const env = { OD_LINK_CLIENT_ID: sandbox.webClientId, OD_LINK_CLIENT_SECRET: sandbox.webClientSecret }
    const flags = ['--redirect-uri', 'http://localhost/post_onedrive']
    expect((await loginByHand(world, flags, { env })).code).toBe(0)
    await sandbox.control('DELETE', 'log')
    const bare = {
      OD_LINK_CLIENT_ID: undefined,
      OD_LINK_AUTHORITY_HOST: undefined,
      OD_LINK_GRAPH_HOST: undefined,
    }
    const { code, stdout } = await world.run(['mkdir', '/', 'From cron'], { env: bare })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/From cron\n' })
    const log: { grant?: string; status: number }[] = await sandbox.control('GET', 'log')
    expect(log).toContainEqual(expect.objectContaining({ grant: 'refresh_token', status: 200 }))
  })
})

describe('a confidential client', () => {
  const web = () => ({
    OD_LINK_CLIENT_ID: sandbox.webClientId,
    OD_LINK_CLIENT_SECRET: sandbox.webClientSecret,
  })

  it.each(['query', 'form_post'])('signs in at its own port and path, by %s', async (mode) => {
    const uri = 'http://localhost:5000/post_onedrive'
    const flags = ['--redirect-uri', uri, '--response-mode', mode]
    // Another test, or another program, may have the port for a moment.
    for (let attempt = 1; ; attempt += 1) {
      const taken = await world.run(['login', '--timeout', '0', ...flags], { env: web() })
      if (taken.code !== 2 || attempt > 60) break
      await sleep(500)
    }
    const login = await waitingLogin(world, flags, { env: web() })
    expect(login.address.searchParams.get('redirect_uri')).toBe(uri)
    expect(login.address.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
    const answer = await signInAt(login.address)
    const last =
      mode === 'query' ? await fetch(`${uri}?${answer}`) : await fetch(uri, { method: 'POST', body: answer })
    expect(await last.text()).toContain('Ada Lovelace')
    expect((await login.ended).code).toBe(0)
  })

  it('signs in at another free port, since Microsoft compares the path alone', async () => {
    const flags = ['--redirect-uri', 'http://localhost/post_onedrive']
    expect((await loginByHand(world, flags, { env: web() })).code).toBe(0)
  })

  it('takes its secret from the store, and shows it to its own app alone', async () => {
    const id = { OD_LINK_CLIENT_ID: undefined }
    await world.run(['config', 'set', 'client-id', sandbox.webClientId], { env: id })
    const kept = await world.run(['config', 'set', 'client-secret'], {
      env: id,
      input: `${sandbox.webClientSecret}\n`,
    })
    expect(kept.code).toBe(0)
    const flags = ['--redirect-uri', 'http://localhost/post_onedrive']
    expect((await loginByHand(world, flags, { env: id })).code).toBe(0)
    // The public client would be refused if it came with a secret.
    expect((await loginByHand(world)).code).toBe(0)
  })

  it('takes its secret from the store also when its client id is in the environment', async () => {
    const env = { OD_LINK_CLIENT_ID: sandbox.webClientId }
    const input = `${sandbox.webClientSecret}\n`
    const kept = await world.run(['config', 'set', 'client-secret'], { env, input })
    expect(kept).toMatchObject({ code: 0, stderr: expect.stringContaining('the next od-link login uses it') })
    const flags = ['--redirect-uri', 'http://localhost/post_onedrive']
    expect(await loginByHand(world, flags, { env })).toMatchObject({ code: 0 })
  })

  it('prefers the secret of the environment', async () => {
    const id = { OD_LINK_CLIENT_ID: sandbox.webClientId }
    await world.run(['config', 'set', 'client-secret'], { env: id, input: 'an-old-secret\n' })
    const flags = ['--redirect-uri', 'http://localhost/post_onedrive']
    expect((await loginByHand(world, flags, { env: web() })).code).toBe(0)
  })
})
