import { get as httpGet } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { drive, type Json } from '../../helpers/sandbox/client.ts'

describe('an answer', () => {
  /** The raw answer, not decompressed. */
  function raw(url: string, headers: Record<string, string>): Promise<{ headers: Json; body: Buffer }> {
    return new Promise((resolve, reject) => {
      httpGet(url, { headers }, async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk)
        resolve({ headers: response.headers, body: Buffer.concat(chunks) })
      }).on('error', reject)
    })
  }

  it('is compressed with gzip on request, errors included', async () => {
    const { to, accessToken } = await drive()
    const url = `${to.origin}/v1.0/me/drive/root`
    const authorization = `Bearer ${accessToken}`
    for (const [where, headers] of [
      [url, { authorization }],
      [`${url}:/nothing`, { authorization }],
      [url, {}],
    ] as [string, Record<string, string>][]) {
      const packed = await raw(where, { ...headers, 'accept-encoding': 'deflate, gzip;q=0.5' })
      expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
      expect(JSON.parse(gunzipSync(packed.body).toString())).toBeTypeOf('object')
    }
    for (const accepted of ['identity', 'deflate', 'gzip;q=0, br']) {
      const plain = await raw(url, { authorization, 'accept-encoding': accepted })
      expect(plain.headers['content-encoding'], accepted).toBeUndefined()
      expect(JSON.parse(plain.body.toString()).name).toBe('root')
    }
  })
})
