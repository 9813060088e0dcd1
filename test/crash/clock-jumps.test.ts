import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changeRecord, recordFile, useLinked } from '../helpers/program/linked.ts'
import { hasSetClock, type SetClock, setClock } from '../helpers/system/set-clock.ts'
import { sampleOf } from './sample.ts'

/** Ordered so that every second one makes a sample of both directions. */
const jumps = [['+1d'], ['-2h'], ['-1d'], ['+2h']] as const

describe.runIf(hasSetClock())("a machine's clock that jumps", () => {
  const at = useLinked()
  let clock: SetClock
  const mkdir = (name: string) => at.world.run(['mkdir', '-p', `/${name}`], { env: clock.env })
  const renewals = async () => (await at.requests('token')).map(({ status }) => status)

  beforeAll(() => {
    clock = setClock(at.world)
  })
  beforeEach(() => at.forgetRequests())
  afterEach(async () => {
    clock.set('+0')
    await at.calm()
    await at.world.run(['status', '--check'])
  })

  it.each(sampleOf(jumps, 2))(
    'by %s between commands costs one renewal at most, there and back',
    async (jump) => {
      clock.set(jump)
      for (const name of ['a', 'b', 'c']) expect((await mkdir(name)).code).toBe(0)
      expect((await renewals()).length).toBeLessThanOrEqual(1)
      clock.set('+0')
      for (const name of ['d', 'e']) expect((await mkdir(name)).code).toBe(0)
      expect((await renewals()).length).toBeLessThanOrEqual(2)
    },
  )

  it.each(sampleOf(jumps, 2, 1))('by %s while a token is renewed is no harm', async (jump) => {
    await at.sandbox.control('POST', 'expire')
    await at.weather('/oauth2/v2.0/token', { delayMs: 700 })
    const running = at.world.start(['mkdir', '-p', '/during'], { env: clock.env })
    while (!(await at.requests('token')).length) await sleep(20)
    clock.set(jump)
    expect((await running.ended).code).toBe(0)
    expect(await renewals()).toEqual([200])
    expect((await mkdir('after')).code).toBe(0)
  })

  it.each(sampleOf(jumps, 2))('by %s in a wait for Graph keeps its bound', async (jump) => {
    await at.weather('POST /v1.0/', { status: 429, headers: { 'retry-after': '2' } }, 99)
    const running = at.world.start(['mkdir', '--max-wait', '5', '/', 'bounded'], { env: clock.env })
    while (!(await at.requests('graph')).length) await sleep(20)
    clock.set(jump)
    const { code, milliseconds } = await running.ended
    expect(code).toBe(6)
    expect(milliseconds).toBeLessThan(20_000)
  })

  it('does not make od-link use an expired token for long: Graph refuses it once', async () => {
    // As written by a refresh while the clock was years ahead.
    changeRecord(at.world, { expiresAt: Date.now() + 1e11, lastRenewedAt: Date.now() + 1e11 })
    await at.sandbox.control('POST', 'expire')
    for (const name of ['f', 'g']) expect((await mkdir(name)).code).toBe(0)
    expect((await at.requests()).map(({ kind, status }) => `${kind} ${status}`)).toEqual(
      expect.arrayContaining(['graph 401', 'token 200']),
    )
    expect(await renewals()).toEqual([200])
    expect(JSON.parse(readFileSync(recordFile(at.world), 'utf8')).expiresAt).toBeLessThan(Date.now() + 1e10)
  })
})
