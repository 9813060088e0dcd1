import { Server } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { listen, PortForbidden, PortTaken } from '../../../sandbox/server/listener.ts'

const { platform } = process
const { listen: really } = Server.prototype
afterEach(() => {
  vi.restoreAllMocks()
  Object.defineProperty(process, 'platform', { value: platform })
})

/** A machine whose ports are what the test says: a code is why a port cannot be had. */
function machine(trouble: (host: string, port: number, count: number) => string | undefined) {
  const asked: string[] = []
  vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server, ...args: unknown[]) {
    const { host, port } = args[0] as { host: string; port: number }
    asked.push(`${host} ${port}`)
    const code = trouble(host, port, asked.length)
    if (!code) return Reflect.apply(really, this, args)
    process.nextTick(() => this.emit('error', Object.assign(new Error(`listen ${code}`), { code })))
    return this
  })
  return asked
}
const handler = () => {}

describe('a port for the sandbox', () => {
  it.each([
    ['taken', 'EADDRINUSE'],
    ['reserved by Windows', 'EACCES'],
  ])('is another one where its half in the other family is %s', async (_, code) => {
    const asked = machine((host, __, count) => (host === '::1' && count < 6 ? code : undefined))
    const { port, close } = await listen(0, handler)
    expect(asked).toHaveLength(6)
    expect(asked.at(-1)).toBe(`::1 ${port}`)
    await close()
  })

  it('is looked for twenty times', async () => {
    const asked = machine(() => 'EADDRINUSE')
    await expect(listen(0, handler)).rejects.toEqual(new PortTaken('No port is free on this machine.'))
    expect(asked).toHaveLength(20)
  })

  it('needs no IPv6', async () => {
    machine((host) => (host === '::1' ? 'EADDRNOTAVAIL' : undefined))
    const { close } = await listen(0, handler)
    await close()
  })

  it.each<[on: NodeJS.Platform, said: RegExp]>([
    ['linux', /^This user may not listen on port 443\.$/],
    ['win32', /^Windows does not allow programs to listen on port 443\. It is probably reserved for Hyper-V/],
  ])('that %s forbids is tried once', async (on, said) => {
    Object.defineProperty(process, 'platform', { value: on })
    const asked = machine((host) => (host === '127.0.0.1' ? 'EACCES' : undefined))
    const error = await listen(443, handler).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(PortForbidden)
    expect(error.message).toMatch(said)
    expect(asked).toEqual(['127.0.0.1 443'])
  })
})
