import { describe, expect, it } from 'vitest'
import { drive } from '../../helpers/sandbox/client.ts'

describe('what a file looks like', () => {
  it('is nothing as a thumbnail, and a URL as a preview', async () => {
    const { put, get, post } = await drive()
    await put('/me/drive/root:/f.jpg:/content', 'x')
    expect((await get('/me/drive/root:/f.jpg:/thumbnails')).json.value).toEqual([])
    expect((await get('/me/drive/root:/f.jpg:/thumbnails/0/large/content')).json.error.code).toBe(
      'itemNotFound',
    )
    expect((await post('/me/drive/root:/f.jpg:/preview', undefined)).json.getUrl).toMatch(
      /^http:.*action=embedview$/,
    )
    expect((await post('/me/drive/root/preview', undefined)).status).toBe(400)
  })

  it('is not converted, and Graph would convert only some', async () => {
    const { put, get } = await drive()
    for (const name of ['a.docx', 'b.bin']) await put(`/me/drive/root:/${name}:/content`, 'x')
    const as = async (name: string, format: string) =>
      (await get(`/me/drive/root:/${name}:/content?format=${format}`)).json.error
    expect(await as('a.docx', 'pdf')).toMatchObject({
      code: 'notInSandbox',
      message: expect.stringContaining('Microsoft Graph does'),
    })
    expect((await as('b.bin', 'pdf')).code).toBe('notSupported')
    expect((await as('a.docx', 'exe')).code).toBe('notSupported')
  })
})
