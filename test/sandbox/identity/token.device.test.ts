import { describe, expect, it } from 'vitest'
import { ada, call, control, form, grace, sandbox, token } from '../../helpers/sandbox/client.ts'

describe('the device flow', () => {
  async function start(to: Awaited<ReturnType<typeof sandbox>>, tenant = 'common') {
    const answer = await call(`${to.origin}/${tenant}/oauth2/v2.0/devicecode`, {
      method: 'POST',
      body: form({ client_id: to.clientId, scope: 'openid offline_access Files.ReadWrite' }),
    })
    const poll = () =>
      token(
        to,
        { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: answer.json.device_code },
        tenant,
      )
    return { answer, poll }
  }

  it('waits for the person, then gives tokens once', async () => {
    const to = await sandbox()
    const { answer, poll } = await start(to)
    expect(answer.json).toMatchObject({
      expires_in: 900,
      interval: 5,
      user_code: expect.stringMatching(/^\w{9}$/),
    })
    expect((await poll()).json.error).toBe('authorization_pending')
    await control(to, 'POST', 'device', { user_code: answer.json.user_code, username: grace })
    expect((await poll()).json.access_token).toMatch(/^Ew/)
    expect((await poll()).json.error).toBe('bad_verification_code')
  })

  it('distinguishes declined, pending and expired', async () => {
    const to = await sandbox()
    const refused = await start(to, 'consumers')
    expect(refused.answer.json.user_code).toMatch(/^\w{8}$/)
    await control(to, 'POST', 'device', { user_code: refused.answer.json.user_code, decision: 'decline' })
    expect((await refused.poll()).json.error).toBe('authorization_declined')
    const late = await start(to)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 901 })
    expect((await late.poll()).json).toMatchObject({ error: 'expired_token', error_codes: [70020] })
  })

  it('lets a person enter the code on its page', async () => {
    const to = await sandbox()
    const { answer, poll } = await start(to)
    const page = answer.json.verification_uri
    expect((await call(page)).text).toContain('name="otc"')
    const typed = answer.json.user_code.toLowerCase()
    const headers = { origin: 'http://elsewhere.example' }
    const body = () => form({ otc: typed, account: ada, action: 'continue' })
    expect((await call(page, { method: 'POST', body: body(), headers })).status).toBe(405)
    expect((await call(page, { method: 'POST', body: form({ otc: 'WRONG', account: ada }) })).text).toContain(
      'role="alert"',
    )
    expect((await call(page, { method: 'POST', body: body() })).text).toContain('You have signed in')
    expect((await poll()).status).toBe(200)
  })

  it('is only for public clients', async () => {
    const to = await sandbox()
    const body = form({ client_id: to.webClientId, scope: 'openid' })
    const answer = await call(`${to.origin}/common/oauth2/v2.0/devicecode`, { method: 'POST', body })
    expect([answer.status, answer.json.error_codes]).toEqual([401, [70002]])
  })
})
