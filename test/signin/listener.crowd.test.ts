import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { expectRefusal } from '../helpers/network/expect-strict.ts'
import { openSocket, sendRaw } from '../helpers/network/raw-http.ts'
import { comeBack, signInAt, type WaitingLogin, waitingLogin } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'

let sandbox: SandboxProcess
let world: World
let login: WaitingLogin
let crowd: Socket[] = []

beforeAll(async () => {
  sandbox = await startSandbox()
  world = newWorld(sandbox)
})
afterAll(async () => {
  world?.remove()
  await sandbox?.stop()
})
beforeEach(async () => {
  await sandbox.control('DELETE', 'log')
  login = await waitingLogin(world)
})
afterEach(async () => {
  for (const socket of crowd) socket.destroy()
  crowd = []
  login.child.kill()
  await login.ended
  await sandbox.control('DELETE', 'weather')
})

async function gather(number: number, bytes = ''): Promise<Socket[]> {
  const hosts = Array.from({ length: number }, (_, index) => (index % 2 ? '127.0.0.1' : '::1'))
  const sockets = await Promise.all(hosts.map((host) => openSocket(login.port, host, bytes)))
  crowd.push(...sockets)
  return sockets
}

/** A second, on a machine that has nothing else to do; waiting for the others to be cut off would take four. */
const soonMs = 3_000

async function expectSuccessSoon(): Promise<void> {
  const answer = await signInAt(login.address)
  const started = performance.now()
  const { status, page } = await comeBack(login, answer)
  const { code } = await login.ended
  expect({ status, code, page }).toEqual({
    status: 200,
    code: 0,
    page: expect.stringContaining('Ada Lovelace'),
  })
  expect(performance.now() - started).toBeLessThan(soonMs)
}

describe('among many others, login', () => {
  it('keeps no more than a few dozen of them', async () => {
    const sockets = await gather(100)
    for (const socket of sockets) socket.resume()
    // Some were ended while the others still came.
    const ended = () => sockets.filter((socket) => socket.destroyed || socket.readableEnded).length
    await expect.poll(ended, { timeout: 3_000 }).toBeGreaterThan(60)
    expect(login.waits()).toBe(true)
  })

  it('does not cut off the browser that brought the answer, however many come after it', async () => {
    await sandbox.control('POST', 'weather', { match: '/token', effect: { delayMs: 800 } })
    const coming = comeBack(login, await signInAt(login.address))
    await sleep(200)
    await gather(100)
    const [{ status, page }, { code }] = await Promise.all([coming, login.ended])
    expect({ status, code, page }).toEqual({
      status: 200,
      code: 0,
      page: expect.stringContaining('Ada Lovelace'),
    })
  })

  it('serves the browser although a crowd comes in right behind it, on a machine that is busy', async () => {
    const answer = await signInAt(login.address)
    login.child.kill('SIGSTOP')
    const request = `GET /?${answer} HTTP/1.1\r\nHost: localhost:${login.port}\r\n\r\n`
    const coming = sendRaw(login.port, request)
    await gather(100)
    login.child.kill('SIGCONT')
    expect((await coming).status).toBe(303)
    expect((await login.ended).code).toBe(0)
  })

  it('hears out a browser that takes a moment to speak, although the others have begun to', async () => {
    await gather(40, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-')
    await sleep(100)
    const answer = await signInAt(login.address)
    const browser = await openSocket(login.port)
    const heard = new Promise<string>((resolve) => {
      browser.on('data', (bytes) => resolve(bytes.toString('latin1'))).on('close', () => resolve('nothing'))
    })
    await sleep(200)
    browser.write(`GET /?${answer} HTTP/1.1\r\nHost: localhost:${login.port}\r\n\r\n`)
    expect(await heard).toMatch(/^HTTP\/1\.1 303 /)
    expect((await login.ended).code).toBe(0)
  })

  it('cuts off requests that stop half-way, with a refusal, and goes on waiting', async () => {
    const host = `Host: localhost:${login.port}`
    const form = 'Content-Type: application/x-www-form-urlencoded'
    const cut = await Promise.all([
      sendRaw(login.port, `GET /?state=${login.state}&co`),
      sendRaw(login.port, `GET /?state=${login.state} HTTP/1.1\r\n${host}\r\n`),
      sendRaw(
        login.port,
        `POST / HTTP/1.1\r\n${host}\r\n${form}\r\nContent-Length: 99\r\n\r\nstate=${login.state}`,
      ),
    ])
    for (const answer of cut) expectRefusal(answer, 408, [login.state])
    await expectSuccessSoon()
  })
})
