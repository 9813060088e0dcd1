import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { jsonError, type Seen, useLinked } from '../helpers/program/linked.ts'

/** Milliseconds between the first two creations that the sandbox saw below a parent. */
function waitBetween(requests: Seen[], parent: string): number {
  const [first, second] = requests
    .filter(({ method, path }) => method === 'POST' && path.includes(`/${parent}:`))
    .map(({ time }) => Date.parse(time))
  return (second ?? Number.NaN) - (first ?? Number.NaN)
}

describe('a throttled request', () => {
  const at = useLinked()
  beforeAll(async () => {
    await at.world.run(['mkdir', '/', 'integer', 'decimal', 'date', 'past', 'absent', 'nonsense', 'busy'])
  })
  afterAll(async () => {
    const { counts } = await at.sandbox.control('GET', 'score')
    expect(counts.askedBeforeRetryAfter).toBe(0)
  })

  it.concurrent.each([
    ['integer', () => '1', 1_000, 4_000],
    ['decimal', () => '0.249', 249, 3_000],
    ['date', () => new Date(Date.now() + 3_000).toUTCString(), 0, 6_000],
    ['past', () => new Date(Date.now() - 60_000).toUTCString(), 0, 3_000],
    // Without a number the first wait is one second, more or less.
    ['absent', () => undefined, 750, 4_500],
    ['nonsense', () => 'soon', 750, 4_500],
  ])('waits as long as Retry-After asks: %s', async (parent, retryAfter, least, most) => {
    const value = retryAfter()
    await at.weather(`POST /v1.0/me/drive/root:/${parent}:/children`, {
      status: 429,
      ...(value === undefined ? {} : { headers: { 'retry-after': value } }),
    })
    const { code, stdout, stderr } = await at.world.run(['mkdir', `/${parent}`, 'x'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `/${parent}/x\n` })
    expect(stderr).toMatch(
      /^Microsoft is throttling this app: too many requests in a short time \(HTTP 429\)\. Retrying in [\d.]+ s…\n$/,
    )
    const waited = waitBetween(await at.requests('graph'), parent)
    expect(waited).toBeGreaterThan(least - 50)
    expect(waited).toBeLessThan(most)
  })

  it('waits as often as Microsoft asks, and reports it each time', async () => {
    await at.weather('POST', { status: 429, headers: { 'retry-after': '0.05' } }, 7)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/busy', 'x'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/busy/x\n' })
    expect(stderr.match(/Retrying/g)).toHaveLength(7)
  })

  it('looks for nothing before it is sent again: nothing was done', async () => {
    await at.forgetRequests()
    await at.weather('POST', { status: 429, headers: { 'retry-after': '0.05' } })
    await at.world.run(['mkdir', '/busy', 'y'])
    expect((await at.requests()).map(({ method }) => method)).toEqual(['POST', 'POST'])
  })

  it('reports no wait with --json', async () => {
    await at.weather('POST', { status: 429, headers: { 'retry-after': '0.05' } })
    const { code, stderr } = await at.world.run(['mkdir', '--json', '/busy', 'z'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('the limit on all waiting, --max-wait', () => {
  const at = useLinked()
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })

  it('a longer Retry-After is exit 6 at once, with the time and the --max-wait that would do', async () => {
    await at.weather('POST', { status: 429, headers: { 'retry-after': '3515' } }, 9)
    const { code, stdout, stderr, milliseconds } = await at.world.run(['mkdir', '/', 'long'])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).toContain('Microsoft is throttling this app')
    expect(stderr).toContain('Microsoft asks to wait 58 minutes 35 seconds. Try again after that.')
    expect(stderr).toContain('od-link mkdir --max-wait 3575 / long')
    expect(stderr).not.toContain('Retrying in')
    expect(milliseconds).toBeLessThan(10_000)
    expect(await at.requests()).toHaveLength(1)
    expect(await at.drive()).not.toContain('/long')
  })

  it('applies to many short waits together', async () => {
    await at.weather('POST', { status: 429, headers: { 'retry-after': '0.4' } }, 9)
    const { code, milliseconds } = await at.world.run(['mkdir', '--max-wait', '1', '/', 'short'])
    expect(code).toBe(6)
    expect(milliseconds).toBeLessThan(5_000)
    expect((await at.requests()).length).toBeLessThanOrEqual(3)
  })

  it('applies to many names together', async () => {
    await at.weather('POST', { status: 429, headers: { 'retry-after': '0.4' } }, 9)
    const { code, stdout, milliseconds } = await at.world.run(['mkdir', '--max-wait=1', '/', 'p', 'q', 'r'])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(milliseconds).toBeLessThan(5_000)
  })

  it('of 0 never waits', async () => {
    await at.weather('POST', { status: 429, headers: { 'retry-after': '0.4' } })
    const { code, stderr } = await at.world.run(['mkdir', '--json', '--max-wait', '0', '/', 'never'])
    expect(code).toBe(6)
    expect(jsonError(stderr)).toMatchObject({
      kind: 'service',
      exitCode: 6,
      code: 'activityLimitReached',
      requestId: expect.any(String),
    })
    expect(await at.requests()).toHaveLength(1)
  })

  it('ends the waiting for a tenant that is throttled without end and without a Retry-After', async () => {
    const error = { code: 'BadRequest', message: "Unable to retrieve user's mysite URL." }
    await at.weather('GET', { status: 429, body: { error } }, 99)
    await at.weather('POST', { status: 429, body: { error } }, 99)
    const { code, milliseconds } = await at.world.run(['mkdir', '--max-wait', '2', '/', 'blocked'])
    expect(code).toBe(6)
    expect(milliseconds).toBeLessThan(8_000)
  })

  it('applies to the renewal of the token as well', async () => {
    await at.sandbox.control('POST', 'expire')
    await at.weather('POST /common/oauth2', { status: 429, headers: { 'retry-after': '40' } }, 9)
    const { code, milliseconds } = await at.world.run(['mkdir', '--max-wait', '1', '/', 'renewal'], {
      timeoutMs: 5_000,
    })
    expect(code).toBe(6)
    expect(milliseconds).toBeLessThan(5_000)
  })

  it.each(['soon', '-1', '1e3', ''])('takes seconds, and not %j', async (value) => {
    const { code, stderr } = await at.world.run(['mkdir', `--max-wait=${value}`, '/', 'x'])
    expect(code).toBe(2)
    expect(stderr).toContain('--max-wait')
    expect(await at.requests()).toEqual([])
  })
})
