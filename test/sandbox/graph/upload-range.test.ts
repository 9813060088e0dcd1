import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ada, call, control, drive, grace, graph, type Json, signIn } from '../../helpers/sandbox/client.ts'

const unit = 320 * 1024
const whole = randomBytes(2 * unit)

async function moody(uploads?: string, username = ada) {
  const person = await drive(username)
  if (uploads) await control(person.to, 'POST', 'settings', { moods: { [username]: { uploads } } })
  const open = (path: string, item: object = {}) =>
    person.post(`/me/drive/root:/${path}:/createUploadSession`, { item })
  return { ...person, open }
}

/** Sends the first or the second half. */
function send(url: string, half: 0 | 1): Promise<Json> {
  const first = half * unit
  return call(url, {
    method: 'PUT',
    headers: { 'content-range': `bytes ${first}-${first + unit - 1}/${whole.length}` },
    body: new Uint8Array(whole.subarray(first, first + unit)),
  })
}

const errorOf = ({ status, json }: Json) => [status, json.error.code, json.error.innerError.code]

describe('an unfinished upload session', () => {
  it('holds its name on a work drive until it is cancelled or over', async () => {
    const { to, open, put, make, get } = await moody()
    const { uploadUrl } = (await open('a/f.bin')).json
    await send(uploadUrl, 0)
    await make('/me/drive/root/children', 'A')
    const refused = [
      await open('a/F.bin', { '@microsoft.graph.conflictBehavior': 'replace' }),
      await put('/me/drive/root:/A/f.bin:/content', 'x'),
      await make('/me/drive/root:/a:/children', 'f.bin'),
    ]
    for (const answer of refused) {
      expect(errorOf(answer)).toEqual([409, 'nameAlreadyExists', undefined])
      expect(answer.json.error.message).toBe(
        'A file with the same name is currently being uploaded. Change the filename and try to save again.',
      )
    }
    expect((await get('/me/drive/root:/a/f.bin')).status).toBe(404)
    expect((await open('a/g.bin')).status).toBe(200)
    expect((await call(uploadUrl)).json.nextExpectedRanges).toEqual([`${unit}-`])
    expect((await call(uploadUrl, { method: 'DELETE' })).status).toBe(204)
    expect((await open('a/f.bin')).status).toBe(200)
    const path = '/me/drive/root:/a/f.bin:/createUploadSession'
    for (const [hours, status] of [
      [23, 409],
      [25, 200],
    ] as const) {
      await control(to, 'POST', 'settings', { clockSkewSeconds: hours * 3600 })
      const { access_token } = await signIn(to)
      expect((await graph(to, access_token, 'POST', path, {})).status, String(hours)).toBe(status)
    }
  })

  it('can be finished by its URL, after which the name is free for replacing', async () => {
    const { open } = await moody()
    const { uploadUrl } = (await open('f.bin')).json
    await send(uploadUrl, 0)
    expect((await open('f.bin')).status).toBe(409)
    expect((await send(uploadUrl, 1)).status).toBe(201)
    expect((await open('f.bin')).status).toBe(200)
  })

  it('does not hold its name on a personal drive', async () => {
    const { open, put } = await moody(undefined, grace)
    const urls = [(await open('f.bin')).json.uploadUrl, (await open('f.bin')).json.uploadUrl]
    expect(new Set(urls).size).toBe(2)
    expect((await put('/me/drive/root:/f.bin:/content', 'x')).status).toBe(201)
  })
})

describe('an upload session of another mood', () => {
  it('lost: ends with its first range, once for each Office file that it is to replace', async () => {
    const { open, put } = await moody('lost')
    for (const name of ['f.xlsx', 'g.DOCX']) {
      await put(`/me/drive/root:/${name}:/content`, 'old')
      const { uploadUrl } = (await open(name)).json
      expect(errorOf(await send(uploadUrl, 0))).toEqual([404, 'itemNotFound', undefined])
      expect((await call(uploadUrl)).status).toBe(404)
      const second = (await open(name)).json.uploadUrl
      expect((await send(second, 0)).status).toBe(202)
      expect((await send(second, 1)).status).toBe(200)
    }
    expect((await send((await open('new.xlsx')).json.uploadUrl, 0)).status).toBe(202)
  })

  it('expired: answers 401 from the second range on, and frees the name', async () => {
    const { open, get } = await moody('expired')
    const { uploadUrl } = (await open('f.bin')).json
    expect((await send(uploadUrl, 0)).status).toBe(202)
    for (const answer of [await send(uploadUrl, 1), await call(uploadUrl)]) {
      expect(errorOf(answer)).toEqual([401, 'unauthenticated', 'expiredToken'])
    }
    expect((await get('/me/drive/root:/f.bin')).status).toBe(404)
    expect((await open('f.bin')).status).toBe(200)
  })

  it('forgotten: creates the file, and answers 400 to its last range', async () => {
    const { open, get } = await moody('forgotten')
    const { uploadUrl } = (await open('f.bin')).json
    await send(uploadUrl, 0)
    expect(errorOf(await send(uploadUrl, 1))).toEqual([400, 'invalidRequest', 'uploadSessionNotFound'])
    expect((await call(uploadUrl)).status).toBe(404)
    expect((await get('/me/drive/root:/f.bin')).json.size).toBe(whole.length)
  })

  it('overlapping: creates the file, answers 416, and misses nothing afterwards', async () => {
    const { open, get } = await moody('overlapping')
    const { uploadUrl } = (await open('f.bin')).json
    await send(uploadUrl, 0)
    for (let count = 0; count < 2; count++)
      expect(errorOf(await send(uploadUrl, 1))).toEqual([416, 'invalidRange', 'fragmentOverlap'])
    const asked = await call(uploadUrl)
    expect([asked.status, asked.json.nextExpectedRanges]).toEqual([200, []])
    expect((await get('/me/drive/root:/f.bin')).json.size).toBe(whole.length)
    expect((await call(uploadUrl, { method: 'DELETE' })).status).toBe(204)
    expect((await get('/me/drive/root:/f.bin')).status).toBe(200)
  })
})

describe('the weather at an upload URL', () => {
  it('answers like Graph, with the body that it is given or the usual one', async () => {
    const { to, open } = await moody()
    const { uploadUrl } = (await open('f.bin')).json
    const rule = (effect: object) => control(to, 'POST', 'weather', { match: 'PUT /upload/', effect })
    await rule({ status: 404 })
    expect((await send(uploadUrl, 0)).json.error.code).toBe('itemNotFound')
    await rule({ status: 416, body: { error: { code: 'invalidRange' } } })
    expect((await send(uploadUrl, 0)).json).toEqual({ error: { code: 'invalidRange' } })
    expect((await send(uploadUrl, 0)).status).toBe(202)
  })
})
