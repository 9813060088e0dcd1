import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readLink, writeLink } from '../../../src/accounts/index.ts'
import { addLink } from '../../../src/accounts/links.ts'
import { openTokens } from '../../../src/graph/bulk/tokens.ts'
import { type Answer, startServer, type TestServer } from '../../helpers/network/server.ts'
import { recordOf, useOwnSettings } from '../../helpers/program/own-settings.ts'

useOwnSettings()
let server: TestServer
let answers: (Answer | Promise<Answer>)[] = []
let unhandled: unknown[] = []
const note = (error: unknown) => unhandled.push(error)
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  answers = []
  unhandled = []
  process.on('unhandledRejection', note)
  server = await startServer(() => answers[Math.min(server.seen.length, answers.length) - 1] ?? trouble)
})
afterEach(async () => {
  await server.stop()
  process.off('unhandledRejection', note)
  vi.useRealTimers()
})

const token = (name: string): Answer => ({
  status: 200,
  body: { token_type: 'Bearer', access_token: name, expires_in: 3600, refresh_token: `refresh-${name}` },
})
const trouble: Answer = { status: 503 }
const refused: Answer = {
  status: 400,
  body: { error: 'invalid_grant', error_description: 'AADSTS50173: Revoked.' },
}
const [hour, fiveMinutes] = [3_600_000, 300_000]
const later = (ms: number) => vi.setSystemTime(Date.now() + ms)
const renewals = () => server.seen.length
/** Time for what would go on in the background, such as reading the link. */
const aMoment = () => sleep(40)
/** Waits with the real clock. */
async function eventually(isSo: () => boolean | Promise<boolean>) {
  for (let time = 0; time < 400 && !(await isSo()); time += 1) await sleep(5)
  expect(await isSo()).toBe(true)
}

/** The tokens of a run whose token was valid for an hour, of which this much is left. */
async function tokensWith(left: number, maxWaitMs = 10) {
  const expiresAt = Date.now() + left
  const tokenEndpoint = `${server.origin}/common/oauth2/v2.0/token`
  const record = recordOf({ tokenEndpoint, expiresAt, lastRenewedAt: expiresAt - hour })
  const account = await addLink(record, undefined)
  const tokens = openTokens(account, maxWaitMs)
  const current = async () => (await tokens.current()).accessToken
  return { account, tokens, current, first: await tokens.current() }
}

describe('the token of a long run', () => {
  it('is read once, while it has more than five minutes of its hour', async () => {
    const { account, current } = await tokensWith(hour)
    expect(await current()).toBe('a-token')
    // What another process has renewed meanwhile is not needed yet.
    await writeLink(account, { ...(await readLink(account)), accessToken: 'of another' })
    later(hour - fiveMinutes - 1_000)
    expect(await current()).toBe('a-token')
    await aMoment()
    expect(await current()).toBe('a-token')
    expect(renewals()).toBe(0)
  })

  it('is renewed in its last five minutes, while the old one is used', async () => {
    answers = [token('newer')]
    const { current, tokens } = await tokensWith(fiveMinutes + 1_000)
    expect(await current()).toBe('a-token')
    expect(renewals()).toBe(0)
    later(2_000)
    expect(await current()).toBe('a-token')
    await eventually(async () => (await current()) === 'newer')
    expect(renewals()).toBe(1)
    expect(tokens.isSecond(await tokens.current())).toBe(false)
  })

  it('is requested every half minute while the sign-in service is unavailable, not with every batch', async () => {
    const { current } = await tokensWith(fiveMinutes + 1_000)
    later(2_000)
    for (const [ms, so] of [
      [0, 1],
      [0, 1],
      [29_999, 1],
      [2, 2],
      [29_000, 2],
    ] as const) {
      later(ms)
      expect(await current()).toBe('a-token')
      await eventually(() => renewals() === so)
      await aMoment()
      expect(renewals()).toBe(so)
    }
  })

  it('that Microsoft refuses to renew is used until it expires, and then the refusal is reported', async () => {
    answers = [refused]
    const { current, first } = await tokensWith(fiveMinutes + 1_000)
    later(2_000)
    expect(await current()).toBe('a-token')
    await eventually(() => renewals() === 1)
    await aMoment()
    expect(await current()).toBe('a-token')
    vi.setSystemTime(first.expiresAt)
    await expect(current()).rejects.toMatchObject({ kind: 'sign-in', code: 'AADSTS50173' })
    expect(unhandled).toEqual([])
  })

  it('is waited for when the old one has expired, once for all batches', async () => {
    answers = [token('newer')]
    const { current, first } = await tokensWith(hour)
    vi.setSystemTime(first.expiresAt)
    expect(await Promise.all([current(), current(), current()])).toEqual(['newer', 'newer', 'newer'])
    expect(renewals()).toBe(1)
  })

  it('is not waited for beyond the limit', async () => {
    const { current } = await tokensWith(hour)
    later(hour + 1)
    await expect(current()).rejects.toMatchObject({ kind: 'service' })
    expect(renewals()).toBe(1)
    // Another batch asks again.
    answers = [trouble, token('newer')]
    expect(await current()).toBe('newer')
  })
})

describe('a token that Graph refuses', () => {
  it('is renewed once for all that were refused with it, with the requested claims', async () => {
    let answer: (answer: Answer) => void = () => {}
    answers = [
      new Promise<Answer>((resolve) => {
        answer = resolve
      }),
    ]
    const { tokens, current, first } = await tokensWith(hour)
    const renewed = [tokens.renew(first, '{"a":1}'), tokens.renew(first, undefined)]
    await eventually(() => renewals() === 1)
    // The refused one is not sent meanwhile.
    const meanwhile = current()
    answer(token('newer'))
    expect(await meanwhile).toBe('newer')
    await Promise.all(renewed)
    // One that comes late.
    await tokens.renew(first, undefined)
    expect(await current()).toBe('newer')
    expect(renewals()).toBe(1)
    const asked = new URLSearchParams(server.seen[0]?.body)
    expect([asked.get('claims'), asked.get('refresh_token')]).toEqual(['{"a":1}', 'a-refresh-token'])
  })

  it('after it was renewed does not wait for the renewal of the next one', async () => {
    let answer: (answer: Answer) => void = () => {}
    answers = [
      token('newer'),
      new Promise<Answer>((resolve) => {
        answer = resolve
      }),
    ]
    const { tokens, current, first } = await tokensWith(hour)
    await tokens.renew(first, undefined)
    later(hour - fiveMinutes + 1_000)
    expect(await current()).toBe('newer')
    await eventually(() => renewals() === 2)
    const late = tokens.renew(first, undefined).then(() => 'at once')
    expect(await Promise.race([late, aMoment()])).toBe('at once')
    answer(token('newest'))
    await eventually(async () => (await current()) === 'newest')
  })

  it('is a second refusal, unless the renewed one was accepted before', async () => {
    answers = [token('newer'), token('newest')]
    const { tokens, current, first } = await tokensWith(hour)
    expect(tokens.isSecond(first)).toBe(false)
    await tokens.renew(first, undefined)
    const second = await tokens.current()
    expect([tokens.isSecond(first), tokens.isSecond(second)]).toEqual([false, true])
    // The answer to something that was sent with the old one.
    tokens.accepted(first)
    expect(tokens.isSecond(second)).toBe(true)
    tokens.accepted(second)
    expect(tokens.isSecond(second)).toBe(false)
    await tokens.renew(second, undefined)
    expect(await current()).toBe('newest')
    expect(tokens.isSecond(second)).toBe(false)
    expect(renewals()).toBe(2)
  })

  it('while it is being renewed anyway is not renewed twice', async () => {
    let answer: (answer: Answer) => void = () => {}
    answers = [
      new Promise<Answer>((resolve) => {
        answer = resolve
      }),
    ]
    const { tokens, current, first } = await tokensWith(fiveMinutes + 1_000)
    later(2_000)
    await current()
    await eventually(() => renewals() === 1)
    const renewed = tokens.renew(first, undefined)
    answer(token('newer'))
    await renewed
    expect(await current()).toBe('newer')
    expect(renewals()).toBe(1)
    expect(tokens.isSecond(await tokens.current())).toBe(false)
  })

  it('whose renewal in the background fails is renewed for the refusal', async () => {
    answers = [trouble, token('newer')]
    const { tokens, current, first } = await tokensWith(fiveMinutes + 1_000)
    later(2_000)
    await current()
    await tokens.renew(first, undefined)
    expect(await current()).toBe('newer')
    expect(tokens.isSecond(await tokens.current())).toBe(true)
    expect(renewals()).toBe(2)
  })

  it('and cannot be renewed ends the run with the words of the sign-in service', async () => {
    answers = [refused]
    const { tokens, first } = await tokensWith(hour)
    await expect(tokens.renew(first, undefined)).rejects.toMatchObject({
      kind: 'sign-in',
      code: 'AADSTS50173',
    })
    expect(unhandled).toEqual([])
  })
})
