import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/index.ts'
import { hasNginx, startNginx, type WebServer, webServerName } from '../helpers/network/nginx.ts'
import { sendRaw } from '../helpers/network/raw-http.ts'
import { closedPort } from '../helpers/network/server.ts'
import { signInAt, type WaitingLogin, waitingLogin } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'

const path = '/post_onedrive'
const clientId = '0d11c0de-5a9d-4b0c-9c1e-7f3a52d8e6aa'

let sandbox: Sandbox
let server: WebServer
let careless: WebServer
let listen: number
let world: World
let uri: string

beforeAll(async () => {
  if (!hasNginx()) return
  listen = await closedPort()
  server = await startNginx(path, listen)
  careless = await startNginx(path, listen, false)
  uri = `https://${webServerName}:${server.port}${path}`
  sandbox = await startSandbox({
    registrations: [
      {
        clientId,
        name: 'An app behind a web server',
        redirectUris: [{ uri, platform: 'public' }],
        audience: 'AzureADandPersonalMicrosoftAccount',
      },
    ],
  })
})
afterAll(async () => {
  await Promise.all([server?.stop(), careless?.stop(), sandbox?.close()])
})
beforeEach(() => {
  world = newWorld(undefined, undefined, {
    OD_LINK_AUTHORITY_HOST: sandbox?.origin,
    OD_LINK_GRAPH_HOST: sandbox?.origin,
    OD_LINK_CLIENT_ID: clientId,
  })
})
afterEach(() => world.remove())

const flags = () => ['--redirect-uri', uri, '--listen', `127.0.0.1:${listen}`]

async function answered(): Promise<{ login: WaitingLogin; target: string }> {
  const login = await waitingLogin(world, flags())
  return { login, target: `${path}?${await signInAt(login.address)}` }
}

describe.runIf(hasNginx())('a redirect through a web server', () => {
  it('links, and shows success at an address of the same path, without the code', async () => {
    const { login, target } = await answered()
    expect(login.redirectUri.href).toBe(uri)
    const { status, location } = await server.get(target)
    expect(status).toBe(303)
    expect(location).toMatch(/^\/post_onedrive\?result=[\w-]+$/)
    const page = await server.get(location ?? '')
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('OneDrive is linked') })
    const { code, stdout } = await login.ended
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('"linked"') })
    expect((await world.run(['mkdir', '/Behind a web server'])).code).toBe(0)
  })

  it('says what the web server has to pass on', async () => {
    const login = world.start(['login', '--no-browser', ...flags()])
    await login.seen(
      /web server has to forward the redirect, with its Host header, to http:\/\/127\.0\.0\.1:\d+/,
    )
    login.child.kill()
    await login.ended
  })

  it('accepts the host of the URI and no other, whatever other headers say', async () => {
    const { login, target } = await answered()
    const own = `${webServerName}:${server.port}`
    const hosts = [
      webServerName,
      `127.0.0.1:${listen}`,
      `localhost:${listen}`,
      `${own}.evil.example`,
      `evil.example\r\nX-Forwarded-Host: ${own}`,
      `127.0.0.1:${listen}\r\nForwarded: host="${own}"\r\nX-Original-Host: ${own}`,
    ]
    for (const host of hosts) {
      const { status } = await sendRaw(listen, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
      expect({ host, status }).toEqual({ host, status: 400 })
    }
    expect((await careless.get(target)).status).toBe(400)
    expect(login.waits()).toBe(true)
    expect((await server.get(target)).status).toBe(303)
    expect((await login.ended).code).toBe(0)
  })
})

describe('where to listen', () => {
  it.each([
    [['--redirect-uri', 'https://example-app.com/post_onedrive'], /--listen 127\.0\.0\.1:5000/],
    [['--redirect-uri', 'https://example-app.com/x', '--listen', '0.0.0.0:5000'], /only loopback/],
    [['--redirect-uri', 'https://example-app.com/x', '--listen', '192.168.1.2:5000'], /only loopback/],
    [['--redirect-uri', 'https://example-app.com/x', '--listen', '127.0.0.1'], /--listen 127\.0\.0\.1:5000/],
    [['--redirect-uri', 'https://example-app.com/x', '--listen', '127.0.0.1:70000'], /--listen/],
    [['--redirect-uri', 'http://example-app.com/x', '--listen', '127.0.0.1:5000'], /https URI/],
    [['--redirect-uri', 'https://example-app.com/x?y=1', '--listen', '127.0.0.1:5000'], /not a redirect URI/],
    [
      ['--redirect-uri', 'https://user@example-app.com/x', '--listen', '127.0.0.1:5000'],
      /not a redirect URI/,
    ],
  ])('is refused as %j before anything else happens', async (bad, words) => {
    const { code, stdout, stderr } = await world.run(['login', ...bad])
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(words) })
  })

  it.each(['127.0.0.1:5000', 'localhost:5000', '[::1]:5000'])('may be kept as %s', async (address) => {
    expect((await world.run(['config', 'set', 'listen', address])).code).toBe(0)
    expect((await world.run(['config', 'get', 'listen'])).stdout).toBe(`${address}\n`)
  })
})
