import { describe, expect, it } from 'vitest'
import { ada, control, drive, grace } from '../../helpers/sandbox/client.ts'

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
    for (const scope of ['', null]) expect((await link({ type: 'view', scope })).json).toEqual(made.json)
    const edit = await link({ type: 'edit', scope: other })
    expect([edit.status, edit.json.roles]).toEqual([201, ['write']])
    const bad = refused === 'embed' ? { type: 'embed' } : { type: 'view', scope: refused }
    expect((await link(bad)).status).toBe(400)
    expect((await link({ type: 'other' })).status).toBe(400)
    expect((await post('/me/drive/root:/g:/createLink', { type: 'view' })).status).toBe(404)
  })

  it('with an end or a password is another link, where the drive has such', async () => {
    const { put, post, get } = await drive(grace)
    await put('/me/drive/root:/f:/content', 'x')
    const link = (body: object) => post('/me/drive/root:/f:/createLink', { type: 'view', ...body })
    const plain = (await link({})).json
    const end = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')
    const limited = (await link({ password: 'secret', expirationDateTime: end })).json
    expect(limited).toMatchObject({ hasPassword: true, expirationDateTime: end })
    expect(limited.id).not.toBe(plain.id)
    expect((await get('/me/drive/root:/f:/permissions')).json.value).toHaveLength(3)
    for (const body of [{ expirationDateTime: '2001-01-01T00:00:00Z' }, { expirationDateTime: 'soon' }])
      expect((await link(body)).status).toBe(400)
    const work = await drive(ada)
    await work.put('/me/drive/root:/f:/content', 'x')
    const refused = await work.post('/me/drive/root:/f:/createLink', { type: 'view', password: 'x' })
    expect(refused.status).toBe(400)
    const beta = await work.post(`${work.to.origin}/beta/me/drive/root:/f:/createLink`, { type: 'review' })
    expect(beta.json.error.code).toBe('notInSandbox')
  })

  it('whose end has come opens nothing', async () => {
    const { to, put, post, get } = await drive(grace)
    await put('/me/drive/root:/f:/content', 'x')
    const end = new Date(Date.now() + 60_000).toISOString()
    const body = { type: 'view', expirationDateTime: end }
    const { id } = (await post('/me/drive/root:/f:/createLink', body)).json
    expect((await get(`/shares/${id}/driveItem`)).status).toBe(200)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 120 })
    expect((await get(`/shares/${id}/driveItem`)).status).toBe(403)
  })
})
