import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { type Certificate, makeCertificate, type Validity } from '../helpers/network/certificates.ts'
import { startProxy } from '../helpers/network/proxy.ts'
import { madeFolder, startServer, type TestServer } from '../helpers/network/server.ts'
import { someNode } from '../helpers/program/fetch-node.mjs'
import { jsonError } from '../helpers/program/linked.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { hasRealPart, skips } from '../helpers/system/real-part.ts'

/** A Node of another line, which the registry has. */
async function otherNode(line: string): Promise<string | undefined> {
  try {
    return await someNode(line)
  } catch {
    skips(`Node ${line} cannot be fetched`, "tests of the system's certificates")
    return undefined
  }
}

const [older, newer] = [await otherNode('20'), await otherNode('24')]
const systemBundle = '/etc/ssl/certs/ca-certificates.crt'

describe.runIf(hasRealPart('openssl', 'tests of TLS'))('certificates', () => {
  let sandbox: SandboxProcess
  const leftovers: (() => unknown)[] = []

  beforeAll(async () => {
    sandbox = await startSandbox()
  })
  afterEach(async () => {
    for (const remove of leftovers.splice(0).reverse()) await remove()
  })
  afterAll(() => sandbox?.stop())

  /** A drive behind TLS, and a link to it. */
  async function drive(
    validity?: Validity,
  ): Promise<{ certificate: Certificate; server: TestServer; world: World }> {
    const certificate = makeCertificate('localhost', validity)
    const server = await startServer(madeFolder, certificate)
    const world = newWorld(sandbox, undefined, { OD_LINK_GRAPH_HOST: server.origin })
    leftovers.push(certificate.remove, server.stop, world.remove)
    await world.login()
    return { certificate, server, world }
  }
  const mkdir = (world: World, env: NodeJS.ProcessEnv = {}, node?: string) =>
    world.run(['mkdir', '--max-wait', '0', '/', 'x'], { env, node })

  it('a file in NODE_EXTRA_CA_CERTS that is not there is told as such', async () => {
    const { server, world } = await drive()
    const file = join(world.dir, 'typo.pem')
    const { code, stdout, stderr } = await mkdir(world, { NODE_EXTRA_CA_CERTS: file })
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toContain(
      `Fix NODE_EXTRA_CA_CERTS. Node ignores it, because ${file} cannot be read (ENOENT).`,
    )
    expect(server.seen).toEqual([])
  })

  it('a file there that knows another authority is told as such', async () => {
    const { server, world } = await drive()
    const other = makeCertificate('localhost')
    leftovers.push(other.remove)
    const { code, stderr } = await mkdir(world, { NODE_EXTRA_CA_CERTS: other.authority })
    expect(code).toBe(7)
    expect(stderr).toContain(`Add the CA of this certificate to ${other.authority} (NODE_EXTRA_CA_CERTS).`)
    expect(server.seen).toEqual([])
  })

  it.each([
    ['directly', async (_: number) => ({})],
    [
      'through a proxy',
      async (port: number) => {
        const proxy = await startProxy({ localhost: port, 'graph.test': port })
        leftovers.push(proxy.stop)
        return {
          HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
          OD_LINK_GRAPH_HOST: `https://graph.test:${port}`,
        }
      },
    ],
    [
      'through a proxy that itself is not trusted',
      async (port: number) => {
        const own = makeCertificate('localhost')
        const proxy = await startProxy({ 'graph.test': port }, undefined, own)
        leftovers.push(proxy.stop, own.remove)
        return {
          HTTPS_PROXY: `https://localhost:${proxy.port}`,
          OD_LINK_GRAPH_HOST: `https://graph.test:${port}`,
        }
      },
    ],
  ])('are checked %s, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async (_, through) => {
    const certificate = makeCertificate('graph.test')
    const server = await startServer(madeFolder, certificate)
    const proxied = await through(server.port)
    const world = newWorld(sandbox, undefined, { OD_LINK_GRAPH_HOST: server.origin, ...proxied })
    leftovers.push(certificate.remove, server.stop, world.remove)
    await world.login()
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    const { code, stdout, stderr } = await world.run(['mkdir', '--json', '--max-wait', '0', '/', 'x'], {
      env,
    })
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(jsonError(stderr)).toMatchObject({ message: expect.stringContaining('is not trusted') })
    expect(server.seen).toEqual([])
    const report = await world.run(['doctor', '--json'], { env })
    expect(report.stdout).toContain(
      'NODE_TLS_REJECT_UNAUTHORIZED is 0, but od-link checks certificates anyway',
    )
  })

  it.each([
    ['has expired', { from: -3, until: -1 }],
    ['is not valid yet', { from: 1, until: 3 }],
  ])('one that %s is told with the date that this machine has', async (words, validity) => {
    const { certificate, server, world } = await drive(validity)
    const { code, stdout, stderr } = await mkdir(world, { NODE_EXTRA_CA_CERTS: certificate.authority })
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    const today = new Date().toISOString().slice(0, 10)
    expect(stderr).toContain(` ${words}, by this machine's clock (${today} `)
    expect(stderr).toContain('set the clock: ')
    expect(server.seen).toEqual([])
  })

  it.runIf(older && existsSync(systemBundle))(
    "on Node 20 the system's store is named for NODE_EXTRA_CA_CERTS",
    async () => {
      const { world } = await drive()
      const { code, stderr } = await mkdir(world, {}, older)
      expect(code).toBe(7)
      expect(stderr).toContain(`NODE_EXTRA_CA_CERTS=${systemBundle}`)
    },
  )

  it.runIf(newer)("a Node that can read the system's store believes it as well", async () => {
    const { certificate, server, world } = await drive()
    const env = { SSL_CERT_FILE: certificate.authority }
    const { code, stdout, stderr } = await world.run(['mkdir', '/', 'x', 'y'], { env, node: newer })
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '/x\n/y\n', stderr: '' })
    // The first was not trusted; the second served both folders.
    expect(server.connections()).toBe(2)
    expect(server.seen).toHaveLength(2)
  })

  it.runIf(newer)('and says that it was asked when it does not help', async () => {
    const { server, world } = await drive()
    const { code, stdout, stderr } = await mkdir(world, {}, newer)
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toContain("The system's certificate store does not have it either.")
    expect(stderr).toContain('NODE_EXTRA_CA_CERTS=/path/to/ca.pem')
    expect(server.seen).toEqual([])
  })
})
