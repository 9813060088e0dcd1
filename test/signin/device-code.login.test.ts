import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { spyBrowser } from '../helpers/browser/spy-browser.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import type { Running } from '../helpers/program/od-link.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { kept } from '../helpers/program/world-files.ts'
import { hasTerminal, leftAs, odLinkWord, startInTerminal } from '../helpers/terminal/terminal.ts'

let sandbox: SandboxProcess
let world: World

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())
beforeEach(async () => {
  world = newWorld(sandbox)
  await sandbox.control('DELETE', 'weather')
  await sandbox.control('DELETE', 'log')
  await sandbox.control('POST', 'settings', { deviceIntervalSeconds: 1, deviceTtlSeconds: 900 })
})
afterEach(() => world.remove())

const start = (...flags: string[]) => world.start(['login', '--device', ...flags])

/** The code that the terminal shows. */
async function codeShown(login: Pick<Running, 'seen'>): Promise<string> {
  const [, code = ''] = await login.seen(/and enter the code:[\s\S]*? {2}([A-Z\d]{8,9})\n/)
  return code
}

const decide = (user_code: string, decision: object = {}) =>
  sandbox.control('POST', 'device', { user_code, ...decision })

const polls = async () =>
  (await sandbox.control('GET', 'log')).filter(({ kind }: { kind: string }) => kind === 'token')

/** The next polls get this answer. */
const answerPolls = (count: number, body: object, status = 400) =>
  sandbox.control('POST', 'weather', {
    match: 'POST /common/oauth2/v2.0/token',
    count,
    effect: { status, body },
  })

/** A login that must fail: what it said, after it is sure that nothing was kept. */
async function failed(login: Running) {
  const { code, stdout, stderr } = await login.ended
  expect(stdout).toBe('')
  expect(kept(world)).toEqual({})
  return { code, stderr }
}

describe('od-link login --device', () => {
  it('shows a page and a code, opens no browser, and links who confirms it', async () => {
    const spy = spyBrowser(world.dir)
    const login = world.start(['login', '--device', '--as', 'work'], {
      env: { OD_LINK_BROWSER: spy.command },
    })
    const code = await codeShown(login)
    expect(login.output()).toContain('Signing in with a device code.')
    expect(login.output()).toContain(`\n  ${sandbox.origin}/devicelogin\n`)
    await login.seen(/the code expires in 1[45]:\d\d\. Press Ctrl-C to cancel/)
    await decide(code, { username: 'grace@outlook.example' })
    const { code: exit, stdout } = await login.ended
    expect({ exit, stdout }).toEqual({
      exit: 0,
      stdout: expect.stringContaining('Linked grace@outlook.example'),
    })
    expect(spy.opened()).toBe(false)
    expect((await world.run(['mkdir', '/By code'])).stdout).toBe('/By code\n')
  })

  it('with --json prints the code at once, and who is linked at the end', async () => {
    const login = start('--json')
    const [line] = await login.seen(/^\{"event":"device".*\}$/m)
    const { address, code, expiresOn } = JSON.parse(line)
    expect(address).toBe(`${sandbox.origin}/devicelogin`)
    expect(Date.parse(expiresOn) - Date.now()).toBeGreaterThan(14 * 60_000)
    await decide(code)
    const { code: exit, stdout, stderr } = await login.ended
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'linked',
      account: { username: 'ada@contoso.example' },
    })
  })

  it('polls no faster than the server says, and slower after slow_down', async () => {
    await sandbox.control('POST', 'settings', { slowDown: true, loopDetection: true })
    await answerPolls(1, { error: 'slow_down' })
    const login = start()
    const code = await codeShown(login)
    await decide(code)
    expect((await login.ended).code).toBe(0)
    const [first, second] = (await polls()).map(({ time }: { time: string }) => Date.parse(time))
    expect(second - first).toBeGreaterThanOrEqual(5_900)
  })

  it('goes on through trouble that passes', async () => {
    await answerPolls(1, { error: 'temporarily_unavailable' }, 503)
    const login = start()
    await decide(await codeShown(login))
    expect((await login.ended).code).toBe(0)
  })

  it('tells a refusal from a code that nobody used', async () => {
    const refused = start()
    await decide(await codeShown(refused), { decision: 'decline' })
    const declined = await failed(refused)
    expect(declined.code).toBe(4)
    expect(declined.stderr).toContain('The sign-in was declined in the browser, so nothing was linked.')
    await sandbox.control('POST', 'settings', { deviceTtlSeconds: 2 })
    const unused = await failed(start())
    expect(unused.code).toBe(4)
    expect(unused.stderr).toContain('The code has expired')
    expect(unused.stderr).toMatch(/next: To get a new one: run the same command again\.\n/)
  })

  it.each(['expired_token', 'code_expired', 'bad_verification_code'])(
    'knows %s as the end',
    async (error) => {
      await answerPolls(1, { error, error_codes: [70020], error_description: 'AADSTS70020: It has expired.' })
      const { code, stderr } = await failed(start())
      expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('The code has expired') })
    },
  )

  it.each([
    [53003, /does not allow signing in with a device code[\s\S]*with a browser.*od-link login\n/],
    [530035, /does not allow signing in with a device code/],
    [53000, /a device that it manages[\s\S]*od-link login\n/],
    [7000218, /does not allow signing in with a device code[\s\S]*Allow public client flows/],
  ])(
    'when a policy is in the way (AADSTS%i), says so and names the way that is left',
    async (number, words) => {
      const error_description = `AADSTS${number}: Blocked. Trace ID: 11111111-aaaa-4bbb-8ccc-222222222222`
      await answerPolls(1, { error: 'invalid_grant', error_codes: [number], error_description })
      const { code, stderr } = await failed(start())
      expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringMatching(words) })
      expect(stderr).toContain(`AADSTS${number}`)
    },
  )

  it('says at once that a registration with a secret is not for it', async () => {
    const env = { OD_LINK_CLIENT_ID: sandbox.webClientId, OD_LINK_CLIENT_SECRET: sandbox.webClientSecret }
    const { code, stderr } = await failed(world.start(['login', '--device'], { env }))
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringContaining('Allow public client flows'),
    })
    expect(stderr).not.toContain(sandbox.webClientSecret)
  })

  it('keeps its secrets when a server repeats them in a refusal', async () => {
    const body = {
      user_code: 'BCDF',
      device_code: 'a-device-code',
      verification_uri: sandbox.origin,
      expires_in: 900,
    }
    const effect = { status: 200, body: { ...body, interval: 1 } }
    await sandbox.control('POST', 'weather', {
      match: 'POST /common/oauth2/v2.0/devicecode',
      count: 1,
      effect,
    })
    await answerPolls(1, {
      error: 'invalid_request',
      error_description: 'got device_code=a-device-code&client_secret=S3cret~1',
    })
    const login = world.start(['login', '--device'], { env: { OD_LINK_CLIENT_SECRET: 'S3cret~1' } })
    const { code, stderr } = await failed(login)
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringContaining('device_code=…&client_secret=…'),
    })
  })

  it.each(['http://evil.example/device', 'javascript:alert(1)', 'file:///etc/passwd', 'no address'])(
    'shows no page at %s',
    async (verification_uri) => {
      const body = { user_code: 'BCDF', device_code: 'x', verification_uri, expires_in: 900, interval: 1 }
      const effect = { status: 200, body }
      await sandbox.control('POST', 'weather', {
        match: 'POST /common/oauth2/v2.0/devicecode',
        count: 1,
        effect,
      })
      const { code, stderr } = await failed(start())
      expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringContaining('cannot be trusted') })
    },
  )

  it.each([
    ['a code full of escapes', { user_code: '\u001b[2J\u202eBCDF', interval: 1 }],
    [
      'numbers as texts, and the older name of the page',
      { expires_in: '900', interval: '1', verification_uri: null },
    ],
    ['an interval of nothing', { interval: 0 }],
  ])('makes the best of %s', async (_, fields) => {
    const page = `${sandbox.origin}/devicelogin`
    const body = { user_code: 'BCDF', device_code: 'x', verification_uri: page, expires_in: 900, ...fields }
    const effect = { status: 200, body: { ...body, verification_url: page } }
    await sandbox.control('POST', 'weather', {
      match: 'POST /common/oauth2/v2.0/devicecode',
      count: 1,
      effect,
    })
    await answerPolls(20, { error: 'authorization_pending' })
    const login = start('--timeout', '2')
    const { code, stderr } = await failed(login)
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringContaining('Nobody entered the code in time'),
    })
    expect(stderr).toContain(page)
    expect(stderr).not.toMatch(/[\x1b\u202e]/)
    expect((await polls()).length).toBeLessThan(4)
  })

  it('ends with 130 at Ctrl-C', async () => {
    const login = start()
    await codeShown(login)
    login.child.kill('SIGINT')
    expect((await failed(login)).code).toBe(130)
  })

  it('is what login falls back to where no port can be listened on', async () => {
    const forbidden = join(world.dir, 'forbidden.cjs')
    writeFileSync(
      forbidden,
      `require('node:net').Server.prototype.listen = function () {
        process.nextTick(() => this.emit('error', Object.assign(new Error('listen'), { code: 'EPERM' })))
      }`,
    )
    const login = world.start(['login'], { env: { NODE_OPTIONS: `--require=${forbidden}` } })
    await login.seen(/No local port is available \(EPERM\)\. Signing in with a device code\./)
    await decide(await codeShown(login))
    expect((await login.ended).code).toBe(0)
  })

  it.runIf(hasTerminal())('shows the code large, and counts down', async () => {
    const terminal = startInTerminal(`${odLinkWord} login --device${leftAs}`, world.env)
    const code = await codeShown(terminal)
    expect(terminal.shown()).toMatch(/(\n {2}[ █▀▄]{20,}){3}\n/)
    await terminal.seen(/expires in 14:5\d[\s\S]*expires in 14:5\d/)
    await decide(code)
    const { code: exit, shown } = await terminal.ended
    expect({ exit, shown }).toEqual({ exit: 0, shown: expect.stringContaining('Linked ada@contoso.example') })
  })
})
