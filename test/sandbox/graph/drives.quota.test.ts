import { describe, expect, it } from 'vitest'
import { drive } from '../../helpers/sandbox/client.ts'

const children = '/me/drive/root/children'

describe('the quota', () => {
  it('has a state that goes from normal to exceeded, and is enforced', async () => {
    const users = [{ username: 'eve@outlook.example', name: 'Eve', kind: 'personal' as const, quota: 1000 }]
    const { put, get, make } = await drive('eve@outlook.example', { users })
    const state = async () => (await get('/me/drive')).json.quota.state
    const fill = async (bytes: number) => [
      (await put('/me/drive/root:/f:/content', 'x'.repeat(bytes))).status,
      await state(),
    ]
    expect(await state()).toBe('normal')
    expect(await fill(901)).toEqual([201, 'nearing'])
    expect(await fill(1001)).toEqual([507, 'nearing'])
    expect(await fill(995)).toEqual([200, 'critical'])
    expect(await fill(1000)).toEqual([200, 'exceeded'])
    expect((await make(children, 'a')).json.error.code).toBe('quotaLimitReached')
    expect((await get('/me/drive')).json.quota).toMatchObject({ total: 1000, used: 1000, remaining: 0 })
  })
})
