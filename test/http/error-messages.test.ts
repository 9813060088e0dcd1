import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import type { RunOptions } from '../helpers/program/od-link.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { kept } from '../helpers/program/world-files.ts'
import { canUnshare } from '../helpers/system/real-part.ts'

/** A room of its own for one process, where a file or the network is another one. */
const unshare = ['unshare', '--map-root-user', '--mount']
const hasRoom = canUnshare(['--map-root-user', '--mount', '--net'], 'another DNS, and no network')

describe('when Microsoft cannot be reached', () => {
  let sandbox: SandboxProcess
  let world: World
  const leftovers: (() => unknown)[] = []

  beforeAll(async () => {
    sandbox = await startSandbox()
  })
  afterEach(async () => {
    for (const remove of leftovers.splice(0).reverse()) await remove()
  })
  afterAll(() => sandbox?.stop())

  /** A link whose drive is said to be at that origin, and what comes of a folder there: exit 7, nothing lost. */
  async function outcomeAt(graph: string, options: RunOptions = {}) {
    world = newWorld(sandbox, undefined, { OD_LINK_GRAPH_HOST: graph })
    leftovers.push(world.remove)
    await world.login()
    const before = kept(world)
    const outcome = await world.run(['mkdir', '--max-wait', '0', '/', 'x'], options)
    const { code, stdout, stderr } = outcome
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toMatch(/^od-link: .*\n {2}next: .*\n$/)
    expect(kept(world)).toEqual(before)
    return outcome
  }

  /** A server of raw bytes. @param behave what it does with each connection. */
  async function rawServer(behave: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      leftovers.push(() => socket.destroy())
      behave(socket.on('error', () => {}))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    leftovers.push(() => new Promise((resolve) => server.close(resolve)))
    return (server.address() as AddressInfo).port
  }

  /** As on a machine whose names are looked up otherwise. */
  function withNames(nsswitch: string, resolv = ''): RunOptions {
    const script =
      'cd "$1" && mount --bind nsswitch /etc/nsswitch.conf && mount --bind resolv "$(realpath /etc/resolv.conf)" && shift && exec "$@"'
    return { through: [...unshare, 'sh', '-c', `${script}`, 'sh', filesIn({ nsswitch, resolv })] }
  }
  function filesIn(files: Record<string, string>): string {
    const other = newWorld(undefined)
    leftovers.push(other.remove)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(other.dir, name), `${text}\n`)
    return other.dir
  }

  it.runIf(hasRoom)('a name that is not known is told apart', async () => {
    const { stderr } = await outcomeAt('https://graph.example', withNames('hosts: files'))
    expect(stderr).toContain(
      'The name graph.example could not be looked up, because it is not in the DNS (ENOTFOUND).',
    )
  })

  it.runIf(hasRoom)('from a DNS server that does not answer', async () => {
    const { stderr } = await outcomeAt(
      'https://graph.example',
      withNames('hosts: dns', 'nameserver 127.0.0.254\noptions timeout:1 attempts:1'),
    )
    expect(stderr).toContain(
      'The name graph.example could not be looked up, because the DNS server does not respond (EAI_AGAIN).',
    )
  })

  it.runIf(hasRoom)('a machine without a network says that no way leads there', async () => {
    const { stderr } = await outcomeAt('https://203.0.113.1', { through: [...unshare, '--net'] })
    expect(stderr).toMatch(/203\.0\.113\.1 cannot be reached from this machine \(E(NET|HOST)UNREACH\)\./)
  })

  it('a connection that is cut before anything was sent', async () => {
    const port = await rawServer((socket) => socket.resetAndDestroy())
    const { stderr } = await outcomeAt(`https://127.0.0.1:${port}`)
    expect(stderr).toContain(`127.0.0.1:${port} closed the connection before anything was sent (ECONNRESET).`)
  })

  it('and one that is cut before the answer', async () => {
    const port = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const { stderr } = await outcomeAt(`http://127.0.0.1:${port}`)
    expect(stderr).toContain(
      `127.0.0.1:${port} closed the connection before the response was complete (ECONNRESET).`,
    )
  })

  it('a server with which no connection comes about', async () => {
    const port = await rawServer(() => {})
    const { stderr, milliseconds } = await outcomeAt(`https://127.0.0.1:${port}`)
    expect(stderr).toContain(`127.0.0.1:${port} could not be reached within 2 seconds.`)
    expect(milliseconds).toBeLessThan(6_000)
  })

  it('and one that does not answer', async () => {
    const port = await rawServer(() => {})
    const { stderr, milliseconds } = await outcomeAt(`http://127.0.0.1:${port}`)
    expect(stderr).toContain(`127.0.0.1:${port} did not respond within 2 seconds.`)
    expect(milliseconds).toBeLessThan(6_000)
  })

  it('HTTP_PROXY alone leads nowhere, and is told so', async () => {
    const { stderr } = await outcomeAt('https://nowhere.invalid', {
      env: { HTTP_PROXY: 'http://proxy.example:8080' },
    })
    expect(stderr).toContain('HTTP_PROXY applies to http:// only.')
    expect(stderr).toContain('HTTPS_PROXY=')
  })
})
