import { readFileSync } from 'node:fs'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ada, jsonError, recordFile, useLinked } from '../helpers/program/linked.ts'

const post = 'POST /v1.0/me/drive'
const soon = { 'retry-after': '0.05' }

describe('when Microsoft is in trouble', () => {
  const at = useLinked()
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })

  it.each([408, 500, 502, 503, 504, 509])('a %i is looked into, and tried again', async (status) => {
    await at.weather(post, { status, headers: soon })
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', `after ${status}`])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `/after ${status}\n` })
    expect(stderr).toContain(`HTTP ${status}`)
    const requests = await at.requests()
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST'])
  })

  it('trouble without an end is exit 6, after a few attempts, with what support asks for', async () => {
    await at.weather(post, { status: 503, headers: soon }, 99)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'never'])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).toContain('Microsoft Graph is in trouble (HTTP 503).')
    expect(stderr).toMatch(/next: .*--max-wait/)
    expect(stderr).toMatch(/code: serviceNotAvailable · request [\da-f-]{36} · /)
    const posts = (await at.requests()).filter(({ method }) => method === 'POST')
    expect(posts.length).toBeGreaterThan(2)
    expect(posts.length).toBeLessThan(8)
    expect(new Set(posts.map(({ clientRequestId }) => clientRequestId)).size).toBe(posts.length)
    expect(await at.drive()).not.toContain('/never')
  })

  it('a gateway that answers with a page of HTML is told in plain words', async () => {
    await at.weather(
      post,
      { status: 502, headers: soon, body: '<html><h1>Bad', contentType: 'text/html' },
      99,
    )
    const { code, stderr } = await at.world.run(['mkdir', '/', 'html'])
    expect(code).toBe(6)
    expect(stderr).not.toContain('<')
  })

  it('an answer that is no JSON although it says so is no success', async () => {
    await at.weather('/v1.0/', { status: 200, body: '<html>Sign in to the network</html>' }, 99)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--max-wait', '1', '/', 'portal'])
    expect({ code, stdout }).toEqual({ code: 7, stdout: '' })
    expect(stderr).toContain('cannot be read')
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
  ])('%s is given up within the bound', async (_, hang) => {
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

  it('a token that has ended is renewed for all names at once', async () => {
    await at.sandbox.control('POST', 'expire')
    const { code } = await at.world.run(['mkdir', '/renewed', 'a', 'b', 'c'])
    expect(code).toBe(0)
    expect(await kinds()).toEqual(['graph 401', 'token 200', 'graph 201', 'graph 201', 'graph 201'])
  })

  it('the claims that it asks for are asked for at the renewal', async () => {
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

  it('a refusal of the renewed token, too, is exit 4, and the link is kept', async () => {
    const { refreshToken } = JSON.parse(readFileSync(recordFile(at.world), 'utf8'))
    await at.weather(post, { status: 401 }, 99)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'refused'])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toContain('does not accept the link')
    expect(stderr).toContain('od-link login')
    expect(await kinds()).toEqual(['graph 401', 'token 200', 'graph 401'])
    expect(JSON.parse(readFileSync(recordFile(at.world), 'utf8')).refreshToken).toMatch(/^.{20}/)
    expect(refreshToken).toMatch(/^.{20}/)
    await at.calm()
    expect((await at.world.run(['status'])).stdout).toContain(ada)
    expect((await at.world.run(['mkdir', '/', 'refused'])).code).toBe(0)
  })

  it('a refused renewal is exit 4 with advice, and starts no login', async () => {
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
    [403, 9, 'is not allowed', 'od-link login --scope Files.ReadWrite.All'],
    [423, 9, 'the folder is locked', 'Try again later'],
    [507, 9, 'no space left', 'Free some space'],
    [400, 2, 'does not accept this name or path', 'Choose another name'],
    [501, 6, 'HTTP 501', ''],
    [405, 1, 'HTTP 405', ''],
  ])('HTTP %i is exit %i, tried once', async (status, exitCode, message, hint) => {
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

  it('a drive that is full says so', async () => {
    await at.sandbox.control('POST', 'settings', { quotaFull: true })
    const { code, stderr } = await at.world.run(['mkdir', '--json', '-p', '/full/x'])
    await at.sandbox.control('POST', 'settings', { quotaFull: false })
    expect(code).toBe(9)
    expect(jsonError(stderr)).toMatchObject({ kind: 'not-allowed', code: 'insufficientStorage' })
  })

  it.each([
    [400, 'Tenant does not have a SPO license.', '--tenant consumers'],
    [404, "User's mysite not found.", 'https://onedrive.com'],
  ])('a person without a OneDrive is told so: %i', async (status, message, hint) => {
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
    expect(code).toBe(9)
    expect(stderr).toContain('Database Is Read Only')
    expect(stderr).toContain('code: serviceReadOnly')
  })
})
