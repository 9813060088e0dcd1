import { describe, expect, it } from 'vitest'
import { ada, drive, grace } from '../../helpers/sandbox/client.ts'

describe('sharing', () => {
  it.each([
    [ada, 'organization', 'anonymous', 'embed'],
    [grace, 'anonymous', 'users', 'organization'],
  ])('makes a link once, as %s may', async (username, usual, other, refused) => {
    const { put, post } = await drive(username)
    await put('/me/drive/root:/f:/content', 'x')
    const link = (body: object) => post('/me/drive/root:/f:/createLink', body)
    const made = await link({ type: 'view' })
    expect([made.status, made.json.roles, made.json.link.scope]).toEqual([201, ['read'], usual])
    const again = await link({ type: 'view', scope: usual })
    expect([again.status, again.json]).toEqual([200, made.json])
    const edit = await link({ type: 'edit', scope: other })
    expect([edit.status, edit.json.roles]).toEqual([201, ['write']])
    const bad = refused === 'embed' ? { type: 'embed' } : { type: 'view', scope: refused }
    expect((await link(bad)).status).toBe(400)
    expect((await link({ type: 'other' })).status).toBe(400)
    expect((await post('/me/drive/root:/g:/createLink', { type: 'view' })).status).toBe(404)
  })
})
