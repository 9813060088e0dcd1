import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCertificate } from '../helpers/network/certificates.ts'
import { startProxy, type TestProxy } from '../helpers/network/proxy.ts'
import { startServer } from '../helpers/network/server.ts'
import { doctor } from '../helpers/program/doctor.ts'
import { useLinked } from '../helpers/program/linked.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'

const linked = useLinked()

describe('the way to Microsoft', () => {
  it('may be cut: each part says so, with 7, and what is on this machine is looked at', async () => {
    const nowhere = 'http://localhost:9'
    const env = { OD_LINK_AUTHORITY_HOST: nowhere, OD_LINK_GRAPH_HOST: nowhere }
    const { code, check } = await doctor(linked.world, [], { env })
    expect(code).toBe(7)
    for (const name of ['authority', 'graph']) {
      expect(check(name)).toMatchObject({
        ok: false,
        exitCode: 7,
        text: 'localhost:9 refuses the connection.',
        hint: expect.stringContaining('still running'),
      })
    }
    // The link keeps the origins that it was created with.
    expect(check('link').ok).toBe(true)
  })

  it('may be silent: the whole is over in less than 30 s', async () => {
    const sockets = new Set<Socket>()
    const silent = createServer((socket) => sockets.add(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    await linked.weather('/token', { hang: 'headers' }, 9)
    try {
      const env = { OD_LINK_AUTHORITY_HOST: origin, OD_LINK_GRAPH_HOST: origin }
      const { code, check, outcome } = await doctor(linked.world, [], { env })
      expect(code).toBe(7)
      expect(outcome.milliseconds).toBeLessThan(30_000)
      for (const name of ['authority', 'graph', 'link']) {
        expect(check(name)).toMatchObject({ ok: false, exitCode: 7, text: expect.stringMatching(/respon/) })
      }
      expect(check('clock').text).toContain('no server responded')
    } finally {
      await linked.calm()
      for (const socket of sockets) socket.destroy()
      silent.close()
    }
  })

  it.each([
    ['an unknown tenant', { OD_LINK_TENANT: 'nowhere.example' }, 'authority', 4, /tenant/i],
    [
      'a page in between',
      { weather: '/v1.0/me' },
      'graph',
      6,
      /does not respond like Microsoft Graph \(HTTP 200\)/,
    ],
    [
      'another service',
      { weather: 'openid-configuration' },
      'authority',
      6,
      /does not respond like Microsoft's/,
    ],
  ])('may end at %s', async (_, { weather, ...env }: NodeJS.ProcessEnv, name, exitCode, words) => {
    const page = { status: 200, body: '<html>Welcome to the hotel</html>', contentType: 'text/html' }
    if (weather) await linked.weather(new RegExp(`${weather}$`), page)
    const { code, check } = await doctor(linked.world, [], { env })
    await linked.calm()
    expect(code).toBe(exitCode)
    expect(check(name)).toMatchObject({ ok: false, exitCode, text: expect.stringMatching(words) })
    expect(check(name).hint).toBeTruthy()
  })
})

it.runIf(hasRealPart('openssl', 'tests of TLS'))(
  'tells who vouches for the servers, or that nobody known does',
  async () => {
    const certificate = makeCertificate('localhost')
    const server = await startServer(({ url }) => {
      if (url === '/v1.0/me') return { status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } }
      return { status: 200, body: { issuer: 'https://localhost/{tenantid}/v2.0' } }
    }, certificate)
    const env = { OD_LINK_AUTHORITY_HOST: server.origin, OD_LINK_GRAPH_HOST: server.origin }
    try {
      const trusted = await doctor(linked.world, [], {
        env: { ...env, NODE_EXTRA_CA_CERTS: certificate.authority },
      })
      expect(trusted.code).toBe(0)
      for (const name of ['authority', 'graph']) {
        expect(trusted.check(name).text).toMatch(/, certificate from A company$/)
      }
      expect(trusted.check('proxy').text).toContain(`NODE_EXTRA_CA_CERTS is ${certificate.authority}`)
      const { code, check } = await doctor(linked.world, [], { env })
      expect(code).toBe(7)
      expect(check('graph')).toMatchObject({
        ok: false,
        hint: expect.stringContaining('NODE_EXTRA_CA_CERTS='),
      })
    } finally {
      await server.stop()
      certificate.remove()
    }
  },
)

describe('the clock', () => {
  it.each([
    [3 * 3600, false, /^This machine's clock is 3 hours behind Microsoft's\.$/],
    [-900, false, /^This machine's clock is 15 minutes ahead of Microsoft's\.$/],
    [60, true, /^(59 seconds|1 minute( 1 second)?) behind Microsoft's clock, which does no harm$/],
  ])('differs by %i s', async (clockSkewSeconds, ok, words) => {
    await linked.sandbox.control('POST', 'settings', { clockSkewSeconds })
    try {
      const { check, code } = await doctor(linked.world)
      expect(check('clock')).toMatchObject({ ok, text: expect.stringMatching(words) })
      if (!ok) expect(check('clock')).toMatchObject({ exitCode: 2, hint: expect.stringMatching(/\w/) })
      expect(code === 0).toBe(ok)
    } finally {
      await linked.sandbox.control('POST', 'settings', { clockSkewSeconds: 0 })
    }
  })
})

describe('the proxy', () => {
  let proxy: TestProxy
  beforeAll(async () => {
    proxy = await startProxy({}, 'HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
  })
  afterAll(async () => {
    await proxy.stop()
  })
  const elsewhere = {
    OD_LINK_AUTHORITY_HOST: 'https://login.example.test',
    OD_LINK_GRAPH_HOST: 'https://graph.example.test',
  }

  it('is reported with its variable and without its credentials, and with its own words', async () => {
    const env = { ...elsewhere, HTTPS_PROXY: `http://bob:open-sesame@127.0.0.1:${proxy.port}` }
    const { code, check, outcome } = await doctor(linked.world, [], { env })
    expect(code).toBe(7)
    expect(check('proxy')).toMatchObject({ ok: true, text: `127.0.0.1:${proxy.port} (HTTPS_PROXY)` })
    expect(check('authority')).toMatchObject({ ok: false, exitCode: 7, text: expect.stringContaining('407') })
    expect(proxy.seen.length).toBeGreaterThan(0)
    expect(outcome.stdout).not.toContain('sesame')
  })

  it('is reported as not used for what NO_PROXY names', async () => {
    const env = { ...elsewhere, https_proxy: 'http://127.0.0.1:1', NO_PROXY: '.example.test' }
    const { check } = await doctor(linked.world, ['--offline'], { env })
    expect(check('proxy')).toMatchObject({ ok: true, text: 'none; NO_PROXY is .example.test' })
  })

  it('may be no address: with 7', async () => {
    const env = { ...elsewhere, HTTPS_PROXY: 'socks5://bob:open-sesame@127.0.0.1:1' }
    const { code, check, outcome } = await doctor(linked.world, ['--offline'], { env })
    expect(code).toBe(7)
    expect(check('proxy')).toMatchObject({ ok: false, hint: expect.stringContaining('HTTPS_PROXY=http://') })
    expect(outcome.stdout).not.toContain('sesame')
  })
})
