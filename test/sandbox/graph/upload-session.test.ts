import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { quickXorHash } from '../../../sandbox/graph/hashes.ts'
import { ada, call, control, download, drive, grace, graph, type Json } from '../../helpers/sandbox/client.ts'

const conflictProperty = '@microsoft.graph.conflictBehavior'
const unit = 320 * 1024

/** Sends one range of a file to an upload session. */
function sendRange(url: string, whole: Buffer, first: number, last: number, range?: string) {
  return call(url, {
    method: 'PUT',
    headers: { 'content-range': range ?? `bytes ${first}-${last}/${whole.length}` },
    body: new Uint8Array(whole.subarray(first, last + 1)),
  })
}

describe('an upload session', () => {
  const whole = randomBytes(2 * unit + 1000)

  /** Opens one, by default for a new file. */
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
    const { open, put } = await session()
    await put('/me/drive/root:/f.bin:/content', 'old')
    const item = (conflict: string) => ({ item: { [conflictProperty]: conflict } })
    expect((await open(item('fail'), 'root:/f.bin:')).status).toBe(409)
    expect((await open(item('overwrite'), 'root:/f.bin:')).status).toBe(400)
    const renaming = (await open(item('rename'), 'root:/f.bin:')).json.uploadUrl
    expect((await sendRange(renaming, whole, 0, whole.length - 1)).json.name).toBe('f 1.bin')
  })

  it('fails at the end if another client was quicker, and keeps its ranges', async () => {
    const { open, put, remove } = await session(grace)
    const item = (conflict: string) => ({ item: { [conflictProperty]: conflict } })
    const failing = (await open(item('fail'), 'root:/g:')).json.uploadUrl
    await put('/me/drive/root:/g:/content', 'another was quicker')
    expect((await sendRange(failing, whole, 0, unit - 1)).status).toBe(202)
    const end = () => sendRange(failing, whole, unit, whole.length - 1)
    expect((await end()).json.error.code).toBe('nameAlreadyExists')
    // The ranges are kept: once the name is free, only the last one is sent again.
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

  it('takes ranges of any size, and counts those that Microsoft advises against', async () => {
    const { to, url } = await session()
    const sizes = [1000, unit, unit - 1]
    let first = 0
    for (const size of sizes) {
      expect((await sendRange(url, whole, first, first + size - 1)).status, `${size}`).toBe(202)
      first += size
    }
    const { status, json } = await sendRange(url, whole, first, whole.length - 1)
    expect([status, json.size]).toEqual([201, whole.length])
    expect((await control(to, 'GET', 'score')).json.counts.unevenRange).toBe(2)
  })

  it('waits for a word more where that was asked', async () => {
    const { open, get } = await session(ada)
    const { uploadUrl } = (await open({ deferCommit: true }, 'root:/a/deferred:')).json
    expect((await call(uploadUrl, { method: 'POST' })).status).toBe(405)
    const sent = await sendRange(uploadUrl, whole, 0, whole.length - 1)
    expect([sent.status, sent.json.nextExpectedRanges]).toEqual([202, []])
    expect((await get('/me/drive/root:/a')).status).toBe(404)
    const done = await call(uploadUrl, { method: 'POST' })
    expect([done.status, done.json.size]).toEqual([201, whole.length])
  })

  it('waits for the file’s own request on a personal drive', async () => {
    const { open, get, make, to, accessToken } = await session(grace)
    const finish = (path: string, body: object) =>
      graph(to, accessToken, 'PUT', `/me/drive/root:/${path}`, body)
    const source = async (more: object = { deferCommit: true }, last = whole.length) => {
      const { uploadUrl } = (await open(more)).json
      await sendRange(uploadUrl, whole, 0, last - 1)
      return { '@microsoft.graph.sourceUrl': uploadUrl }
    }
    const first = await source()
    expect((await call(first['@microsoft.graph.sourceUrl'], { method: 'POST' })).status).toBe(501)
    expect((await finish('a', first)).json).toMatchObject({ name: 'a', size: whole.length })
    expect((await finish('a', first)).json.error.innerError.code).toBe('uploadSessionNotFound')
    // By the folder, with the name in the body; and where the last range met a conflict.
    await make('/me/drive/root/children', 'folder')
    const named = { ...(await source()), name: 'b', '@microsoft.graph.conflictBehavior': 'rename' }
    expect((await finish('folder', named)).json).toMatchObject({ name: 'b', size: whole.length })
    const failing = { item: { '@microsoft.graph.conflictBehavior': 'fail' }, deferCommit: true }
    await graph(to, accessToken, 'DELETE', '/me/drive/root:/a')
    const late = await source(failing)
    expect((await finish('folder/b', late)).status).toBe(409)
    const renamed = { ...late, '@microsoft.graph.conflictBehavior': 'rename' }
    expect((await finish('folder/b', renamed)).json.name).toBe('b 1')
    const half = await source({ deferCommit: true }, unit)
    expect((await finish('c', half)).json.error.innerError.code).toBe('uploadSessionIncomplete')
    const forged = { '@microsoft.graph.sourceUrl': `${to.origin}/upload/x?tempauth=9999999999999.x` }
    expect((await finish('c', forged)).status).toBe(401)
    expect((await finish('c', { name: 'c', folder: {} })).status).toBe(405)
    expect((await get('/me/drive/root:/c')).status).toBe(404)
    const work = await session(ada)
    const { uploadUrl } = (await work.open({ deferCommit: true }, 'root:/a:')).json
    const body = { '@microsoft.graph.sourceUrl': uploadUrl }
    expect((await graph(work.to, work.accessToken, 'PUT', '/me/drive/root:/a', body)).status).toBe(501)
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
