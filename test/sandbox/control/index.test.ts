import { describe, expect, it } from 'vitest'
import { ada, call, control, grace, sandbox } from '../../helpers/sandbox/client.ts'

describe('the control API', () => {
  it('requires its token', async () => {
    const to = await sandbox()
    expect((await call(`${to.origin}/control/log`)).status).toBe(401)
    const headers = { authorization: `Bearer ${to.controlToken}x` }
    expect((await call(`${to.origin}/control/log`, { headers })).status).toBe(401)
    expect((await control(to, 'GET', 'log')).status).toBe(200)
  })

  it('lists its controls', async () => {
    const to = await sandbox()
    expect((await control(to, 'GET', 'moon')).json.error).toContain('weather, refusals, expire, revoke')
    expect((await control(to, 'PUT', 'weather')).json.error).toContain('POST, DELETE')
    const cases = [
      ['revoke', { username: 'nobody@nowhere.example' }, "There is no user 'nobody@nowhere.example'."],
      ['settings', { latencyMs: -1 }, 'latencyMs must be a number of at least 0.'],
      ['settings', { moods: { [ada]: { existing: 201 } } }, `moods["${ada}"].existing must be 409 or 200.`],
      ['next-sign-in', { page: 'oops' }, 'page must be a code such as AADSTS50105.'],
      ['device', {}, 'user_code is missing.'],
    ] as const
    for (const [name, body, message] of cases)
      expect((await control(to, 'POST', name, body)).json.error).toBe(message)
  })

  it('returns the current settings', async () => {
    const to = await sandbox({ latencyMs: 1 })
    const { json } = await control(to, 'POST', 'settings', { moods: { [grace]: { existing: 200 } } })
    expect(json).toMatchObject({
      latencyMs: 1,
      quotaFull: false,
      moods: { [grace]: { existing: 200, missingParents: 404 } },
    })
  })
})
