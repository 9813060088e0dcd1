import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasKeyring } from '../helpers/keychain/keyring.ts'
import { useLinked } from '../helpers/program/linked.ts'

describe.runIf(hasKeyring())('a process that is killed while it renews the token', () => {
  const at = useLinked({ store: 'keychain' })
  /** How long a command takes that has to renew the token, here and now. */
  let usual: number
  beforeAll(async () => {
    await at.sandbox.control('POST', 'expire')
    usual = (await at.world.run(['mkdir', '/', 'usual'])).milliseconds
  })
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
    await at.sandbox.control('POST', 'expire')
  })

  /** Starts a process and waits until it is in the middle of its renewal. */
  async function renewing() {
    await at.weather('/oauth2/', { hang: 'headers' })
    const running = at.world.start(['mkdir', '/', 'killed'])
    while (!(await at.requests('token')).length) await sleep(30)
    return running
  }

  it('does not keep the next one waiting', async () => {
    const killed = await renewing()
    killed.child.kill('SIGKILL')
    await killed.ended
    const { code, stdout, milliseconds } = await at.world.run(['mkdir', '/', 'next'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/next\n' })
    expect(milliseconds).toBeLessThan(usual + 3_000)
  })

  it('does not keep those waiting who wait already, and they renew it once', async () => {
    const killed = await renewing()
    const waiting = ['a', 'b', 'c', 'd'].map((name) => at.world.start(['mkdir', '/', name]))
    await sleep(800)
    const before = performance.now()
    killed.child.kill('SIGKILL')
    const outcomes = await Promise.all(waiting.map(({ ended }) => ended))
    expect(outcomes.map(({ code, stdout }) => [code, stdout])).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => [0, `/${name}\n`]),
    )
    expect(performance.now() - before).toBeLessThan(usual + 3_000)
    expect((await at.requests('token')).map(({ status }) => status)).toEqual(['hanging', 200])
  })

  it('that is interrupted instead ends with 130, and the next one goes on', async () => {
    const interrupted = await renewing()
    interrupted.child.kill('SIGINT')
    const { code, stdout } = await interrupted.ended
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
    const next = await at.world.run(['mkdir', '/', 'after'])
    expect(next.code).toBe(0)
    expect(next.milliseconds).toBeLessThan(usual + 3_000)
  })

  it('hanging, holds up the others no longer than their own --max-wait', async () => {
    const hanging = await renewing()
    const { code, milliseconds } = await at.world.run(['mkdir', '--max-wait', '1', '/', 'bounded'], {
      timeoutMs: 8_000,
    })
    hanging.child.kill('SIGKILL')
    await hanging.ended
    expect(milliseconds).toBeLessThan(7_000)
    expect([6, 7]).toContain(code)
  })
})
