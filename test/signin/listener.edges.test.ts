import { once } from 'node:events'
import { type AddressInfo, connect, Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readRedirect } from '../../src/registration/redirect-uri.ts'
import { type Listener, startListener } from '../../src/signin/listener.ts'

let listener: Listener
let answer: Promise<URLSearchParams | undefined>
const callers: Socket[] = []
const expected = { state: 'our-state', isFromAuthority: () => true }
const good = 'code=a-code&state=our-state'
const start = async (uri = 'http://localhost/back', listen?: string) => {
  listener = await startListener(readRedirect(uri, listen))
  answer = listener.waitForAnswer(expected, Date.now() + 10_000)
}
afterEach(() => {
  vi.restoreAllMocks()
  for (const socket of callers.splice(0)) socket.destroy()
  listener?.close()
})

const at = (path: string, init?: RequestInit) =>
  fetch(`http://localhost:${listener.port}${path}`, { redirect: 'manual', ...init })
/** Someone who connects, sends these bytes, and hears what comes back until the other side ends. */
async function caller(text = '', port = listener.port) {
  const socket = connect({ port, host: '127.0.0.1' })
  callers.push(socket)
  let told = ''
  socket.setEncoding('utf8').on('data', (chunk) => (told += chunk))
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(told)))
  socket.on('error', () => {})
  await once(socket, 'connect')
  if (text) socket.write(text)
  return { socket, ended }
}
const crowd = () => Promise.all(Array.from({ length: 50 }, () => caller()))
const head = (...lines: string[]) =>
  [...lines, `Host: localhost:${listener.port}`, 'Connection: close', '', ''].join('\r\n')
const form = 'Content-Type: application/x-www-form-urlencoded'
const ms = async (work: Promise<unknown>) => {
  const started = performance.now()
  await work
  return performance.now() - started
}

describe('the start address', () => {
  it('leads to the authorize page, once, while the answer is still waited for', async () => {
    await start()
    const address = new URL(listener.startAddress('https://login.example/authorize?state=x'))
    expect(address.origin).toBe(`http://localhost:${listener.port}`)
    const led = await at(address.pathname)
    expect([led.status, led.headers.get('location')]).toEqual([
      303,
      'https://login.example/authorize?state=x',
    ])
    expect((await at(address.pathname)).status).toBe(404)
  })
})

describe('the end of the wait', () => {
  it('comes as soon as the browser has its page', async () => {
    await start()
    const browser = fetch(`http://localhost:${listener.port}/back?${good}`).then((page) => page.text())
    await answer
    expect(await ms(listener.conclude('the page'))).toBeLessThan(400)
    expect(await browser).toBe('the page')
  })

  it('comes soon for a browser that was not asked for patience and does not fetch its page', async () => {
    await start()
    const browser = at(`/back?${good}`)
    await answer
    expect(await ms(listener.conclude('the page'))).toBeLessThan(1_400)
    expect((await browser).status).toBe(303)
  })

  it('leaves nobody connected', async () => {
    await start()
    const { ended } = await caller()
    listener.close()
    expect(await Promise.race([ended, sleep(2_000, 'still there')])).toBe('')
  })
})

describe('the browser that brought the answer', () => {
  it('is not put out by a crowd that comes after it, neither then nor while it waits for its page', async () => {
    await start()
    const bringing = await caller(head(`GET /back?${good} HTTP/1.1`))
    await answer
    await crowd()
    const told = await bringing.ended
    const waiting = /^HTTP\/1\.1 303 [\s\S]*location: (\/waiting\/\S+)/i.exec(told)?.[1] ?? ''
    const fetching = await caller(head(`GET ${waiting.replace('waiting', 'result')} HTTP/1.1`))
    await sleep(50)
    await crowd()
    await sleep(250)
    await listener.conclude('the page')
    expect(await fetching.ended).toMatch(/^HTTP\/1\.1 200 [\s\S]*the page$/)
  })

  it('may send the word "host" in other places', async () => {
    await start()
    const bringing = await caller(head(`GET /back?${good} HTTP/1.1`, 'X-What: host', 'X-More: yes'))
    expect(await Promise.race([answer, bringing.ended])).toBeInstanceOf(URLSearchParams)
  })

  it('names no port where that is the usual one', async () => {
    // Port 80 is root's, so another one takes its place.
    const { listen, address } = Server.prototype
    let real = 0
    vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server, options: object) {
      return listen.call(this, { ...options, port: 0 })
    } as typeof listen)
    vi.spyOn(Server.prototype, 'address').mockImplementation(function (this: Server) {
      const own = address.call(this) as AddressInfo
      real = own.port
      return { ...own, port: 80 }
    })
    await start('http://127.0.0.1:80/back')
    expect(listener.redirectUri).toBe('http://127.0.0.1:80/back')
    const bringing = await caller(
      `GET /back?${good} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
      real,
    )
    expect(await Promise.race([answer, bringing.ended])).toBeInstanceOf(URLSearchParams)
  })

  it('may leave a space behind the kind of its form', async () => {
    await start()
    const bringing = await caller(
      `${head('POST /back HTTP/1.1', `${form} ; charset=utf-8`, `Content-Length: ${good.length}`)}${good}`,
    )
    expect(await Promise.race([answer, bringing.ended])).toBeInstanceOf(URLSearchParams)
  })
})

describe('a form that is announced as too long', () => {
  it('is refused before it is sent', async () => {
    await start()
    const { ended } = await caller(head('POST /back HTTP/1.1', form, `Content-Length: ${16 * 1024 + 1}`))
    expect(await Promise.race([ended, sleep(2_000, 'waits for it')])).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('is heard out when it is just as long as it may be', async () => {
    await start()
    const { socket, ended } = await caller(head('POST /back HTTP/1.1', form, `Content-Length: ${16 * 1024}`))
    socket.write(`${good}&x=`.padEnd(16 * 1024, 'y'))
    expect(await Promise.race([answer, ended])).toBeInstanceOf(URLSearchParams)
  })
})
