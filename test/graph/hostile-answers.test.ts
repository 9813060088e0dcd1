import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { jsonError, useLinked } from '../helpers/linked.ts'
import { startServer, type TestServer } from '../helpers/server.ts'

const post = 'POST /v1.0/me/drive'
/** Clears the screen, sets a title, rings, hides text, turns its direction, and would be two lines. */
const nasty = 'a\u001b[2J\u001b]0;owned\u0007\u009b31m\b\r\u202etxt.exe\u2066\u200f\u061c\u2028z'
/** All that can move a cursor or turn the direction of text, line breaks apart. */
const harmful = /[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

describe('what a server says never reaches the terminal as a command', () => {
  const at = useLinked()
  beforeEach(() => at.calm())

  it.each([
    [400, 'invalidRequest'],
    [404, 'itemNotFound'],
    [503, 'serviceNotAvailable'],
    [418, 'teapot'],
  ])('in the message of a %i', async (status, code) => {
    const error = { code: `${code}${nasty}`, message: nasty, innerError: { code: nasty } }
    await at.weather(post, { status, body: { error } }, 99)
    const outcomes = await Promise.all(
      [[], ['--json'], ['--verbose']].map((flags) =>
        at.world.run(['mkdir', '--max-wait', '0', ...flags, '/', 'x']),
      ),
    )
    for (const outcome of outcomes) {
      expect(outcome.code).not.toBe(0)
      expect(outcome.stdout).toBe('')
      expect(outcome.stderr).not.toMatch(harmful)
    }
  })

  it('in the name of a folder, which stays one line', async () => {
    const body = { id: nasty, name: `${nasty}\n/etc`, webUrl: nasty, folder: {} }
    await at.weather(post, { status: 201, body })
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'x'])
    expect(code).toBe(0)
    expect(stdout + stderr).not.toMatch(harmful)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  })

  it('in JSON, which keeps the value as it is', async () => {
    const body = { id: nasty, name: nasty, webUrl: nasty, folder: {} }
    await at.weather(post, { status: 201, body })
    const { code, stdout } = await at.world.run(['mkdir', '--json', '/', 'x'])
    expect(code).toBe(0)
    expect(stdout).not.toMatch(harmful)
    expect(JSON.parse(stdout)[0]).toMatchObject({ name: nasty, id: nasty, webUrl: nasty })
  })

  it('in the refusal of a renewal', async () => {
    await at.weather(post, { status: 401 }, 99)
    await at.weather('/oauth2/', {
      status: 400,
      body: { error: 'invalid_grant', error_description: nasty, trace_id: nasty, timestamp: nasty },
    })
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).not.toMatch(harmful)
  })

  it('shapes that no answer should have end in a sentence, not in a fault of od-link', async () => {
    for (const body of [null, [], 1, { error: 'text' }, { error: [] }, { error: { message: {} } }]) {
      await at.calm()
      await at.weather(post, { status: 403, body })
      const { code, stdout, stderr } = await at.world.run(['mkdir', '--json', '/', 'x'])
      expect({ body, code, stdout }).toEqual({ body, code: 9, stdout: '' })
      expect(jsonError(stderr).kind).toBe('not-allowed')
    }
  })

  it('a folder without a name or an id is still told by the path that was asked for', async () => {
    await at.weather(post, { status: 201, body: { folder: {} } })
    const { code, stdout } = await at.world.run(['mkdir', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/x\n' })
  })
})

describe('a redirect', () => {
  const at = useLinked()
  let elsewhere: TestServer

  beforeAll(async () => {
    elsewhere = await startServer(() => ({ status: 201, body: { id: '1', name: 'x', folder: {} } }))
  })
  afterAll(() => elsewhere?.stop())
  beforeEach(() => at.calm())
  const redirect = (status: number) => ({ status, headers: { location: `${elsewhere.origin}/v1.0/me` } })

  it.each([302, 307])('of Graph with %i is not followed', async (status) => {
    await at.weather('/v1.0/', redirect(status), 99)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--max-wait', '0', '/', 'x'])
    expect(stdout).toBe('')
    expect([6, 7]).toContain(code)
    expect(stderr).toContain(`HTTP ${status}`)
    expect(stderr).toMatch(/redirect|elsewhere/)
    expect(elsewhere.connections()).toBe(0)
  })

  it.each([302, 307])('of the sign-in service with %i is not followed', async (status) => {
    await at.weather(post, { status: 401 })
    await at.weather('/oauth2/', redirect(status), 99)
    const { code, stdout } = await at.world.run(['mkdir', '/', 'x'])
    expect(stdout).toBe('')
    expect([6, 7]).toContain(code)
    expect(elsewhere.connections()).toBe(0)
  })

  it('in a link to the next page leads to no other host', async () => {
    const nextLink = `${elsewhere.origin}/v1.0/me/drive/root/children?$top=200`
    await at.weather(post, { status: 409 }, 1)
    await at.weather('/GET .*children/', { status: 200, body: { value: [], '@odata.nextLink': nextLink } })
    const { code, stdout } = await at.world.run(['mkdir', '/', 'paged'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/paged\n' })
    expect(elsewhere.connections()).toBe(0)
  })

  it('in Location on a new folder is not looked at', async () => {
    const body = { id: '1', name: 'located', webUrl: 'https://drive.example', folder: {} }
    await at.weather(post, { ...redirect(201), body })
    const { code, stdout } = await at.world.run(['mkdir', '/', 'located'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/located\n' })
    expect(elsewhere.connections()).toBe(0)
  })
})
