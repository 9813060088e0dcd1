import { readFileSync } from 'node:fs'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ada, jsonError, recordFile, useLinked } from '../helpers/program/linked.ts'

const post = 'POST /v1.0/me/drive'
const soon = { 'retry-after': '0.05' }

describe('when Microsoft Graph fails', () => {
  const at = useLinked()
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })

  it.each([408, 500, 502, 503, 504, 509])(
    'after a %i the folder is looked for, and the request repeated',
    async (status) => {
      await at.weather(post, { status, headers: soon })
      const { code, stdout, stderr } = await at.world.run(['mkdir', '/', `after ${status}`])
      expect({ code, stdout }).toEqual({ code: 0, stdout: `/after ${status}\n` })
      expect(stderr).toContain(`HTTP ${status}`)
      const requests = await at.requests()
      expect(requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST'])
    },
  )

  it('failures without end are exit 6, after a few attempts, with what support asks for', async () => {
    await at.weather(post, { status: 503, headers: soon }, 99)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'never'])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).toContain('Microsoft Graph is unavailable (HTTP 503).')
    expect(stderr).toContain('next: Try again in a few minutes.')
    expect(stderr).toContain('od-link mkdir --max-wait 600 / never')
    expect(stderr).toMatch(/code: serviceNotAvailable · request [\da-f-]{36} · /)
    const posts = (await at.requests()).filter(({ method }) => method === 'POST')
    expect(posts.length).toBeGreaterThan(2)
    expect(posts.length).toBeLessThan(8)
    expect(new Set(posts.map(({ clientRequestId }) => clientRequestId)).size).toBe(posts.length)
    expect(await at.drive()).not.toContain('/never')
  })

  it('the HTML page of a gateway is reported in plain words', async () => {
    await at.weather(
      post,
      { status: 502, headers: soon, body: '<html><h1>Bad', contentType: 'text/html' },
      99,
    )
    const { code, stderr } = await at.world.run(['mkdir', '/', 'html'])
    expect(code).toBe(6)
    expect(stderr).not.toContain('<')
  })

  it('an answer that is not the JSON that it claims to be is not a success', async () => {
    await at.weather('/v1.0/', { status: 200, body: '<html>Sign in to the network</html>' }, 99)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--max-wait', '1', '/', 'portal'])
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toContain('sent an invalid response')
  })
})

describe('a server that falls silent', () => {
  const at = useLinked()
  beforeAll(async () => {
    await at.world.run(['mkdir', '/', 'headers', 'body'])
  })

  it.concurrent.each([
    ['before its answer', 'headers'],
    ['in the middle of its answer', 'body'],
  ])('%s is given up within the limit', async (_, hang) => {
    await at.weather(`${post}/root:/${hang}:`, { hang }, 9)
    const args = ['mkdir', '--max-wait', '1', `/${hang}`, 'x']
    const { code, stdout, stderr, milliseconds } = await at.world.run(args)
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toMatch(/did not respond within \d+ s/)
    expect(milliseconds).toBeLessThan(8_000)
  })
})

describe('when Graph does not accept the token', () => {
  const at = useLinked()
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })
  const kinds = async () => (await at.requests()).map(({ kind, status }) => `${kind} ${status}`)

  it('one refusal is one renewal, and the work is done', async () => {
    await at.weather(post, { status: 401 })
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'renewed'])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '/renewed\n', stderr: '' })
    expect(await kinds()).toEqual(['graph 401', 'token 200', 'graph 201'])
  })

  it('an expired token is renewed once for all names', async () => {
    await at.sandbox.control('POST', 'expire')
    const { code } = await at.world.run(['mkdir', '/renewed', 'a', 'b', 'c'])
    expect(code).toBe(0)
    expect(await kinds()).toEqual(['graph 401', 'token 200', 'graph 201', 'graph 201', 'graph 201'])
  })

  it('the claims that it asks for are requested with the renewal', async () => {
    const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: '1604106651' } } })
    await at.sandbox.control('POST', 'weather', { match: 'children', effect: { claims } })
    const { code, stdout } = await at.world.run(['mkdir', '/', 'with claims'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/with claims\n' })
    expect(await kinds()).toEqual(['graph 401', 'token 200', 'graph 201'])
    // The next command has the token with the claims, and needs no renewal.
    await at.forgetRequests()
    expect((await at.world.run(['mkdir', '/', 'with claims too'])).code).toBe(0)
    expect(await kinds()).toEqual(['graph 201'])
  })

  it('a refusal of the renewed token as well is exit 6 after a few attempts, and the link stays', async () => {
    const { refreshToken } = JSON.parse(readFileSync(recordFile(at.world), 'utf8'))
    await at.weather(post, { status: 401, headers: soon }, 99)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'refused'])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).toContain('does not accept a token issued just now')
    expect(stderr).toContain(`od-link login --account ${ada}`)
    expect(await kinds()).toEqual(['graph 401', 'token 200', ...Array(5).fill('graph 401')])
    expect(JSON.parse(readFileSync(recordFile(at.world), 'utf8')).refreshToken).toMatch(/^.{20}/)
    expect(refreshToken).toMatch(/^.{20}/)
    await at.calm()
    expect((await at.world.run(['status'])).stdout).toContain(ada)
    expect((await at.world.run(['mkdir', '/', 'refused'])).code).toBe(0)
  })

  it('a refused renewal is exit 4 with advice, and starts no sign-in', async () => {
    await at.weather(post, { status: 401 }, 99)
    const description = 'AADSTS50173: The provided grant has expired due to it being revoked.'
    await at.weather('/oauth2/', {
      status: 400,
      body: { error: 'invalid_grant', error_description: description, error_codes: [50173] },
    })
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--json', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(jsonError(stderr)).toMatchObject({
      kind: 'sign-in',
      code: 'AADSTS50173',
      hint: expect.stringContaining('od-link login'),
    })
    expect(await kinds()).toEqual(['graph 401', 'token 400'])
  })
})

describe('when Graph refuses the work', () => {
  const at = useLinked()
  beforeEach(() => at.calm())

  it.each([
    [403, 9, 'is not allowed', 'Ask its owner or the administrator'],
    [423, 9, 'The item is locked', 'Try again when nobody has it open'],
    [507, 9, 'There is no space left', 'Free some space'],
    [400, 2, 'does not accept the request', 'Check the path and the values'],
    [501, 2, 'does not support this request', 'Check the address'],
    [405, 2, 'does not support this method', 'Check the method and the address'],
  ])('HTTP %i is exit %i, after one request', async (status, exitCode, message, hint) => {
    await at.weather(post, { status }, 99)
    await at.forgetRequests()
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toContain(hint)
    expect(stderr).toMatch(/request [\da-f-]{36}/)
    expect(await at.requests()).toHaveLength(1)
    expect(await at.drive()).toEqual([])
  })

  it('a full drive is reported as such', async () => {
    await at.sandbox.control('POST', 'settings', { quotaFull: true })
    const { code, stderr } = await at.world.run(['mkdir', '--json', '-p', '/full/x'])
    await at.sandbox.control('POST', 'settings', { quotaFull: false })
    expect(code).toBe(9)
    expect(jsonError(stderr)).toMatchObject({ kind: 'not-allowed', code: 'insufficientStorage' })
  })

  it.each([
    [400, 'Tenant does not have a SPO license.', '--tenant consumers'],
    [404, "User's mysite not found.", 'https://onedrive.com'],
  ])('an account without a OneDrive is reported as such: %i', async (status, message, hint) => {
    const headers = { 'request-id': '3c2f7a0e-5a3b-4c1d-9e8f-70a1b2c3d4e5' }
    await at.weather(post, { status, headers, body: { error: { code: 'BadRequest', message } } })
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 9, stdout: '' })
    expect(stderr).toContain('no OneDrive')
    expect(stderr).toContain(hint)
    expect(stderr).toContain(`request ${headers['request-id']}`)
  })

  it('the innermost code is the one that is shown', async () => {
    const inner = { code: 'serviceReadOnly', innererror: { date: '2026-03-01T00:00:00' } }
    const error = { code: 'accessDenied', message: 'Database Is Read Only', innerError: inner }
    await at.weather(post, { status: 403, body: { error } })
    const { code, stderr } = await at.world.run(['mkdir', '/', 'x'])
    expect(code).toBe(6)
    expect(stderr).toContain('OneDrive is read-only for now: Database Is Read Only')
    expect(stderr).not.toContain('login')
    expect(stderr).toContain('code: serviceReadOnly')
  })
})
