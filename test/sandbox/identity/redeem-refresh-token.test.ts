import { describe, expect, it } from 'vitest'
import { aadstsNumber, control, refresh, sandbox, signIn } from '../../helpers/sandbox/client.ts'

describe('a refresh token', () => {
  it('is valid for the configured time after each use', async () => {
    const to = await sandbox({ refreshIdleSeconds: 3600 })
    const first = await signIn(to)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 3000 })
    const second = (await refresh(to, first.refresh_token)).json
    await control(to, 'POST', 'settings', { clockSkewSeconds: 5000 })
    const over = await refresh(to, first.refresh_token)
    expect([aadstsNumber(over), over.json.suberror]).toEqual([700082, 'bad_token'])
    expect(over.json.error_description).toContain('was inactive for 01:00:00.')
    expect((await refresh(to, second.refresh_token)).status).toBe(200)
  })
})
