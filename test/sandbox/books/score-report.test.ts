import { describe, expect, it } from 'vitest'
import { ada, call, drive } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

describe('the score report', () => {
  it('says what was wrong, how often, and where first', async () => {
    const { to, make, accessToken } = await drive(ada)
    expect(to.scoreReport()).toBe('2 requests; no bad practices seen.')
    await make(children, 'a', null)
    for (const path of ['me', 'me/drive']) {
      await call(`${to.origin}/v1.0/${path}`, { headers: { authorization: `Bearer ${accessToken}` } })
    }
    expect(to.scoreReport()).toBe(
      [
        '5 requests; 3 bad practices seen:',
        '  2 × sent no client-request-id (first: GET /v1.0/me)',
        '  1 × sent no conflictBehavior (first: POST /v1.0/me/drive/root/children)',
      ].join('\n'),
    )
  })
})
