import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { readRedirect } from '../../src/registration/redirect-uri.ts'
import { type Listener, startListener } from '../../src/signin/listener.ts'
import { NoLoopback } from '../../src/signin/loopback.ts'
import { securityHeaders } from '../../src/signin/result-page.ts'
import { closedPort } from '../helpers/network/server.ts'

const soon = (ms = 10_000) => Date.now() + ms

describe('the listener', () => {
  let listener: Listener
  let answer: Promise<URLSearchParams | undefined>
  const expected = { state: 'our-state', isFromAuthority: (sent: URLSearchParams) => !sent.has('stranger') }
  const start = async (uri = 'http://localhost/back', listen?: string) => {
    listener = await startListener(readRedirect(uri, listen))
    answer = listener.waitForAnswer(expected, soon())
  }
  afterEach(() => listener?.close())
  const at = (path: string, init?: RequestInit) =>
    fetch(`http://localhost:${listener.port}${path}`, { redirect: 'manual', ...init })
  const form = (body: string, type = 'application/x-www-form-urlencoded') => ({
    method: 'POST',
    body,
    headers: { 'content-type': type },
  })
  const good = 'code=a-code&state=our-state'
  /** Sends these bytes, and reads all that comes back. */
  const raw = (text: string, host = '127.0.0.1') =>
    new Promise<string>((resolve) => {
      let told = ''
      const socket = connect({ port: listener.port, host }, () => socket.write(text))
      socket.setEncoding('utf8').on('data', (chunk) => (told += chunk))
      socket.on('close', () => resolve(told)).on('error', () => resolve(told))
    })
  const waits = async () => expect(await Promise.race([answer, sleep(20, 'waits')])).toBe('waits')

  it('takes the true answer, and shows a page at an address without the code', async () => {
    await start()
    expect(listener.redirectUri).toBe(`http://localhost:${listener.port}/back`)
    const browser = fetch(`http://localhost:${listener.port}/back?${good}`)
    expect(Object.fromEntries((await answer) ?? [])).toEqual({ code: 'a-code', state: 'our-state' })
    const concluded = listener.conclude('<p>done</p>')
    const shown = await browser
    expect(shown.url).toMatch(new RegExp(`^http://localhost:${listener.port}/result/[\\w-]{22}$`))
    expect(await shown.text()).toBe('<p>done</p>')
    expect(shown.headers.get('content-type')).toBe('text/html; charset=utf-8')
    for (const [name, value] of Object.entries(securityHeaders)) expect(shown.headers.get(name)).toBe(value)
    await concluded
    await expect(at('/back')).rejects.toThrow()
  })

  it('takes it as a form, and at the root', async () => {
    await start('http://127.0.0.1/')
    const browser = fetch(
      `http://127.0.0.1:${listener.port}/`,
      form(good, 'Application/X-WWW-Form-Urlencoded; charset=utf-8'),
    )
    expect((await answer)?.get('code')).toBe('a-code')
    await listener.conclude('x')
    expect(await (await browser).text()).toBe('x')
  })

  it.each<[what: string, path: string, init: RequestInit, status: number]>([
    ['another path', '/', {}, 404],
    ['a path below', `/back/x?${good}`, {}, 404],
    ['the page before there is one', '/result/x', {}, 404],
    ['another method', `/back?${good}`, { method: 'PUT' }, 405],
    ['HEAD', `/back?${good}`, { method: 'HEAD' }, 405],
    ['two questions', `/back?${good}?x`, {}, 400],
    ['no answer', '/back', {}, 400],
    ['another state', '/back?code=x&state=other', {}, 400],
    ['a stranger', `/back?${good}&stranger=1`, {}, 400],
    ['a form with a query', `/back?${good}`, form(good), 400],
    ['a form of another kind', '/back', form(good, 'text/plain'), 415],
    ['a form without a kind', '/back', { method: 'POST', body: new Blob([good]) }, 415],
    ['a form that is too long', '/back', form(`${good}&x=${'y'.repeat(16 * 1024)}`), 413],
    ['an empty form', '/back', form(''), 400],
  ])('refuses %s, and goes on waiting', async (_, path, init, status) => {
    await start()
    const refused = await at(path, init)
    expect(refused.status).toBe(status)
    expect(refused.headers.get('allow')).toBe(status === 405 ? 'GET, POST' : null)
    expect(refused.headers.get('connection')).toBe('close')
    for (const [name, value] of Object.entries(securityHeaders)) expect(refused.headers.get(name)).toBe(value)
    if (init.method !== 'HEAD') {
      expect(refused.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      expect(await refused.text()).toMatch(/^[A-Z][\w ]+\n$/)
    }
    await waits()
  })

  it.each<[what: string, request: string, status: number]>([
    ['no host', `GET /back?${good} HTTP/1.1\r\nConnection: close\r\n\r\n`, 400],
    ['another host', `GET /back?${good} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`, 400],
    ['another port', `GET /back?${good} HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n`, 400],
    ['no port', `GET /back?${good} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 400],
    ['two hosts', `GET /back?${good} HTTP/1.1\r\nHost: localhost:PORT\r\nhost: localhost:PORT\r\n\r\n`, 400],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a tunnel', 'CONNECT localhost:PORT HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n', 405],
    ['an expectation', `GET /back HTTP/1.1\r\nHost: localhost:PORT\r\nExpect: wonders\r\n\r\n`, 417],
    [
      'too many headers',
      `GET /back HTTP/1.1\r\nHost: localhost:PORT\r\nX: ${'y'.repeat(270_000)}\r\n\r\n`,
      431,
    ],
    [
      'a form that grows',
      `POST /back HTTP/1.1\r\nHost: localhost:PORT\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n${'y'.repeat(0x5000)}\r\n`,
      413,
    ],
  ])('refuses a request with %s', async (_, request, status) => {
    await start()
    const told = await raw(request.replaceAll('PORT', String(listener.port)))
    expect(told).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    for (const [name, value] of Object.entries(securityHeaders))
      expect(told).toContain(`${name}: ${value}\r\n`)
    expect(told.toLowerCase()).toContain('connection: close\r\n')
    expect(told).toMatch(/\r\n\r\n([A-Z][\w ,.-]+\n)+$/)
    await waits()
  })

  it('hears the host in any case, and a browser that waits to send its form', async () => {
    await start()
    const told = raw(
      `POST /back HTTP/1.1\r\nHOST: LocalHost:${listener.port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${good.length}\r\nExpect: 100-continue\r\n\r\n${good}`,
    )
    expect((await answer)?.get('code')).toBe('a-code')
    await listener.conclude('x')
    expect(await told).toMatch(/^HTTP\/1\.1 303 [\s\S]*location: \/result\//i)
  })

  it('listens on both kinds of loopback, and on no other', async () => {
    await start()
    const told = await raw(`GET / HTTP/1.1\r\nHost: localhost:${listener.port}\r\n\r\n`, '::1').catch(
      () => 'no IPv6',
    )
    expect(told).toMatch(/^HTTP\/1\.1 404|^$/)
  })

  it('shows every browser that brought the answer the same page', async () => {
    await start()
    const browsers = [1, 2].map(() => fetch(`http://localhost:${listener.port}/back?${good}`))
    await answer
    await sleep(100)
    await listener.conclude('the page')
    expect(await Promise.all(browsers.map(async (browser) => (await browser).text()))).toEqual([
      'the page',
      'the page',
    ])
  })

  it('shows a page that waits, when the link takes longer than a moment, and then the last one', async () => {
    await start()
    const waiting = await fetch(`http://localhost:${listener.port}/back?${good}`)
    expect(waiting.url).toMatch(/\/waiting\/[\w-]{22}$/)
    const place = waiting.url.replace(/.*\/waiting\//, '/result/')
    expect(waiting.headers.get('refresh')).toBe(`0; url=${place}`)
    const text = await waiting.text()
    expect(text).toContain('One moment</h1>')
    expect(text).toContain(`<a href="${place}">show the result</a>`)
    const last = at(place)
    expect(await Promise.race([last, sleep(200, 'held')])).toBe('held')
    expect((await at(waiting.url.replace(/.*(?=\/waiting)/, ''), { method: 'POST' })).status).toBe(405)
    const concluded = listener.conclude('the page')
    expect(await (await last).text()).toBe('the page')
    await concluded
    await expect(at(place)).rejects.toThrow()
  })

  it('gives a browser the time to leave the page that waits', async () => {
    await start()
    const waiting = await fetch(`http://localhost:${listener.port}/back?${good}`)
    const concluded = listener.conclude('the page')
    await sleep(800)
    expect(await (await fetch(waiting.url.replace('/waiting/', '/result/'))).text()).toBe('the page')
    await concluded
  })

  it('shows the page by GET alone', async () => {
    await start()
    const browser = at(`/back?${good}`)
    await answer
    const concluded = listener.conclude('the page')
    const place = (await browser).headers.get('location') ?? ''
    expect((await browser).status).toBe(303)
    const posted = await at(place, { method: 'POST' })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET'])
    expect(await (await at(place)).text()).toBe('the page')
    await concluded
  })

  it('does not wait for a browser that does not fetch the page', async () => {
    await start()
    const browser = at(`/back?${good}`)
    await answer
    const started = Date.now()
    await listener.conclude('the page')
    expect(Date.now() - started).toBeGreaterThan(400)
    expect((await browser).status).toBe(303)
    await start()
    const again = Date.now()
    await listener.conclude('nobody asked')
    expect(Date.now() - again).toBeLessThan(300)
  })

  it('waits until its deadline', async () => {
    listener = await startListener(readRedirect('http://localhost', undefined))
    expect((await at(`/?${good}`)).status).toBe(400)
    const started = Date.now()
    expect(await listener.waitForAnswer(expected, soon(80))).toBeUndefined()
    expect(Date.now() - started).toBeGreaterThanOrEqual(80)
  })

  it('behind a web server answers to its host, and shows the page at its own path', async () => {
    const port = await closedPort()
    await start('https://Example.com/back', `127.0.0.1:${port}`)
    expect([listener.redirectUri, listener.port]).toEqual(['https://example.com/back', port])
    const ask = (path: string, host: string) =>
      raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(await ask(`/back?${good}`, `127.0.0.1:${port}`)).toMatch(/^HTTP\/1\.1 400/)
    expect(await ask(`/back?${good}`, 'example.com:80')).toMatch(/^HTTP\/1\.1 400/)
    const told = ask(`/back?${good}`, 'example.com:443')
    expect((await answer)?.get('code')).toBe('a-code')
    const concluded = listener.conclude('the page')
    const place = /location: (\S+)/i.exec(await told)?.[1] ?? ''
    expect(place).toMatch(/^\/back\?result=[\w-]{22}$/)
    expect(await ask(place, 'example.com')).toMatch(/^HTTP\/1\.1 200[\s\S]*the page$/)
    await concluded
  })

  it('does not share its port', async () => {
    const port = await closedPort()
    await start(`http://localhost:${port}`)
    for (const uri of [`http://localhost:${port}`, `http://127.0.0.1:${port}`])
      await expect(startListener(readRedirect(uri, undefined))).rejects.toMatchObject({
        kind: 'usage',
        message: `Port ${port} of the redirect URI is in use by another program.`,
        hint: expect.stringMatching(
          /^Find the program: (lsof -i|netstat -ano \| findstr) :\d+\nOr use another port: .*\n.*\nOr use a device code, which needs no port: od-link login --device$/,
        ),
      })
    expect(new NoLoopback('x')).toBeInstanceOf(Error)
  })

  it('makes room among many who say nothing', async () => {
    await start()
    const silent = Array.from({ length: 50 }, () =>
      connect({ port: listener.port, host: '127.0.0.1' }).on('error', () => {}),
    )
    await sleep(300)
    expect(
      silent.filter((socket) => !socket.destroyed && socket.readyState === 'open').length,
    ).toBeLessThanOrEqual(33)
    expect((await at('/other')).status).toBe(404)
    for (const socket of silent) socket.destroy()
    await waits()
  })
})
