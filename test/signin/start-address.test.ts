import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SystemBrowser, systemBrowser } from '../helpers/browser/system-browser.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { expectRefusal, expectStrictHeaders } from '../helpers/network/expect-strict.ts'
import { sendRaw } from '../helpers/network/raw-http.ts'
import { closedPort } from '../helpers/network/server.ts'
import type { Running } from '../helpers/program/od-link.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { asAnother, canBeAnother } from '../helpers/system/another-user.ts'

let sandbox: SandboxProcess
let world: World
let browser: SystemBrowser
let login: Running

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())
beforeEach(() => {
  world = newWorld(sandbox)
  browser = systemBrowser(world.dir)
})
afterEach(async () => {
  login.child.kill()
  await login.ended
  browser.close()
  world.remove()
})

/** Starts a login, and returns the address that the browser was opened at, and the one that was printed. */
async function opened(...flags: string[]): Promise<{ start: URL; printed: string }> {
  login = world.start(['login', '--json', ...flags], { env: browser.env })
  const [, line = ''] = await login.seen(/^(\{"event":"open".*\})$/m)
  return { start: new URL(await browser.address()), printed: JSON.parse(line).address }
}

const get = ({ host, pathname }: URL, method = 'GET') =>
  `${method} ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`

async function expectStillGood(start: URL, printed: string): Promise<void> {
  const { status, headers } = await sendRaw(Number(start.port), get(start))
  expect({ status, location: headers.location }).toEqual({ status: 303, location: printed })
}

describe('the address at which login opens the system’s browser', () => {
  it('says nothing of the sign-in, and leads to the printed address once', async () => {
    const { start, printed } = await opened()
    expect(start.href).toMatch(/^http:\/\/localhost:\d+\/start\/[\w-]{22}$/)
    const answer = await sendRaw(Number(start.port), get(start))
    expect(answer).toMatchObject({ status: 303, headers: { location: printed } })
    expectStrictHeaders(answer.headers)
    expectRefusal(await sendRaw(Number(start.port), get(start)), 404, ['state='])
    await (await fetch(printed)).text()
    expect((await login.ended).code).toBe(0)
  })

  it('is not used up by another method, a wrong Host or a guess', async () => {
    const { start, printed } = await opened()
    for (const method of ['HEAD', 'POST', 'OPTIONS']) {
      expectRefusal(await sendRaw(Number(start.port), get(start, method)), 404, ['state='])
    }
    const elsewhere = new URL(start)
    elsewhere.hostname = 'rebound.example'
    expectRefusal(await sendRaw(Number(start.port), get(elsewhere)), 400, ['state='])
    const guess = new URL(`/start/${'A'.repeat(22)}`, start)
    expectRefusal(await sendRaw(Number(start.port), get(guess)), 404, ['state='])
    await expectStillGood(start, printed)
  })

  it('behind a web server is that of the listener itself', async () => {
    const listen = `127.0.0.1:${await closedPort()}`
    const { start, printed } = await opened(
      '--redirect-uri',
      'https://example-app.com/back',
      '--listen',
      listen,
    )
    expect(start.host).toBe(listen)
    await expectStillGood(start, printed)
  })

  describe.runIf(canBeAnother('another user who comes before the browser'))('refuses another user', () => {
    it.each([
      ['over IPv4', ['-4']],
      ['over IPv6', ['-6']],
      ['over IPv4 by a socket of IPv6', ['--connect-to', '::[::ffff:127.0.0.1]:']],
    ])('who read it in the list of processes and comes %s', async (_, flags) => {
      const { start, printed } = await opened()
      const { stdout } = await asAnother('curl', ['-si', '--noproxy', '*', ...flags, start.href]).ended
      expect(stdout).toMatch(/^HTTP\/1\.1 404 /)
      expect(stdout).not.toContain('state=')
      await expectStillGood(start, printed)
    })

    it('who asks and hangs up, so that nobody can tell whose socket it was', async () => {
      const { start, printed } = await opened()
      const request = get(start).replaceAll('\r\n', '\\r\\n')
      const script = `exec 3<>/dev/tcp/127.0.0.1/${start.port}; printf '${request}' >&3; exec 3>&-`
      for (let time = 0; time < 20; time += 1) await asAnother('bash', ['-c', script]).ended
      await expectStillGood(start, printed)
    })
  })
})
