import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { startProxy, type TestProxy } from '../helpers/network/proxy.ts'
import { startTinyproxy, type Tinyproxy } from '../helpers/network/tinyproxy.ts'
import { type Front, loginBehind, startFront } from '../helpers/network/tls-front.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'

const host = 'microsoft.test'
const credentials = { name: 'ada', password: 'not-4.you_' }
const written = 'ada:not%2D4%2Eyou%5F'
const basic = Buffer.from(`${credentials.name}:${credentials.password}`).toString('base64')
const parts = hasRealPart('openssl', 'tests of TLS') && hasRealPart('tinyproxy', 'tests of a real proxy')

/** A company's network: `microsoft.test`, which only its proxy can reach, is the sandbox behind TLS. */
describe.runIf(parts)('behind tinyproxy', () => {
  let sandbox: SandboxProcess
  let microsoft: Front
  let names: TestProxy
  let open: Tinyproxy
  let guarded: Tinyproxy
  const worlds: World[] = []

  beforeAll(async () => {
    sandbox = await startSandbox()
    microsoft = await startFront(sandbox, [host])
    names = await startProxy({ [host]: microsoft.port })
    open = await startTinyproxy(names.port)
    guarded = await startTinyproxy(names.port, credentials)
  })
  afterAll(async () => {
    for (const world of worlds) world.remove()
    for (const proxy of [guarded, open, names, microsoft]) await proxy?.stop()
    await sandbox?.stop()
  })

  function worldBehind(proxy: string): World {
    const world = newWorld(sandbox, undefined, {
      OD_LINK_AUTHORITY_HOST: `https://${host}:${microsoft.port}`,
      OD_LINK_GRAPH_HOST: `https://${host}:${microsoft.port}`,
      NODE_EXTRA_CA_CERTS: microsoft.certificate.authority,
      HTTPS_PROXY: proxy,
    })
    worlds.push(world)
    return world
  }
  it.each([
    ['without a password', () => `http://127.0.0.1:${open.port}`],
    ['with one, percent-encoded', () => `http://${written}@127.0.0.1:${guarded.port}`],
  ])('a whole sign-in and a folder go through it, %s', async (_, proxy) => {
    const world = worldBehind(proxy())
    const linked = await loginBehind(world, sandbox)
    expect(linked).toMatchObject({ code: 0, stderr: '' })
    const name = `through ${worlds.length}`
    const { code, stdout, stderr } = await world.run(['mkdir', '--verbose', '/', name])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `/${name}\n` })
    expect(linked.stdout + stderr).not.toMatch(/not-4|not%2D4/)
    expect(stderr).not.toContain(basic)
    expect(names.seen.at(-1)).toMatch(new RegExp(`^CONNECT ${host}:${microsoft.port} `))
    expect(names.seen.join()).not.toContain(basic)
  })

  it.each([
    ['no password', '', /The proxy 127\.0\.0\.1:\d+ requires a name and a password \(407\)\./],
    [
      'a wrong one',
      'ada:guessed%2Done@',
      /The proxy 127\.0\.0\.1:\d+ refuses the name and password in HTTPS_PROXY \(40[17]\)\./,
    ],
  ])('one that wants a password says so at once when it gets %s', async (_, given, message) => {
    const world = worldBehind(`http://${given}127.0.0.1:${guarded.port}`)
    const before = microsoft.seen.length
    const { code, stdout, stderr, milliseconds } = await world.run(['login', '--verbose'])
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).toContain(`HTTPS_PROXY=http://USER:PASSWORD@127.0.0.1:${guarded.port}`)
    expect(stderr).not.toContain('guessed')
    expect(milliseconds).toBeLessThan(6_000)
    expect(microsoft.seen).toHaveLength(before)
    expect((await world.run(['status'])).stdout).not.toContain('ada')
  })

  it('https:// for one that speaks plain HTTP is reported, with the address that works', async () => {
    const world = worldBehind(`https://${written}@127.0.0.1:${guarded.port}`)
    const { code, stdout, stderr, milliseconds } = await world.run(['login', '--verbose'])
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toContain(`HTTPS_PROXY=http://127.0.0.1:${guarded.port}`)
    expect(stderr).not.toMatch(/not-4|not%2D4|SSL routines/)
    // It waits for the rest of a line.
    expect(milliseconds).toBeLessThan(25_000)
  })

  it('the debugging of Node and of packages shows no password, either', async () => {
    const world = worldBehind(`http://${written}@127.0.0.1:${guarded.port}`)
    const { stdout, stderr } = await world.run(['login', '--timeout', '1', '--no-browser'], {
      env: { DEBUG: '*', NO_COLOR: '1' },
    })
    expect(stderr).toContain('https-proxy-agent')
    expect(stdout + stderr).not.toMatch(/not-4|not%2D4/)
    expect(stdout + stderr).not.toContain(basic)
  })
})
