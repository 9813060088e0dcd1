import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { useLinked } from '../helpers/program/linked.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { kept } from '../helpers/program/world-files.ts'

const hour = 3600

describe("a clock that is not Microsoft's", () => {
  let sandbox: SandboxProcess
  let world: World

  beforeAll(async () => {
    sandbox = await startSandbox()
    world = newWorld(sandbox)
  })
  afterEach(() => sandbox.control('POST', 'settings', { clockSkewSeconds: 0 }))
  afterAll(async () => {
    world?.remove()
    await sandbox?.stop()
  })
  /** @param seconds how far Microsoft's clock is ahead of this machine's. */
  const skewed = (seconds: number) => sandbox.control('POST', 'settings', { clockSkewSeconds: seconds })

  it.each([
    ['behind', 3 * hour + 12 * 60, '3 hours 12 minutes behind'],
    ['ahead', -2 * hour, '2 hours ahead of'],
    ['days ahead', -50 * hour, '2 days 2 hours ahead of'],
  ])('when this one is %s, a sign-in says so, by how much, and how to set it', async (_, seconds, words) => {
    await skewed(seconds)
    const { code, stdout, stderr } = await world.run(['login'])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toContain(
      `This machine's clock is ${words} Microsoft's, so the sign-in cannot be checked.`,
    )
    expect(stderr).toContain('timedatectl set-ntp true')
    expect(stderr).toContain('Then: run the same command again.')
    const early = stderr.indexOf(
      `Note: This machine's clock is ${words} Microsoft's, so the sign-in may fail.`,
    )
    expect(early).toBe(0)
    expect((await world.run(['status', '--json'])).stdout).toBe('[]\n')
    expect(kept(world)).toEqual({})
  })

  it.each([-280, 280])('a sign-in is not troubled by %d s', async (seconds) => {
    await skewed(seconds)
    const other = newWorld(sandbox)
    const { code, stderr } = await other.run(['login'])
    other.remove()
    expect(code, stderr).toBe(0)
  })
})

describe('a link on a machine whose clock went wrong', () => {
  const at = useLinked()
  /** Graph refuses two tokens in a row, with those words. */
  const refusing = (message: string) =>
    at.weather(
      'POST /v1.0/me/drive',
      { status: 401, body: { error: { code: 'InvalidAuthenticationToken', message } } },
      9,
    )

  it('works: what ended is renewed, whatever the clock shows', async () => {
    await at.sandbox.control('POST', 'settings', { clockSkewSeconds: 5 * hour })
    const { code, stdout } = await at.world.run(['mkdir', '/', 'later'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/later\n' })
  })

  it('says so when Graph refuses the times of even a new token', async () => {
    await at.sandbox.control('POST', 'settings', { clockSkewSeconds: 5 * hour })
    await refusing('Lifetime validation failed, the token is expired.')
    const before = Object.keys(kept(at.world))
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--max-wait', '0', '/', 'refused'])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).toContain('does not accept a token issued just now: Lifetime validation failed')
    expect(stderr).toContain("This machine's clock is 5 hours behind Microsoft's.")
    expect(Object.keys(kept(at.world))).toEqual(before)
  })

  it('and does not blame a clock that is right', async () => {
    await at.sandbox.control('POST', 'settings', { clockSkewSeconds: 0 })
    await refusing('Lifetime validation failed, the token is expired.')
    const { code, stderr } = await at.world.run(['mkdir', '--max-wait', '0', '/', 'refused'])
    expect(code).toBe(6)
    expect(stderr).not.toContain('clock')
    expect(stderr).toContain('od-link login')
  })
})
