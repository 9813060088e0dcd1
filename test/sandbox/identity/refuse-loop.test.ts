import { describe, expect, it } from 'vitest'
import {
  aadstsNumber,
  authorize,
  control,
  redirected,
  refresh,
  sandbox,
  signIn,
  startDeviceFlow,
  token,
} from '../../helpers/sandbox/client.ts'

describe('a client in a request loop', () => {
  it('is stopped at the sixteenth equal request within five minutes, if loop detection is on', async () => {
    const to = await sandbox({ loopDetection: true })
    const { refresh_token } = await signIn(to)
    for (let times = 0; times < 15; times++) expect((await refresh(to, refresh_token)).status).toBe(200)
    const stopped = await refresh(to, refresh_token)
    expect([stopped.json.error, aadstsNumber(stopped)]).toEqual(['invalid_grant', 50196])
    expect((await refresh(to, refresh_token, { scope: 'User.Read' })).status).toBe(200)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 301 })
    expect((await refresh(to, refresh_token)).status).toBe(200)
    for (let times = 0; times < 15; times++) expect(redirected(await authorize(to)).has('code')).toBe(true)
    expect(aadstsNumber(await authorize(to))).toBe(50196)
  })

  it('may poll at any rate by default', async () => {
    const to = await sandbox()
    const { json } = await startDeviceFlow(to, to.clientId)
    const poll = async () =>
      (await token(to, { grant_type: 'device_code', device_code: json.device_code })).json.error
    for (let times = 0; times < 17; times++) expect(await poll()).toBe('authorization_pending')
    await control(to, 'POST', 'settings', { loopDetection: true, slowDown: true })
    for (let times = 0; times < 15; times++) expect(await poll()).toBe('slow_down')
    expect(await poll()).toBe('invalid_grant')
  })
})
