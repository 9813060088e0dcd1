import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { type Certificate, makeCertificate } from '../helpers/network/certificates.ts'
import { startProxy, type TestProxy } from '../helpers/network/proxy.ts'
import { closedPort, madeFolder, startServer, type TestServer } from '../helpers/network/server.ts'
import { loginByHand } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'

const password = 'p@ss w0rd'
const credentials = `ada:${encodeURIComponent(password)}`

describe.runIf(hasRealPart('openssl', 'tests of TLS'))('behind a proxy', () => {
  let sandbox: SandboxProcess
  let certificate: Certificate
  let graph: TestServer
  let world: World
  const proxies: TestProxy[] = []
  let unavailable = 0

  beforeAll(async () => {
    sandbox = await startSandbox()
    certificate = makeCertificate('graph.test')
    graph = await startServer((request) => {
      if (unavailable-- > 0) return { status: 503, headers: { 'retry-after': '0.01' } }
      return request.method === 'GET' ? { status: 200, body: {} } : madeFolder(request)
    }, certificate)
    world = newWorld(sandbox, undefined, {
      OD_LINK_GRAPH_HOST: `https://graph.test:${graph.port}`,
      NODE_EXTRA_CA_CERTS: certificate.authority,
    })
    await world.login()
  })
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.stop()
    graph.seen.length = 0
  })
  afterAll(async () => {
    world?.remove()
    await graph?.stop()
    certificate?.remove()
    await sandbox?.stop()
  })

  /** @param refusal the status line and body with which the proxy answers every request. */
  async function proxy(refusal?: string): Promise<TestProxy> {
    const started = await startProxy({ 'graph.test': graph.port }, refusal)
    proxies.push(started)
    return started
  }
  const mkdir = (env: NodeJS.ProcessEnv, ...flags: string[]) =>
    world.run(['mkdir', ...flags, '/', 'x'], { env, timeoutMs: 20_000 })
  const answer = (status: string, body = '', headers = '') =>
    `HTTP/1.1 ${status}\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`

  it.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'])('%s leads to Graph', async (variable) => {
    const { port, seen } = await proxy()
    const { code, stdout, stderr } = await mkdir({ [variable]: `http://127.0.0.1:${port}` })
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '/x\n', stderr: '' })
    expect(seen).toEqual([
      expect.stringMatching(new RegExp(`^CONNECT graph\\.test:${graph.port} HTTP/1\\.1`)),
    ])
    expect(graph.seen).toHaveLength(1)
  })

  it('is connected to once for several requests, and again after a 503, as Microsoft asks', async () => {
    const { port, seen } = await proxy()
    const env = { HTTPS_PROXY: `http://127.0.0.1:${port}` }
    expect(await world.run(['mkdir', '/', 'x', 'y', 'z'], { env })).toMatchObject({ code: 0 })
    expect([graph.seen.length, seen.length]).toEqual([3, 1])
    unavailable = 1
    expect(await world.run(['api', '/me'], { env })).toMatchObject({ code: 0 })
    expect([graph.seen.length, seen.length]).toEqual([5, 3])
  })

  it('sees no token, and no path', async () => {
    const { port, seen } = await proxy()
    await mkdir({ HTTPS_PROXY: `http://127.0.0.1:${port}` })
    expect(seen.join()).not.toMatch(/authorization|me\/drive|Bearer/i)
  })

  it('a proxy that is named without http:// is spoken to in plain HTTP, as by other tools', async () => {
    const { port, seen } = await proxy()
    const { code, stdout } = await mkdir({ HTTPS_PROXY: `127.0.0.1:${port}` }, '--max-wait', '1')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/x\n' })
    expect(seen).toHaveLength(1)
  })

  it('gets the name and the password from the variable, decoded, and nobody else does', async () => {
    const { port, seen } = await proxy()
    const url = `http://${credentials}@127.0.0.1:${port}`
    const { code, stdout, stderr } = await mkdir({ HTTPS_PROXY: url }, '--verbose')
    expect(code).toBe(0)
    const basic = Buffer.from(`ada:${password}`).toString('base64')
    expect(seen[0]?.toLowerCase()).toContain(`proxy-authorization: basic ${basic}`.toLowerCase())
    expect(JSON.stringify(graph.seen)).not.toContain(basic)
    expect(stdout + stderr).not.toMatch(/p@ss|p%40ss/)
  })

  it.each([
    ['asks for a password', answer('407 Proxy Authentication Required'), /407/],
    ['refuses the host', answer('403 Forbidden', '<h1>Blocked by policy</h1>'), /proxy.*403/i],
    ['cannot reach the host', answer('502 Bad Gateway', 'no route'), /proxy.*502/i],
    ['speaks something else', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', /proxy/i],
  ])('one that %s is told apart from Microsoft, at once', async (_, refusal, message) => {
    const { port } = await proxy(refusal)
    const url = `http://${credentials}@127.0.0.1:${port}`
    const { code, stdout, stderr, milliseconds } = await mkdir({ HTTPS_PROXY: url })
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/Microsoft|scope|p@ss|p%40ss/)
    expect(milliseconds).toBeLessThan(6_000)
    expect(graph.seen).toEqual([])
  })

  it('one that answers in the place of Graph is not believed', async () => {
    const made = JSON.stringify({ id: '1', name: 'x', webUrl: 'https://drive.example', folder: {} })
    const { port } = await proxy(answer('201 Created', made, 'content-type: application/json\r\n'))
    const { code, stdout } = await mkdir({ HTTPS_PROXY: `http://127.0.0.1:${port}` })
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
  })

  it('one that refuses the connection is named, without its password', async () => {
    const port = await closedPort()
    const url = `http://${credentials}@127.0.0.1:${port}`
    const { code, stdout, stderr } = await mkdir({ HTTPS_PROXY: url })
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toContain(`127.0.0.1:${port}`)
    expect(stderr).toMatch(/proxy/i)
    expect(stderr).not.toMatch(/p@ss|p%40ss/)
  })

  it('one whose name nobody knows is named', async () => {
    const { code, stderr } = await mkdir({ HTTPS_PROXY: 'http://proxy.invalid:8080' })
    expect(code).toBe(7)
    expect(stderr).toContain('proxy.invalid')
  })

  it('one that falls silent is given up within the bound', async () => {
    const { port } = await proxy('nothing')
    const { code, stdout } = await mkdir({ HTTPS_PROXY: `http://127.0.0.1:${port}` }, '--max-wait', '1')
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
  })

  it('one that wants a sign-in of its own kind is told, with the way that is left', async () => {
    const { port } = await proxy(
      answer(
        '407 Proxy Authentication Required',
        '',
        'proxy-authenticate: Negotiate\r\nproxy-authenticate: NTLM\r\n',
      ),
    )
    const { code, stderr } = await mkdir({ HTTPS_PROXY: `http://${credentials}@127.0.0.1:${port}` })
    expect(code).toBe(7)
    expect(stderr).toContain('requires a sign-in that od-link does not support: Negotiate, NTLM (407).')
    expect(stderr).not.toMatch(/p@ss|p%40ss/)
  })

  it.each([
    ['no address', `http://${credentials}@:x`],
    ['with a % that stands for nothing', 'http://ada:p@ss100%@127.0.0.1:8080'],
    ['cut short by a # in the password', 'http://ada:2468#p@ss@127.0.0.1:8080'],
  ])('a variable that is %s is told as such', async (_, value) => {
    const { code, stdout, stderr } = await mkdir({ HTTPS_PROXY: value })
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toContain('HTTPS_PROXY')
    expect(stderr).toContain('% @ : / # as %25 %40 %3A %2F %23')
    expect(stderr).not.toMatch(/p@ss|p%40ss|2468/)
  })

  it('a SOCKS proxy is not supported, and reported without its password', async () => {
    const { code, stderr } = await mkdir({ HTTPS_PROXY: `socks5://${credentials}@127.0.0.1:1080` })
    expect(code).toBe(7)
    expect(stderr).toContain('a SOCKS proxy, and od-link only supports HTTP proxies')
    expect(stderr).not.toMatch(/p@ss|p%40ss|1080/)
  })

  it('one that is spoken to over TLS is trusted as a server is', async () => {
    const own = makeCertificate('localhost')
    const secure = await startProxy({ 'graph.test': graph.port }, undefined, own)
    proxies.push(secure)
    const HTTPS_PROXY = `https://${credentials}@localhost:${secure.port}`
    const unknown = await mkdir({ HTTPS_PROXY })
    expect({ code: unknown.code, stdout: unknown.stdout }).toEqual({ code: 7, stdout: '' })
    expect(unknown.stderr).toContain(`The certificate of localhost:${secure.port} is not trusted`)
    const bundle = join(world.dir, 'both.pem')
    const both = [certificate, own].map(({ authority }) => readFileSync(authority, 'utf8'))
    writeFileSync(bundle, both.join(''))
    const known = await mkdir({ HTTPS_PROXY, NODE_EXTRA_CA_CERTS: bundle })
    own.remove()
    expect(known).toMatchObject({ code: 0, stdout: '/x\n', stderr: '' })
  })

  it('a company certificate that is not known is told at once', async () => {
    const { port } = await proxy()
    const env = { HTTPS_PROXY: `http://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: undefined }
    const { code, stdout, stderr, milliseconds } = await mkdir(env)
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toContain('is not trusted')
    expect(stderr).toContain('NODE_EXTRA_CA_CERTS=')
    expect(milliseconds).toBeLessThan(6_000)
  })

  it.each([
    ['NO_PROXY', 'graph.test'],
    ['no_proxy', '.test'],
    ['NO_PROXY', '*'],
    ['NO_PROXY', 'other.example,graph.test'],
  ])('%s=%s leads past it', async (variable, hosts) => {
    const { port, seen } = await proxy()
    const { code, stderr } = await mkdir({ HTTPS_PROXY: `http://127.0.0.1:${port}`, [variable]: hosts })
    expect(code).toBe(7)
    expect(stderr).toContain('graph.test could not be looked up')
    expect(seen).toEqual([])
  })

  it.each([undefined, '1'])(
    'this machine is never asked for through a proxy (NODE_USE_ENV_PROXY: %s)',
    async (own) => {
      const { port, seen } = await proxy()
      const url = `http://127.0.0.1:${port}`
      const variables = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']
      const env = Object.fromEntries(variables.map((name) => [name, url]))
      const local = newWorld(sandbox, undefined, { ...env, NODE_USE_ENV_PROXY: own, OD_LINK_BROWSER: 'none' })
      await loginByHand(local)
      const { code, stdout } = await local.run(['mkdir', '/', `local ${own}`])
      local.remove()
      expect({ code, stdout }).toEqual({ code: 0, stdout: `/local ${own}\n` })
      expect(seen).toEqual([])
    },
  )
})
