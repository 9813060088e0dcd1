import { expect, it } from 'vitest'
import { code, control, redeem, refresh, sandbox } from '../../helpers/sandbox/client.ts'

const web = { redirect_uri: 'http://localhost:5000/post_onedrive' }

it('the client secret can be replaced; tokens stay valid, and the earlier secret is refused', async () => {
  const to = await sandbox()
  const as = (client_secret: string) => ({ client_id: to.webClientId, client_secret })
  const value = await code(to, { client_id: to.webClientId, ...web })
  const { refresh_token } = (await redeem(to, { code: value, ...web, ...as(to.webClientSecret) })).json
  const changed = await control(to, 'POST', 'settings', { clientSecret: 'another~secret' })
  expect(changed.text).not.toContain('another~secret')
  const refused = await refresh(to, refresh_token, as(to.webClientSecret))
  expect([refused.status, refused.json.error, refused.json.error_codes]).toEqual([
    ...[401, 'invalid_client', [7000215]],
  ])
  expect((await refresh(to, refresh_token, as('another~secret'))).status).toBe(200)
})

it('a redirect URI that is not registered is refused under invalid_client', async () => {
  const to = await sandbox()
  const answer = await redeem(to, { code: await code(to), redirect_uri: 'http://localhost/other' })
  expect(answer.status).toBe(401)
  expect(answer.json).toMatchObject({
    error: 'invalid_client',
    error_codes: [50011],
    error_description: expect.stringContaining("The redirect URI 'http://localhost/other' specified"),
  })
})
