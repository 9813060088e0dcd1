import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { putHelper } from '../../helpers/keychain/helper-program.ts'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { ada, behindTheScenes, changeRecord, grace, recordFile } from '../../helpers/program/linked.ts'
import {
  comeBack,
  link,
  loginByHand,
  signInAt,
  type WaitingLogin,
  waitingLogin,
} from '../../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { kept } from '../../helpers/program/world-files.ts'

let sandbox: SandboxProcess
let world: World
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())
beforeEach(() => {
  world = newWorld(sandbox)
})
afterEach(async () => {
  await sandbox.control('DELETE', 'weather')
  world.remove()
})
const weather = (...rule: Parameters<ReturnType<typeof behindTheScenes>['weather']>) =>
  behindTheScenes(sandbox, world).weather(...rule)
const record = () => JSON.parse(readFileSync(recordFile(world), 'utf8'))
const finish = async (login: WaitingLogin) => {
  await comeBack(login, await signInAt(login.address))
  return login.ended
}

describe('a link that is signed in again', () => {
  const gov = ['--tenant', 'contoso.example', '--scope', 'Files.ReadWrite', '--as', 'gov']

  it('is signed in as it was created, whatever the settings say now', async () => {
    const port = '53211'
    const redirectUri = `http://localhost:${port}`
    await link(world, ...gov, '--redirect-uri', redirectUri)
    const before = record()
    changeRecord(world, { expiresAt: 0 })
    await weather('/token', {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'AADSTS50173: Revoked.', error_codes: [50173] },
    })
    const ended = await world.run(['mkdir', '/', 'x'])
    expect(ended.code).toBe(4)
    expect(ended.stderr).toContain('next: od-link login --account gov\n')
    const env = {
      OD_LINK_CLIENT_ID: '11111111-2222-4333-8444-555555555555',
      OD_LINK_TENANT: 'consumers',
      OD_LINK_SCOPE: 'Files.ReadWrite.All',
      OD_LINK_CLOUD: 'china',
      OD_LINK_AUTHORITY_HOST: 'http://localhost:9',
      OD_LINK_GRAPH_HOST: 'http://localhost:9',
      OD_LINK_REDIRECT_URI: 'http://localhost/elsewhere',
    }
    const login = await waitingLogin(world, ['--account', 'gov'], { env })
    expect(login.address.origin + login.address.pathname).toBe(
      `${sandbox.origin}/contoso.example/oauth2/v2.0/authorize`,
    )
    expect(Object.fromEntries(login.address.searchParams)).toMatchObject({
      client_id: sandbox.clientId,
      scope: 'openid profile offline_access Files.ReadWrite',
      redirect_uri: redirectUri,
      login_hint: ada,
    })
    expect((await finish(login)).code).toBe(0)
    const { registration, scope, graphOrigin, tokenEndpoint } = before
    expect(record()).toMatchObject({ id: before.id, registration, scope, graphOrigin, tokenEndpoint })
    const [account] = JSON.parse((await world.run(['status', '--json'])).stdout)
    expect(account).toMatchObject({ name: 'gov', username: ada })
    expect((await world.run(['mkdir', '-p', '/again'])).code).toBe(0)
  })

  it('takes what is requested this time', async () => {
    await link(world, ...gov)
    const login = await waitingLogin(world, ['--account', ada, '--scope', 'Files.ReadWrite.All'])
    expect(login.address.pathname).toMatch(/^\/contoso\.example\//)
    expect(login.address.searchParams.get('scope')).toContain(' Files.ReadWrite.All')
    expect((await finish(login)).code).toBe(0)
    expect(record().scope).toContain('Files.ReadWrite.All')
  })

  it('still works when a wider sign-in is declined', async () => {
    await link(world, ...gov)
    const before = record()
    await sandbox.control('POST', 'next-sign-in', { error: 'access_denied' })
    const outcome = await loginByHand(world, ['--account', 'gov', '--scope', 'Files.ReadWrite.All'])
    expect(outcome.code).toBe(4)
    expect(record()).toEqual(before)
    expect((await world.run(['mkdir', '-p', '/still'])).code).toBe(0)
  })

  it('is offered where no app is set', async () => {
    await link(world, ...gov)
    const { code, stderr } = await world.run(['login'], { env: { OD_LINK_CLIENT_ID: '' } })
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /No app registration yet\.[\s\S]*To sign in ada@contoso\.example again, with the app of its link: od-link login --account gov\n/,
    )
  })

  it('is another one when another person comes back, and both are named', async () => {
    await link(world, ...gov)
    await sandbox.control('POST', 'next-sign-in', { username: grace })
    const outcome = await loginByHand(world, ['--account', 'gov', '--tenant', 'common'])
    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toContain(
      `Note: You signed in as ${grace}, not ${ada}. Both are linked now; the link of ${ada} has not changed.`,
    )
    const accounts = JSON.parse((await world.run(['status', '--json'])).stdout)
    expect(accounts.map(({ username, name }: Record<string, unknown>) => [username, name])).toEqual([
      [ada, 'gov'],
      [grace, null],
    ])
  })

  it('has to exist', async () => {
    await link(world, ...gov)
    const { code, stderr } = await world.run(['login', '--account', 'work'])
    expect(code).toBe(4)
    expect(stderr).toContain('No linked account is called "work"')
  })
})

describe('login says at once', () => {
  it('that another person came back than the one who was named', async () => {
    await sandbox.control('POST', 'next-sign-in', { username: grace })
    const { code, stderr } = await loginByHand(world, ['--login-hint', ada])
    expect(code).toBe(0)
    expect(stderr).toContain(`Note: You asked for ${ada}, but signed in as ${grace}.`)
  })

  it('that the granted scope cannot create folders, with the sign-in that can', async () => {
    // A sandbox where nobody has consented to more.
    const fresh = await startSandbox()
    const own = newWorld(fresh)
    const { code, stderr } = await loginByHand(own, ['--scope', 'User.Read'])
    own.remove()
    await fresh.stop()
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /Note: The granted scope \([^)]*User\.Read[^)]*\) does not allow creating folders\./,
    )
    expect(stderr).toContain(`od-link login --account ${ada} --scope 'User.Read Files.ReadWrite'`)
  })

  it.each([[['--login-hint', ada]], [['--login-hint', 'ADA@contoso.example']], [[]]])(
    'nothing where all is well: %j',
    async (flags) => {
      expect((await loginByHand(world, flags)).stderr).not.toMatch(/Note: (You|The granted)/)
    },
  )
})

describe('more proof that is asked for at redemption', () => {
  const claims = '{"access_token":{"capolids":{"essential":true,"values":["a-policy"]}}}'
  const refused = {
    status: 400,
    body: {
      error: 'interaction_required',
      error_description: 'AADSTS50076: More.',
      error_codes: [50076],
      claims,
    },
  }
  const urls = (text: string) =>
    [...text.matchAll(/http:\/\/localhost:\d+\/\S*authorize\S*/g)].map(([url]) => url)

  it('sends the browser once more, with what it has to prove', async () => {
    await weather('/token', refused)
    const login = world.start(['login', '--no-browser'])
    const [first] = await login.seen(/http:\/\/localhost:\d+\/\S*authorize\S*/)
    const page = await (await fetch(first)).text()
    expect(page).toMatch(/more proof/i)
    await login.seen(/asks for more proof\. Sign in once more:[\s\S]*authorize\S*claims=\S+\s/)
    const [, second = ''] = urls(login.output())
    expect(new URL(second).searchParams.get('claims')).toBe(claims)
    await (await fetch(second)).text()
    const { code, stdout } = await login.ended
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`Linked ${ada}`) })
  })

  it('but not a third time', async () => {
    await weather('/token', refused, 9)
    const login = world.start(['login', '--no-browser'])
    const [first] = await login.seen(/http:\/\/localhost:\d+\/\S*authorize\S*/)
    await (await fetch(first)).text()
    await login.seen(/Sign in once more:[\s\S]*authorize\S*claims=\S+\s/)
    await (await fetch(urls(login.output())[1] ?? '')).text()
    const { code, stderr } = await login.ended
    expect(code).toBe(4)
    expect(urls(stderr)).toHaveLength(2)
    expect(stderr).toMatch(/next: \S/)
    expect(kept(world)).toEqual({})
  })
})

describe('a code lives for a minute', () => {
  it('so neither a slow store nor a secret is asked for between the redirect and its redemption', async () => {
    const dir = String(world.env.OD_LINK_CONFIG_DIR)
    mkdirSync(dir, { mode: 0o700 })
    const store = { PATH: putHelper(dir, 'slow'), OD_LINK_STORE: 'helper:slow' }
    const env = { ...store, OD_LINK_CLIENT_ID: sandbox.webClientId }
    const input = `${sandbox.webClientSecret}\n`
    expect((await world.run(['config', 'set', 'client-secret'], { env, input })).code).toBe(0)
    writeFileSync(`${dir}/script`, 'sleep 0.5\n')
    writeFileSync(`${dir}/asked`, '')
    await sandbox.control('DELETE', 'log')
    const flags = ['--redirect-uri', 'http://localhost/post_onedrive']
    expect((await loginByHand(world, flags, { env })).code).toBe(0)
    // It was asked for the secret before, and keeps the link afterwards.
    const asked = readFileSync(`${dir}/asked`, 'utf8')
    expect(asked).toMatch(/^get .*client-secret/m)
    expect(asked.split('\n').filter((line) => /^store (?!\S*\/probe")/.test(line))).toHaveLength(1)
    const seen = await behindTheScenes(sandbox, world).requests()
    const time = (kind: string) => Date.parse(seen.findLast((one) => one.kind === kind)?.time ?? '')
    // A reading of the store takes two requests.
    expect(time('token') - time('authorize')).toBeLessThan(900)
  })
})
