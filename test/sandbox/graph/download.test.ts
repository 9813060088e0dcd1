import { describe, expect, it } from 'vitest'
import { ada, call, control, download, drive, grace } from '../../helpers/sandbox/client.ts'

describe('downloading', () => {
  it('leads to a place that needs no token, on work and personal drives', async () => {
    for (const username of [ada, grace]) {
      const { to, put, get } = await drive(username)
      await put('/me/drive/root:/ü.txt:/content', 'hello')
      const redirect = await get('/me/drive/root:/ü.txt:/content')
      expect(redirect.status).toBe(302)
      const location = redirect.headers.get('location') ?? ''
      expect(location.startsWith(`${to.origin}/`)).toBe(true)
      const answer = await download(location)
      expect([answer.status, answer.bytes.toString()]).toEqual([200, 'hello'])
      expect(answer.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''%C3%BC.txt")
      const item = (await get('/me/drive/root:/ü.txt')).json
      expect((await download(item['@microsoft.graph.downloadUrl'])).bytes.toString()).toBe('hello')
      const [listed] = (await get('/me/drive/root/children')).json.value
      expect(listed['@microsoft.graph.downloadUrl']).toEqual(expect.stringMatching(/^http:/))
    }
  })

  it('gives the range that is asked for', async () => {
    const { put, get } = await drive()
    await put('/me/drive/root:/f:/content', '0123456789')
    const url = (await get('/me/drive/root:/f')).json['@microsoft.graph.downloadUrl']
    const ranges = { 'bytes=2-4': '234', 'bytes=7-': '789', 'bytes=-2': '89', 'bytes=5-99': '56789' }
    for (const [range, text] of Object.entries(ranges)) {
      const answer = await download(url, { range })
      expect([answer.status, answer.bytes.toString()], range).toEqual([206, text])
    }
    expect((await download(url, { range: 'bytes=2-4' })).headers.get('content-range')).toBe('bytes 2-4/10')
    const outside = await download(url, { range: 'bytes=10-' })
    expect([outside.status, outside.headers.get('content-range')]).toEqual([416, 'bytes */10'])
  })

  it('gives a range of the version that is meant, else the whole', async () => {
    for (const username of [ada, grace]) {
      const { put, get } = await drive(username)
      await put('/me/drive/root:/f:/content', 'first')
      const url = (await get('/me/drive/root:/f')).json['@microsoft.graph.downloadUrl']
      const etag = (await download(url)).headers.get('etag') ?? ''
      expect(etag).toMatch(/^".+"$/)
      const rest = { range: 'bytes=2-', 'if-range': etag }
      expect((await download(url, rest)).bytes.toString()).toBe('rst')
      await put('/me/drive/root:/f:/content', 'second')
      const whole = await download(url, rest)
      expect([whole.status, whole.bytes.toString()]).toEqual([200, 'second'])
    }
  })

  it('is not for those who make the URL up, nor after its time, nor of a folder or a deleted file', async () => {
    const { to, put, get, make, remove } = await drive()
    const one = (await put('/me/drive/root:/one:/content', '1')).json
    const two = (await put('/me/drive/root:/two:/content', '2')).json
    const url = new URL(one['@microsoft.graph.downloadUrl'])
    expect((await call(`${to.origin}/download/${one.id}`)).status).toBe(401)
    expect((await call(url.href.replace(one.id, two.id))).status).toBe(401)
    expect((await call(url.href.replace('/download/', '/upload/'))).status).toBe(401)
    expect((await call(`${url.href}x`)).status).toBe(401)
    expect((await call(url.href, { method: 'POST' })).status).toBe(405)
    await make('/me/drive/root/children', 'folder')
    expect((await get('/me/drive/root:/folder:/content')).status).toBe(400)
    expect((await get('/me/drive/root:/nothing:/content')).status).toBe(404)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 3599 })
    expect((await call(url.href)).status).toBe(200)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 7201 })
    const late = await call(url.href)
    expect([late.status, late.json.error.code]).toEqual([401, 'unauthenticated'])
    await control(to, 'POST', 'settings', { clockSkewSeconds: 0 })
    await remove('/me/drive/root:/one')
    expect((await call(url.href)).status).toBe(404)
  })

  it('is subject to the weather, and logged without what opens it', async () => {
    const { to, put } = await drive()
    const { '@microsoft.graph.downloadUrl': url } = (await put('/me/drive/root:/f:/content', 'x')).json
    await control(to, 'POST', 'weather', { match: 'GET /download/', effect: { status: 503 } })
    expect((await call(url)).status).toBe(503)
    expect((await call(url)).status).toBe(200)
    const log = await control(to, 'GET', 'log')
    expect(log.json.at(-1)).toMatchObject({ kind: 'content', status: 200 })
    expect(log.text).not.toContain(new URL(url).searchParams.get('tempauth'))
    expect((await control(to, 'GET', 'score')).json.total).toBe(0)
  })
})
