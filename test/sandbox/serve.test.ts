import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/index.ts'
import { call, drive, sandbox } from '../helpers/sandbox/client.ts'

function raw(to: { origin: string }, host: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host, port: new URL(to.origin).port, path: '/', headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
}

const ipv6 = (await call('http://[::1]:1/').catch((error) => error.cause?.code)) === 'ECONNREFUSED'

describe('the server', () => {
  it('answers on 127.0.0.1 and, where there is one, on ::1, at one port', async () => {
    const to = await sandbox()
    const { port } = new URL(to.origin)
    expect(to.origin).toBe(`http://localhost:${port}`)
    expect((await call(`http://127.0.0.1:${port}/`)).status).toBe(200)
    if (ipv6) expect((await call(`http://[::1]:${port}/`)).status).toBe(200)
  })

  it('refuses a Host that is not this machine at this port', async () => {
    const to = await sandbox()
    const { port } = new URL(to.origin)
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost',
      `localhost.evil.example:${port}`,
      'localhost:1',
    ]) {
      expect(await raw(to, '127.0.0.1', { host }), host).toBe(400)
    }
    expect(await raw(to, '127.0.0.1', { host: `LOCALHOST:${port}` })).toBe(200)
  })

  it('refuses a body over 4 MiB', async () => {
    const { post } = await drive()
    const folder = (description: number) => ({ name: 'a', folder: {}, description: 'x'.repeat(description) })
    expect((await post('/me/drive/root/children', folder(4_000_000))).status).toBe(201)
    const tooLarge = await post('/me/drive/root/children', folder(4_194_304))
    expect([tooLarge.status, tooLarge.json.error.innerError.code]).toEqual([413, 'maxFileSizeExceeded'])
  })

  it('names a port that is taken', async () => {
    const to = await sandbox()
    const port = Number(new URL(to.origin).port)
    await expect(startSandbox({ port })).rejects.toThrow(`Port ${port} is already in use.`)
  })

  it('gives its port back when closed, with requests still open', async () => {
    const to = await startSandbox()
    const open = call(`${to.origin}/`)
    await to.close()
    await open.catch(() => {})
    const port = Number(new URL(to.origin).port)
    const again = await startSandbox({ port })
    await again.close()
  })
})
