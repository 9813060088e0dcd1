import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { quickXorHash } from '../../../sandbox/graph/hashes.ts'
import { ada, call, control, drive, grace, type Json } from '../../helpers/sandbox/client.ts'

const conflictProperty = '@microsoft.graph.conflictBehavior'
const unit = 320 * 1024

async function download(url: string, headers: Record<string, string> = {}) {
  const answer = await fetch(url, { headers })
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) }
}

/** Sends one range of a whole to the URL of an upload session. */
function sendRange(url: string, whole: Buffer, first: number, last: number, range?: string) {
  return call(url, {
    method: 'PUT',
    headers: { 'content-range': range ?? `bytes ${first}-${last}/${whole.length}` },
    body: new Uint8Array(whole.subarray(first, last + 1)),
  })
}

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
    expect((await download(url, { range: 'bytes=10-' })).status).toBe(416)
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

describe('putting a small file', () => {
  it('replaces, fails or numbers as the URL says', async () => {
    const { put } = await drive()
    const path = (conflict: string) => `/me/drive/root:/a/f.txt:/content?${conflictProperty}=${conflict}`
    const first = await put(path('fail'), 'one')
    expect(first.status).toBe(201)
    expect((await put(path('fail'), 'two')).status).toBe(409)
    expect((await put(path('replace'), 'two')).json.id).toBe(first.json.id)
    const numbered = await put(path('rename'), 'three')
    expect([numbered.status, numbered.json.name]).toEqual([201, 'f 1.txt'])
    const encoded = path('fail').replace('@', '%40')
    expect((await put(encoded, 'x')).status).toBe(409)
    expect((await put(path('overwrite'), 'x')).status).toBe(400)
    expect((await put(`/me/drive/items/${first.json.id}/content`, 'by id')).json.size).toBe(5)
  })

  it('tells the hashes that such a drive tells', async () => {
    const hashes = async (username: string) =>
      (await (await drive(username)).put('/me/drive/root:/f:/content', 'hello world')).json.file.hashes
    expect(await hashes(ada)).toEqual({ quickXorHash: 'aCgDG9jwBhDc4Q1yawMZAAAAAAA=' })
    expect(await hashes(grace)).toEqual({
      quickXorHash: 'aCgDG9jwBhDc4Q1yawMZAAAAAAA=',
      sha1Hash: '2AAE6C35C94FCFB415DBE95F408B9CE91EE846ED',
      sha256Hash: 'B94D27B9934D3E08A52E52D7DA7DABFAC484EFE37A5380EE9088F7ACE2EFCDE9',
    })
  })

  it.each([
    ['', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='],
    ['Sg==', 'SgAAAAAAAAAAAAAAAQAAAAAAAAA='],
    ['XoJ1AsoR4fDYJrDqYs4=', 'XhBEHQSgjAiEAx7YPgEs1CEGZwA='],
    ['T6LYJIfDh81JrAK309H2JMJTXis=', 'zBTHrspn3mEcohlJdIUAbjGNaNg='],
    [
      'Mb7EGva2rEE5fENDL85P+BsapHEEjv2/siVhKjvAQe02feExVOQSkfmuYzU/kTF1MaKjPmKF/w+cbvwfdWL8aQ==',
      'n1anP5NfvD4XDYWIeRPW3ZkPv1Y=',
    ],
    [
      'PfxMcUd0vIW6VbHG/uj/Y0W6qEoKmyBD0nYebEKazKaKG+UaDqBEcmQjbfQeVnVLuodMoPp7P7TR1htX5n2VnkHh22xDyoJ8C/ZQKiSNqQfXvh83judf4RVr9exJCud8Uvgip6aVZTaPrJHVjQhMCp/dEnGvqg0oN5OVkM2qqAXvA0teKUDhgNM71sDBVBCGXxNOR2bpbD1iM4dnuT0ey4L+loXEHTL0fqMeUcEi2asgImnlNakwenDzz0x57aBwyq3AspCFGB1ncX4yYCr/OaCcS5OKi/00WH+wNQU3',
      'QX/YEpG0gDsmhEpCdWhsxDzsfVE=',
    ],
  ])('hashes as others do: %s', (content, hash) => {
    expect(quickXorHash(Buffer.from(content, 'base64'))).toBe(hash)
  })
})

describe('an upload session', () => {
  const whole = randomBytes(2 * unit + 1000)

  /** Opens one for a file that is not there, unless told otherwise. */
  async function session(
    username = ada,
    item: object | undefined = undefined,
    path = 'root:/a/b/large.bin:',
  ) {
    const person = await drive(username)
    const open = (body?: unknown, where = path) => person.post(`/me/drive/${where}/createUploadSession`, body)
    const opened = await open(item && { item })
    return { ...person, open, opened, url: opened.json?.uploadUrl as string }
  }

  it('takes the ranges of a file in order, and makes the file with the last', async () => {
    const fileSystemInfo = {
      createdDateTime: '2001-02-03T04:05:06Z',
      lastModifiedDateTime: '2010-11-12T13:14:15Z',
    }
    const { opened, url, get } = await session(ada, { fileSystemInfo, name: 'large.bin' })
    expect(opened.json).toEqual({
      '@odata.context': expect.any(String),
      expirationDateTime: expect.stringMatching(/Z$/),
      nextExpectedRanges: ['0-'],
      uploadUrl: expect.stringMatching(/^http:\/\/localhost:\d+\//),
    })
    const first = await sendRange(url, whole, 0, unit - 1)
    expect([first.status, first.json.nextExpectedRanges]).toEqual([202, [`${unit}-`]])
    expect((await get('/me/drive/root:/a')).status).toBe(404)
    expect((await call(url)).json.nextExpectedRanges).toEqual([`${unit}-`])
    const last = await sendRange(url, whole, unit, whole.length - 1)
    expect(last.json).toMatchObject({ name: 'large.bin', size: whole.length, fileSystemInfo })
    expect([last.status, last.json.file.hashes.quickXorHash]).toEqual([201, quickXorHash(whole)])
    expect((await download(last.json['@microsoft.graph.downloadUrl'])).bytes.equals(whole)).toBe(true)
    expect((await call(url)).status).toBe(404)
    expect((await get('/me/drive/root:/A/B/large.bin')).json.id).toBe(last.json.id)
  })

  it('replaces a file by its path or by its id, with 200', async () => {
    const { open, put, get } = await session()
    const { id } = (await put('/me/drive/root:/f:/content', 'old')).json
    for (const where of ['root:/f:', `items/${id}`]) {
      const { uploadUrl } = (await open({}, where)).json
      const done = await sendRange(uploadUrl, whole, 0, whole.length - 1)
      expect([done.status, done.json.id, done.json.size]).toEqual([200, id, whole.length])
    }
    expect((await get('/me/drive')).json.quota.used).toBe(whole.length)
  })

  it('minds the conflictBehavior when it is opened, and again at the end', async () => {
    const { open, put, remove } = await session()
    await put('/me/drive/root:/f.bin:/content', 'old')
    const item = (conflict: string) => ({ item: { [conflictProperty]: conflict } })
    expect((await open(item('fail'), 'root:/f.bin:')).status).toBe(409)
    expect((await open(item('overwrite'), 'root:/f.bin:')).status).toBe(400)
    const renaming = (await open(item('rename'), 'root:/f.bin:')).json.uploadUrl
    expect((await sendRange(renaming, whole, 0, whole.length - 1)).json.name).toBe('f 1.bin')
    const failing = (await open(item('fail'), 'root:/g:')).json.uploadUrl
    await put('/me/drive/root:/g:/content', 'another was quicker')
    expect((await sendRange(failing, whole, 0, unit - 1)).status).toBe(202)
    const end = () => sendRange(failing, whole, unit, whole.length - 1)
    expect((await end()).json.error.code).toBe('nameAlreadyExists')
    // What was sent is kept: once the name is free, the end alone is sent again.
    await remove('/me/drive/root:/g')
    const done = await end()
    expect([done.status, done.json.size]).toEqual([201, whole.length])
  })

  it('says what is wrong with a range, and goes on after it', async () => {
    const { url } = await session()
    const statusOf = async (
      ...range: Parameters<typeof sendRange> extends [string, ...infer R] ? R : never
    ) => (await sendRange(url, ...range)).status
    expect(await statusOf(whole, unit, 2 * unit - 1)).toBe(416)
    expect(await statusOf(whole, 0, unit)).toBe(400)
    expect(await statusOf(whole, 0, 9, '')).toBe(400)
    expect(await statusOf(whole, 0, 9, 'bytes 0-9/*')).toBe(400)
    expect(await statusOf(whole, 0, 9, `bytes 0-10/${whole.length}`)).toBe(400)
    expect(await statusOf(whole, 0, unit - 1)).toBe(202)
    expect(await statusOf(whole, 0, unit - 1)).toBe(416)
    expect(
      await statusOf(whole, unit, 2 * unit - 1, `bytes ${unit}-${2 * unit - 1}/${whole.length + 1}`),
    ).toBe(400)
    expect(await statusOf(whole, unit, whole.length - 1)).toBe(201)
  })

  it('waits for a word more where that was asked', async () => {
    const { open, get } = await session()
    const { uploadUrl } = (await open({ deferCommit: true })).json
    expect((await call(uploadUrl, { method: 'POST' })).status).toBe(405)
    const sent = await sendRange(uploadUrl, whole, 0, whole.length - 1)
    expect([sent.status, sent.json.nextExpectedRanges]).toEqual([202, []])
    expect((await get('/me/drive/root:/a')).status).toBe(404)
    const done = await call(uploadUrl, { method: 'POST' })
    expect([done.status, done.json.size]).toEqual([201, whole.length])
  })

  it('can be given up, and ends by itself', async () => {
    const { to, url, open } = await session()
    await sendRange(url, whole, 0, unit - 1)
    expect((await call(url, { method: 'DELETE' })).status).toBe(204)
    expect((await call(url)).status).toBe(404)
    const late = (await open()).json.uploadUrl
    await control(to, 'POST', 'settings', { clockSkewSeconds: 25 * 3600 })
    expect((await call(late)).status).toBe(401)
  })

  it('is refused for what has no room, no parent, or another name', async () => {
    const { to, open, get, make } = await session(grace)
    const total = (await get('/me/drive')).json.quota.total
    expect((await open({ item: { fileSize: total + 1 } })).json.error.code).toBe('quotaLimitReached')
    expect((await open({ item: { name: 'other.bin' } })).status).toBe(400)
    expect((await open({}, 'items/nothing:/f:')).status).toBe(404)
    expect((await open({}, 'items/nothing')).status).toBe(404)
    await make('/me/drive/root/children', 'folder')
    expect((await open({}, 'root:/folder:')).status).toBe(409)
    const { uploadUrl } = (await open()).json
    await control(to, 'POST', 'settings', { quotaFull: true })
    expect((await sendRange(uploadUrl, whole, 0, whole.length - 1)).status).toBe(507)
  })

  it('takes a range of more than 4 MiB, and none of 60', async () => {
    const { url } = await session()
    const large = Buffer.alloc(60 * 1024 * 1024)
    const tooLarge = await sendRange(url, large, 0, large.length - 1).catch(
      (error: Json) => error.cause?.code,
    )
    expect(['ECONNRESET', 'EPIPE', 413]).toContain(tooLarge.status ?? tooLarge)
    const fits = large.subarray(0, 20 * unit)
    expect((await sendRange(url, fits, 0, fits.length - 1)).status).toBe(201)
  })
})
