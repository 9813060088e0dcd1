import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { quickXorHash } from '../../../sandbox/graph/hashes.ts'
import { ada, drive, grace, graph } from '../../helpers/sandbox/client.ts'

const conflictProperty = '@microsoft.graph.conflictBehavior'

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

  it('has the date of its newest content, whatever a client has set before', async () => {
    const { put, to, accessToken } = await drive()
    await put('/me/drive/root:/a:/content', 'one')
    const old = '2001-01-01T00:00:00Z'
    const info = { fileSystemInfo: { createdDateTime: old, lastModifiedDateTime: old } }
    expect((await graph(to, accessToken, 'PATCH', '/me/drive/root:/a:', info)).json).toMatchObject(info)
    const { fileSystemInfo } = (await put('/me/drive/root:/a:/content', 'two')).json
    expect(fileSystemInfo.createdDateTime).toBe(old)
    expect(fileSystemInfo.lastModifiedDateTime).not.toBe(old)
  })

  it('takes a file of more than 4 MiB, and refuses one of more than 250 MiB', async () => {
    const { put, to, accessToken } = await drive()
    expect((await put('/me/drive/root:/a.pdf:/content', 'x'.repeat(5_000_000))).json).toMatchObject({
      size: 5_000_000,
      file: { mimeType: 'application/pdf' },
    })
    const url = new URL(`${to.origin}/v1.0/me/drive/root:/b:/content`)
    const headers = { authorization: `Bearer ${accessToken}`, 'content-length': 250 * 1024 * 1024 + 1 }
    const status = await new Promise((resolve, reject) => {
      const sent = request(url, { method: 'PUT', headers }, (answer) => resolve(answer.statusCode))
      sent.on('error', reject)
      // The answer comes as soon as too much was announced.
      sent.write('x')
    })
    expect(status).toBe(413)
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
