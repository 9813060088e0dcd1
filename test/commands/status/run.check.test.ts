import { beforeEach, describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'
import { rowOf, statusOf } from '../../helpers/program/status.ts'
import { kept } from '../../helpers/program/world-files.ts'

const at = useLinked()
beforeEach(async () => {
  await at.calm()
  await at.forgetRequests()
})

const status = (...flags: string[]) => statusOf(at.world, ...flags)

describe('status --check', () => {
  it('renews the link although its token is fresh, and uses the new token', async () => {
    const before = kept(at.world)
    expect(await status('--check')).toMatchObject({ code: 0, works: true, problem: null })
    expect((await at.requests()).map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'token 200',
      'graph 200',
    ])
    const changed = Object.entries(kept(at.world)).filter(([path, text]) => text !== before[path])
    expect(changed.map(([path]) => path.split('/')[0])).toEqual(['links'])
  })

  it('works when no new refresh token comes back', async () => {
    await at.sandbox.control('POST', 'settings', { omitRefreshToken: true })
    const told = await status('--check')
    await at.sandbox.control('POST', 'settings', { omitRefreshToken: false })
    expect(told).toMatchObject({ code: 0, works: true })
  })

  it('renews a token that lives for a minute no more than once', async () => {
    await at.sandbox.control('POST', 'settings', { accessTtlSeconds: 60 })
    const told = await status('--check')
    await at.sandbox.control('POST', 'settings', { accessTtlSeconds: 3600 })
    expect(told).toMatchObject({ code: 0, works: true })
    expect(await at.requests('token')).toHaveLength(1)
  })

  it('ten at once all see that the link works', async () => {
    const checks = Array.from({ length: 10 }, () => status('--check'))
    for (const told of await Promise.all(checks)) expect(told).toMatchObject({ code: 0, works: true })
    expect((await at.requests('token')).length).toBeLessThanOrEqual(10)
  })

  it('tells a service in trouble from a link that has ended', async () => {
    await at.weather('/token', { status: 503, headers: { 'retry-after': '0.01' } }, 99)
    const { code, stdout, stderr } = await at.world.run(['status', '--check'])
    expect(code).toBe(6)
    expect(rowOf(stdout, 'checked')).toMatch(/^cannot be checked now: .*HTTP 503/)
    expect(rowOf(stdout, 'if unused')).toMatch(/^expires on/)
    expect(rowOf(stdout, 'ended')).toBeUndefined()
    expect(stderr).toMatch(/next: Try again/)
    const told = await status('--check')
    expect(told).toMatchObject({ works: false, problem: { kind: 'service' }, ended: null })
  })

  it('says of which kind the account is and that it has no OneDrive, though the link lives', async () => {
    const body = { error: { code: 'BadRequest', message: 'Tenant does not have a SPO license.' } }
    await at.weather('GET /v1.0/me/drive', { status: 400, body })
    const { code, stdout, stderr } = await at.world.run(['status', '--check'])
    expect(code).toBe(9)
    expect(stdout).toMatch(/^ada@contoso\.example · work account/)
    expect(rowOf(stdout, 'checked')).toMatch(/^no: This account has no OneDrive here: .*SPO license/)
    expect(rowOf(stdout, 'ended')).toBeUndefined()
    expect(stderr).toMatch(/next: For a personal account: od-link login --tenant consumers\n/)
  })
})
