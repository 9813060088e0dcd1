import { existsSync, readFileSync, statSync } from 'node:fs'
import { request } from 'node:https'
import { dirname } from 'node:path'
import { connect, type PeerCertificate } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/index.ts'
import { sandbox } from '../helpers/sandbox/client.ts'

function get(url: string, ca?: Buffer): Promise<{ status: number; peer: PeerCertificate }> {
  return new Promise((resolve, reject) => {
    request(url, { ca, agent: false }, (response) => {
      const socket = response.socket as import('node:tls').TLSSocket
      const peer = socket.getPeerCertificate()
      response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, peer }))
    })
      .on('error', reject)
      .end()
  })
}

describe('a sandbox with TLS', () => {
  it('serves https to clients that trust its certificate file, and only to them', async () => {
    const to = await sandbox({ tls: true })
    expect(to.origin).toMatch(/^https:\/\/localhost:\d+$/)
    const ca = readFileSync(to.caFile ?? '')
    const url = `${to.origin}/common/v2.0/.well-known/openid-configuration`
    expect((await get(url, ca)).status).toBe(200)
    expect((await get(url.replace('localhost', '127.0.0.1'), ca)).status).toBe(200)
    await expect(get(url)).rejects.toThrow(/self[- ]signed|unable to (verify|get)/i)
    const socket = connect({
      port: Number(new URL(to.origin).port),
      host: '127.0.0.1',
      servername: 'localhost',
      ca,
    })
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
    expect(socket.authorized).toBe(true)
    socket.destroy()
  })

  it('lets nobody else change the file, writes no key, and removes the file on close', async () => {
    const to = await startSandbox({ tls: true })
    const file = to.caFile ?? ''
    expect(readFileSync(file, 'utf8')).not.toContain('PRIVATE KEY')
    for (const path of [file, dirname(file)]) expect(statSync(path).mode & 0o022).toBe(0)
    await to.close()
    expect(existsSync(file)).toBe(false)
  })

  it('has no file without TLS', async () => {
    expect((await sandbox()).caFile).toBeUndefined()
  })
})
