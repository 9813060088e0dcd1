import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { bindLoopback, NoLoopback } from '../../src/signin/loopback.ts'

/** A machine whose ports are what the test says: a code is why a port cannot be had. */
function machine(trouble: (host: string, port: number, count: number) => string | undefined) {
  const asked: string[] = []
  const open = new Set<string>()
  const newServer = () => {
    const server = Object.assign(new EventEmitter(), {
      place: '',
      port: 0,
      listen({ host, port }: { host: string; port: number }) {
        asked.push(`${host} ${port}`)
        const code = trouble(host, port, asked.length)
        server.port = port || 50_000 + asked.length
        server.place = `${host} ${server.port}`
        if (!code) open.add(server.place)
        process.nextTick(() =>
          code
            ? server.emit('error', Object.assign(new Error(`listen ${code}`), { code, address: host }))
            : server.emit('listening'),
        )
      },
      address: () => ({ port: server.port }),
      close: () => open.delete(server.place),
    })
    return server as unknown as Server
  }
  return { asked, open: () => [...open], newServer }
}
const { platform } = process
afterEach(() => Object.defineProperty(process, 'platform', { value: platform }))
const pretend = (on: NodeJS.Platform) => Object.defineProperty(process, 'platform', { value: on })
const localhost = { host: 'localhost', port: undefined } as const
const codeOf = async (binding: Promise<unknown>) => {
  const error = await binding.then(
    () => undefined,
    (thrown) => thrown,
  )
  expect(error).toBeInstanceOf(NoLoopback)
  return (error as NoLoopback).message
}

describe('a port of this machine', () => {
  it('is one of both families for localhost, whichever the browser takes', async () => {
    const { asked, open, newServer } = machine(() => undefined)
    const { port, servers } = await bindLoopback(newServer, localhost)
    expect(asked).toEqual(['127.0.0.1 0', `::1 ${port}`])
    expect(servers).toHaveLength(2)
    for (const server of servers) server.close()
    expect(open()).toEqual([])
  })

  it.each(['127.0.0.1', '::1'] as const)('is that of %s alone where that is named', async (host) => {
    const { asked, newServer } = machine(() => undefined)
    expect((await bindLoopback(newServer, { host, port: 5_000 })).servers).toHaveLength(1)
    expect(asked).toEqual([`${host} 5000`])
  })

  it.each(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])('needs no IPv6: %s', async (code) => {
    const { open, newServer } = machine((host) => (host === '::1' ? code : undefined))
    const { port } = await bindLoopback(newServer, localhost)
    expect(open()).toEqual([`127.0.0.1 ${port}`])
  })

  it('is another one where its half in the other family is taken', async () => {
    const { asked, open, newServer } = machine((host, _, count) =>
      host === '::1' && count < 6 ? 'EADDRINUSE' : undefined,
    )
    const { port } = await bindLoopback(newServer, localhost)
    expect(asked).toHaveLength(6)
    // Those that were half had are given back.
    expect(open()).toEqual([`127.0.0.1 ${port}`, `::1 ${port}`])
  })

  it('is another one on Windows, where its half in the other family is reserved', async () => {
    pretend('win32')
    const { asked, open, newServer } = machine((host, _, count) =>
      host === '::1' && count < 6 ? 'EACCES' : undefined,
    )
    const { port } = await bindLoopback(newServer, localhost)
    expect(asked).toHaveLength(6)
    expect(open()).toEqual([`127.0.0.1 ${port}`, `::1 ${port}`])
    const none = machine(() => 'EACCES')
    expect(await codeOf(bindLoopback(none.newServer, localhost))).toBe('EACCES')
    expect(none.asked).toHaveLength(20)
  })

  it('is looked for twenty times', async () => {
    const { asked, newServer } = machine((_, __, count) => (count > 50 ? 'EIO' : 'EADDRINUSE'))
    expect(await codeOf(bindLoopback(newServer, localhost))).toBe('EADDRINUSE')
    expect(asked).toHaveLength(20)
  })

  it('is not looked for where none may be had', async () => {
    const { asked, newServer } = machine(() => 'EPERM')
    expect(await codeOf(bindLoopback(newServer, localhost))).toBe('EPERM')
    expect(asked).toHaveLength(1)
    const half = machine((host) => (host === '::1' ? 'EPERM' : undefined))
    expect(await codeOf(bindLoopback(half.newServer, localhost))).toBe('EPERM')
    expect([half.asked.length, half.open()]).toEqual([2, []])
  })
})

describe('a port that the redirect URI names and that cannot be had', () => {
  const refused = (code: string, on: NodeJS.Platform = 'linux', at = '127.0.0.1') => {
    pretend(on)
    const { asked, newServer } = machine((host) => (host === at ? code : undefined))
    return { asked, binding: bindLoopback(newServer, { host: 'localhost', port: 80 }) }
  }
  const device = 'Or use a device code, which needs no port: od-link login --device'

  it.each<[on: NodeJS.Platform, find: string]>([
    ['linux', 'lsof -i :80'],
    ['darwin', 'lsof -i :80'],
    ['win32', 'netstat -ano | findstr :80'],
  ])('because it is taken is not tried again, and found on %s by %s', async (on, find) => {
    const { asked, binding } = refused('EADDRINUSE', on)
    await expect(binding).rejects.toMatchObject({
      kind: 'usage',
      message: 'Port 80 of the redirect URI is in use by another program.',
      hint: `Find the program: ${find}\nOr use another port: with --listen behind a web server, otherwise in\n--redirect-uri (without a port there, any free one is used).\n${device}`,
    })
    expect(asked).toHaveLength(1)
  })

  it('for another reason names it, and another port', async () => {
    const { asked, binding } = refused('EACCES')
    await expect(binding).rejects.toMatchObject({
      kind: 'usage',
      message: 'od-link cannot listen on port 80 (EACCES).',
      hint: `Choose another port with --redirect-uri, above 1023.\n${device}`,
    })
    expect(asked).toHaveLength(1)
  })

  it.each([
    ['127.0.0.1', 'ipv4'],
    ['::1', 'ipv6'],
  ])('because Windows reserves it on %s names the ranges of %s', async (at, family) => {
    const { binding } = refused('EACCES', 'win32', at)
    await expect(binding).rejects.toMatchObject({
      kind: 'usage',
      reason: 'port-in-use',
      message:
        'Windows does not allow od-link to listen on port 80 of the redirect URI (EACCES). The port is probably reserved for Hyper-V, WSL or Docker.',
      hint: `Show the reserved ranges: netsh interface ${family} show excludedportrange protocol=tcp\nOr use another port: with --listen behind a web server, otherwise in\n--redirect-uri (without a port there, any free one is used).\n${device}`,
    })
  })
})
