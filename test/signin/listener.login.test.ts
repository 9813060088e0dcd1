import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { expectStrictHeaders } from '../helpers/network/expect-strict.ts'
import { openSocket } from '../helpers/network/raw-http.ts'
import { comeBack, signInAt, type WaitingLogin, waitingLogin } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'

/** What strangers may send, and what comes of it, is in campaigns/attacks. */

let sandbox: SandboxProcess
let world: World
let login: WaitingLogin

beforeAll(async () => {
  sandbox = await startSandbox()
  world = newWorld(sandbox)
  login = await waitingLogin(world)
})
afterAll(async () => {
  login?.child.kill()
  world?.remove()
  await sandbox?.stop()
})

describe('while login waits', () => {
  it('refuses a body that grows past 16 KiB while it is sent, and says so', async () => {
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request({
        port: login.port,
        host: '127.0.0.1',
        method: 'POST',
        headers: { host: login.redirectUri.host, 'content-type': 'application/x-www-form-urlencoded' },
      })
      outgoing.on('response', (response) => resolve(response.statusCode)).on('error', reject)
      const dripping = setInterval(() => outgoing.write('x='.repeat(3000)), 20)
      outgoing.on('close', () => clearInterval(dripping))
    })
    expect(answer).toBe(413)
    expect(login.waits()).toBe(true)
  })

  it('listens on loopback in both families, and nowhere else', async () => {
    for (const host of ['127.0.0.1', '::1']) (await openSocket(login.port, host)).destroy()
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
      .map(({ address }) => address)
    // Linux alone has all of 127.0.0.0/8 at hand.
    const neighbour = process.platform === 'linux' ? ['127.0.0.2'] : []
    for (const host of [...others, ...neighbour]) {
      await expect(openSocket(login.port, host), host).rejects.toThrow('ECONNREFUSED')
    }
  })

  it('then takes the true answer, links once, and is gone', async () => {
    const answer = await signInAt(login.address)
    const last = await comeBack(login, answer)
    const { code, stderr } = await login.ended
    expect({ code, stderr, status: last.status }).toEqual({ code: 0, stderr: '', status: 200 })
    expectStrictHeaders(Object.fromEntries(last.headers))
    const log: { grant?: string }[] = await sandbox.control('GET', 'log')
    expect(log.filter(({ grant }) => grant === 'authorization_code')).toHaveLength(1)
    await expect(openSocket(login.port)).rejects.toThrow('ECONNREFUSED')
  })
})
