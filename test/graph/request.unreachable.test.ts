import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { type Certificate, makeCertificate } from '../helpers/network/certificates.ts'
import { closedPort, madeFolder, startServer, type TestServer } from '../helpers/network/server.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'

describe.runIf(hasRealPart('openssl', 'tests of TLS'))('when Graph cannot be reached', () => {
  let sandbox: SandboxProcess
  let certificate: Certificate
  const servers: TestServer[] = []
  const worlds: World[] = []

  beforeAll(async () => {
    sandbox = await startSandbox()
    certificate = makeCertificate('localhost')
  })
  afterAll(async () => {
    for (const world of worlds) world.remove()
    for (const server of servers) await server.stop()
    certificate?.remove()
    await sandbox?.stop()
  })

  /** A link whose drive is at that origin; a sign-in sends nothing there. */
  async function linkedTo(graph: string): Promise<World> {
    const world = newWorld(sandbox, undefined, { OD_LINK_GRAPH_HOST: graph })
    worlds.push(world)
    await world.login()
    return world
  }
  async function secureServer({ key, cert }: { key: string; cert: string }): Promise<TestServer> {
    const server = await startServer(madeFolder, { key, cert })
    servers.push(server)
    return server
  }

  it('a refused connection is reported at once', async () => {
    const port = await closedPort()
    const world = await linkedTo(`http://localhost:${port}`)
    const { code, stdout, stderr, milliseconds } = await world.run(['mkdir', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toContain(`localhost:${port} refuses the connection.`)
    expect(stderr).toContain('Check whether the server on this machine')
    expect(milliseconds).toBeLessThan(5_000)
    expect((await world.run(['status'])).code).toBe(0)
  })

  it('an unknown name is reported as such', async () => {
    const world = await linkedTo('https://nowhere.invalid')
    const { code, stdout, stderr } = await world.run(['mkdir', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toContain('The name nowhere.invalid could not be looked up')
  })

  it('a certificate of an unknown authority is reported at once, and nothing is sent', async () => {
    const server = await secureServer(certificate)
    const world = await linkedTo(server.origin)
    const { code, stdout, stderr, milliseconds } = await world.run(['mkdir', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toMatch(/certificate of localhost:\d+ is not trusted, .* issuer is unknown .*\(UNABLE_TO_/)
    expect(stderr).toContain('NODE_EXTRA_CA_CERTS=')
    expect(milliseconds).toBeLessThan(5_000)
    expect(server.seen).toEqual([])
  })

  it('is trusted when NODE_EXTRA_CA_CERTS names its authority', async () => {
    const server = await secureServer(certificate)
    const world = await linkedTo(server.origin)
    const env = { NODE_EXTRA_CA_CERTS: certificate.authority }
    const { code, stdout, stderr } = await world.run(['mkdir', '/', 'x', 'y'], { env })
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '/x\n/y\n', stderr: '' })
    expect(server.connections()).toBe(1)
  })

  it('a certificate for another name is not trusted', async () => {
    const other = makeCertificate('graph.test')
    const server = await secureServer(other)
    const world = await linkedTo(server.origin)
    const env = { NODE_EXTRA_CA_CERTS: other.authority }
    const { code, stderr } = await world.run(['mkdir', '/', 'x'], { env })
    other.remove()
    expect(code).toBe(7)
    expect(stderr).toContain('but for another name (DNS:graph.test)')
    expect(server.seen).toEqual([])
  })

  it('a server that does not speak TLS is reported as such', async () => {
    const server = await startServer(madeFolder)
    servers.push(server)
    const world = await linkedTo(server.origin.replace('http:', 'https:'))
    const { code, stdout, stderr, milliseconds } = await world.run(['mkdir', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toContain('TLS')
    expect(milliseconds).toBeLessThan(5_000)
    expect(server.seen).toEqual([])
  })

  it('an endless answer is not read to its end', async () => {
    const server = await startServer(() => ({ status: 201, body: 'x'.repeat(10 * 1024 * 1024) }))
    servers.push(server)
    const world = await linkedTo(server.origin)
    const { code, stdout, stderr } = await world.run(['mkdir', '--max-wait', '0', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toContain('is too large')
  })
})
