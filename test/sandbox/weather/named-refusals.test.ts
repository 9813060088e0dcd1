import { describe, expect, it } from 'vitest'
import { control, drive, refresh, sandbox, signIn } from '../../helpers/sandbox/client.ts'

describe('a refusal by its name', () => {
  it('is one of Graph, with its code, to the requests that it fits', async () => {
    const { to, get, make } = await drive()
    const names = (await control(to, 'GET', 'refusals')).json
    expect(names).toEqual(expect.arrayContaining(['serviceReadOnly', 'AADSTS50076']))
    await control(to, 'POST', 'weather', { effect: { refusal: 'childItemCountExceeded' } })
    expect((await get('/me/drive/root')).status).toBe(200)
    const refused = await make('/me/drive/root/children', 'a')
    expect([refused.status, refused.json.error]).toEqual([
      403,
      {
        code: 'accessDenied',
        message: expect.any(String),
        innerError: expect.objectContaining({
          code: 'childItemCountExceeded',
          'request-id': refused.headers.get('request-id'),
        }),
      },
    ])
    expect((await make('/me/drive/root/children', 'a')).status).toBe(201)
  })

  it('is one of the identity platform, with its number and claims', async () => {
    const to = await sandbox()
    const { refresh_token } = await signIn(to)
    await control(to, 'POST', 'weather', { effect: { refusal: 'AADSTS50076' } })
    const refused = await refresh(to, refresh_token)
    expect([refused.status, refused.json]).toEqual([
      400,
      expect.objectContaining({
        error: 'invalid_grant',
        error_codes: [50076],
        error_description: expect.stringMatching(/^AADSTS50076: /),
        claims: expect.stringContaining('capolids'),
      }),
    ])
    expect((await refresh(to, refresh_token)).status).toBe(200)
  })

  it('goes on when it is an option, and every name can be one', async () => {
    const { to } = await drive()
    const names = (await control(to, 'GET', 'refusals')).json
    const always = await drive(undefined, { refusals: ['siteBlocked'] })
    for (let count = 0; count < 3; count++) expect((await always.get('/me/drive')).status).toBe(423)
    for (const refusal of names)
      expect((await control(to, 'POST', 'weather', { effect: { refusal } })).status, refusal).toBe(200)
    const unknown = await control(to, 'POST', 'weather', { effect: { refusal: 'x' } })
    expect([unknown.status, unknown.json.error]).toEqual([400, expect.stringContaining('serviceReadOnly')])
  })
})
