import fs, { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/index.ts'
import { addLink } from '../../src/accounts/links.ts'
import { OdLinkError } from '../../src/errors.ts'
import { findAuthority } from '../../src/identity/authority.ts'
import { readRedirect } from '../../src/registration/redirect-uri.ts'
import type { Attempt, SignInEvent } from '../../src/signin/attempt.ts'
import { signInByRedirect } from '../../src/signin/authorization-code.ts'
import { openBrowser } from '../../src/signin/browser.ts'
import { signInByDeviceCode } from '../../src/signin/device-code.ts'
import type { Environment } from '../../src/signin/environment.ts'
import { type Listener, startListener } from '../../src/signin/listener.ts'
import { NoLoopback } from '../../src/signin/loopback.ts'
import { methods } from '../../src/signin/methods.ts'
import { failedPage, linkedPage, securityHeaders } from '../../src/signin/result-page.ts'
import { closedPort, startServer } from '../helpers/network/server.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'
import { toLastPage } from '../helpers/program/waiting-login.ts'
import { control } from '../helpers/sandbox/client.ts'
import { putProgram } from '../helpers/system/put-program.ts'

const own = useOwnSettings()
const soon = (ms = 10_000) => Date.now() + ms

describe('the page at the end', () => {
  it('tells who is linked, and nothing that could be markup', () => {
    const page = linkedPage('Ada <script>&"\'', 'work')
    expect(page).toContain('<title>OneDrive is linked · od-link</title>')
    expect(page).toContain('<html lang="en" class="ok">')
    expect(page).toContain('<h1><span aria-hidden="true">✓</span> OneDrive is linked</h1>')
    expect(page).toContain(
      '<p>Ada &#60;script&#62;&#38;&#34;&#39; (work account) is now linked to od-link.</p>',
    )
    expect(page).toContain('<p>You can close this tab and go back to the terminal.</p>')
    expect(page).toMatch(
      /<p>od-link on [^<]+(, terminal (pts\/\d+|tty\w+))?, started at \d+:\d\d<\/p>\n<\/main>/,
    )
  })

  it('tells what went wrong', () => {
    const page = failedPage('It did not.')
    expect(page).toContain('<title>OneDrive is not linked · od-link</title>')
    expect(page).toContain('class="failed"')
    expect(page).toContain('>✗</span>')
    expect(page).toContain(
      '<p>It did not.</p>\n<p>The terminal says what to do next; you can close this tab.</p>',
    )
  })
})

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
      `GET /back HTTP/1.1\r\nHost: localhost:PORT\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
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
    expect(told).toMatch(/\r\n\r\n[A-Z][\w ]+\n$/)
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
    expect(text).toContain(`<a href="${place}">show the outcome</a>`)
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
        message: `Port ${port} of the redirect URI is taken by another program.`,
        hint: expect.stringMatching(
          /^Find it: lsof -i :\d+ .*\nOr sign in by a code, which needs no port: od-link login --device$/,
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

describe('the browser', () => {
  const here = (command: string): Environment => ({
    browser: { command, variable: 'BROWSER' },
    hasDisplay: false,
    ssh: undefined,
    isWsl: false,
    place: undefined,
  })
  const script = (name: string, text: string) => {
    mkdirSync(join(own.dir, 'my bin'), { recursive: true })
    const path = join(own.dir, 'my bin', name)
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    return path
  }
  const url = 'https://login.example/?a=b&c=$(x)'
  const seen = async () => {
    const note = join(own.dir, 'note')
    await expect.poll(() => readFileSync(note, 'utf8')).toContain('end')
    return readFileSync(note, 'utf8')
  }
  const noting = () =>
    script('browser', `printf '%s|' "$@" > '${own.dir}/note'; echo end >> '${own.dir}/note'`)

  it.each([
    [(path: string) => `"${path}"`, `${url}|`],
    [(path: string) => `'${path}' -x "two words" 'and more' y=z`, `-x|two words|and more|y=z|${url}|`],
    [(path: string) => `"${path}" %s --new "" a%s`, `${url}|--new||a%s|`],
  ])('is started with the address: %#', async (command, args) => {
    expect(await openBrowser(url, here(command(noting())), (local) => local)).toBeUndefined()
    expect(await seen()).toBe(`${args}end\n`)
  })

  it('that fails at once is told of, one that runs on is taken for it', async () => {
    expect(await openBrowser(url, here(`"${script('xdg-open', 'exit 3')}"`), (local) => local)).toBe(
      'xdg-open ended with 3',
    )
    expect(await openBrowser(url, here('/nonexistent/browser'), (local) => local)).toMatch(/ENOENT/)
    const started = Date.now()
    expect(
      await openBrowser(url, here(`"${script('slow', 'sleep 1.2; exit 3')}"`), (local) => local),
    ).toBeUndefined()
    expect(Date.now() - started).toBeLessThan(1_150)
  })
})

describe('a sign-in', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox()
  })
  afterAll(() => sandbox?.close())
  let events: SignInEvent[]
  beforeEach(() => {
    events = []
  })

  const attempt = async (
    change: Partial<Attempt> = {},
    uri = 'http://localhost',
    listen?: string,
  ): Promise<Attempt> => {
    const { clientId, origin } = sandbox
    return {
      brought: {
        registration: { clientId, tenant: 'common' },
        loginOrigin: origin,
        graphOrigin: origin,
        redirect: readRedirect(uri, listen),
        scope: 'openid profile offline_access User.Read Files.ReadWrite.All',
      },
      authority: await findAuthority(origin, 'common', clientId),
      here: { browser: undefined, hasDisplay: false, ssh: undefined, isWsl: false, place: undefined },
      loginHint: 'ada@contoso.example',
      responseMode: 'query',
      canPaste: false,
      timeoutSeconds: 20,
      tell: (event) => events.push(event),
      keep: (record) => addLink({ ...record, graphOrigin: origin }, undefined),
      ...change,
    }
  }
  const opened = async () => {
    await expect.poll(() => events[0]).toMatchObject({ event: 'open' })
    return events[0] as Extract<SignInEvent, { event: 'open' }>
  }

  /** What a browser shows at the end, which goes on by itself from a page that waits. */
  const lastPage = async (address: string) => (await toLastPage(address)).text()

  it('by redirect is told, waited for, kept, and only then shown', async () => {
    let kept = 0
    const whole = await attempt()
    const keep: Attempt['keep'] = async (record) => {
      kept += 1
      return whole.keep(record)
    }
    const account = signInByRedirect({ ...whole, keep }, { open: false, pasteAfterMs: 0 })
    const { address, elsewhere } = await opened()
    expect(elsewhere).toMatch(/^http:\/\/localhost:\d+\/\?code=…$/)
    expect(events).toEqual([
      { event: 'open', address, elsewhere, canPaste: false, tunnel: undefined, passedOn: undefined },
      { event: 'waiting', seconds: 20 },
    ])
    const page = await lastPage(address)
    expect(kept).toBe(1)
    expect(page).toContain('Ada Lovelace, ada@contoso.example (work account) is now linked')
    expect(await account).toMatchObject({ username: 'ada@contoso.example' })
  })

  it('by redirect in a form', async () => {
    const account = signInByRedirect(await attempt({ responseMode: 'form_post', canPaste: true }), {
      open: false,
      pasteAfterMs: 0,
    })
    const { address, canPaste } = await opened()
    expect([canPaste, new URL(address).searchParams.get('response_mode')]).toEqual([false, 'form_post'])
    const page = await (await fetch(address)).text()
    const fields = [...page.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    )
    const back = new URL(new URL(address).searchParams.get('redirect_uri') ?? '')
    await (await fetch(back, { method: 'POST', body: new URLSearchParams(fields) })).text()
    expect((await account).username).toBe('ada@contoso.example')
  })

  it('that fails is shown as that', async () => {
    const failing = async (error: Error) => {
      const keep = async () => Promise.reject(error)
      events = []
      const account = signInByRedirect(await attempt({ keep }), { open: false, pasteAfterMs: 0 })
      const outcome = expect(account).rejects.toBe(error)
      const page = await lastPage((await opened()).address)
      await outcome
      return page
    }
    expect(await failing(new OdLinkError('keychain', 'It is full.'))).toContain('<p>It is full.</p>')
    expect(await failing(new Error('secret details'))).toContain('<p>od-link met a fault of its own.</p>')
  })

  it('that nobody answers ends with what may be in the way', async () => {
    const late = signInByRedirect(await attempt({ timeoutSeconds: 0.05 }), { open: false, pasteAfterMs: 0 })
    await expect(late).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'No answer came back from the browser within 0 s.',
      hint: expect.stringMatching(
        /^look at the browser: .*\nAADSTS50011 there means .* http:\/\/localhost;\nAADSTS700016 or "not enabled .*\nAADSTS50105 or 53003, .* od-link login\nWhere .*: od-link login --device$/,
      ),
    })
  })

  it('over SSH is told with its tunnel, behind a web server with what that passes on', async () => {
    const [port, other] = [await closedPort(), await closedPort()]
    const ssh = { user: 'ada', host: '10.0.0.5', port: 22 }
    const here = { browser: undefined, hasDisplay: false, ssh, isWsl: false, place: undefined }
    const quick = { timeoutSeconds: 0.05, here }
    await signInByRedirect(await attempt(quick, `http://localhost:${port}`), {
      open: false,
      pasteAfterMs: 0,
    }).catch(() => {})
    expect(events[0]).toMatchObject({
      tunnel: `ssh -L ${port}:localhost:${port} ada@10.0.0.5`,
      passedOn: undefined,
    })
    events = []
    const forwarded = await attempt(quick, 'https://a.example/x', `127.0.0.1:${other}`)
    await signInByRedirect(forwarded, { open: false, pasteAfterMs: 0 }).catch(() => {})
    expect(events[0]).toMatchObject({
      tunnel: undefined,
      passedOn: `127.0.0.1:${other}`,
      elsewhere: 'https://a.example/x?code=…',
    })
  })

  it('that came back is not talked about any more, however long the keeping takes', async () => {
    const whole = await attempt()
    const keep: Attempt['keep'] = async (record) => {
      await sleep(1_100)
      return whole.keep(record)
    }
    const account = signInByRedirect({ ...whole, keep }, { open: false, pasteAfterMs: 1_000 })
    await (await fetch((await opened()).address)).text()
    await account
    expect(events.map(({ event }) => event)).toEqual(['open', 'waiting'])
  })

  it('that came back makes nothing of a browser that fails after that', async () => {
    const whole = await attempt()
    const kept = join(own.dir, 'kept')
    const keep: Attempt['keep'] = async (record) => {
      writeFileSync(kept, '')
      await sleep(200)
      return whole.keep(record)
    }
    const failing = join(own.dir, 'failing')
    putProgram(failing, `until [ -e '${kept}' ]; do sleep 0.02; done; exit 3`)
    const here: Environment = {
      ...whole.here,
      browser: { command: `'${failing}'`, variable: 'BROWSER' },
      hasDisplay: true,
    }
    const account = signInByRedirect({ ...whole, keep, here }, { open: true, pasteAfterMs: 0 })
    await (await fetch((await opened()).address)).text()
    await account
    expect(events.map(({ event }) => event)).toEqual(['open', 'waiting'])
  })

  it('gives its port back, whatever became of it', async () => {
    const port = await closedPort()
    const late = await attempt({ timeoutSeconds: 0.05 }, `http://localhost:${port}`)
    await expect(signInByRedirect(late, { open: false, pasteAfterMs: 0 })).rejects.toMatchObject({
      kind: 'sign-in',
    })
    await expect(fetch(`http://localhost:${port}`)).rejects.toThrow()
  })

  it('that Microsoft refuses at the end is told with what is to be registered', async () => {
    const body = { error: 'invalid_request', error_description: 'AADSTS50011: No such address.' }
    const server = await startServer(() => ({ status: 400, body }))
    const uri = `http://localhost:${await closedPort()}`
    const whole = await attempt({}, uri)
    const authority = { ...whole.authority, tokenEndpoint: `${server.origin}/token` }
    const outcome = expect(
      signInByRedirect({ ...whole, authority }, { open: false, pasteAfterMs: 0 }),
    ).rejects.toMatchObject({
      code: 'AADSTS50011',
      hint: expect.stringContaining(`\nadd ${uri}\n`),
    })
    await (await fetch((await opened()).address)).text()
    await outcome
    await server.stop()
  })

  describe('whose address may be pasted', () => {
    /** What was looked for of the person's terminal, which this machine has not. */
    let looked: string[]
    beforeEach(() => {
      looked = []
      const usual = { readFileSync: fs.readFileSync, openSync: fs.openSync }
      // In the foreground of its terminal: state, parent, process group, session, terminal, the terminal's group.
      vi.spyOn(fs, 'readFileSync').mockImplementation(((path: string, ...more: []) =>
        path === '/proc/self/stat'
          ? '7 (node) S 1 7 7 34816 7'
          : usual.readFileSync(path, ...more)) as typeof fs.readFileSync)
      vi.spyOn(fs, 'openSync').mockImplementation(((path: string, ...more: [string]) => {
        if (path !== '/dev/tty') return usual.openSync(path, ...more)
        looked.push(path)
        throw new Error('ENXIO')
      }) as typeof fs.openSync)
      syncBuiltinESMExports()
    })
    afterEach(() => {
      vi.restoreAllMocks()
      syncBuiltinESMExports()
    })

    it.runIf(process.platform === 'linux').each([
      ['is pasted at the terminal', true, 'query', true],
      ['is not where nobody is there', false, 'query', false],
      ['is not where the answer is a form', true, 'form_post', false],
    ] as const)('%s', async (_, canPaste, responseMode, may) => {
      const whole = await attempt({ canPaste, responseMode, timeoutSeconds: 0.1 })
      await signInByRedirect(whole, { open: false, pasteAfterMs: 0 }).catch(() => {})
      expect(events[0]).toMatchObject({ event: 'open', canPaste: may })
      expect(looked).toEqual(may ? ['/dev/tty'] : [])
    })
  })

  it('by the browser opens it, says why it could not, and offers more after a silence', async () => {
    const browser = (command: string) => ({
      browser: { command, variable: 'BROWSER' } as const,
      hasDisplay: true,
      ssh: undefined,
      isWsl: false,
      place: undefined,
    })
    const quick = { timeoutSeconds: 1.3 }
    await signInByRedirect(await attempt({ ...quick, here: browser('false') }), {
      open: true,
      pasteAfterMs: 50,
    }).catch(() => {})
    expect(events.map(({ event }) => event)).toEqual(['open', 'waiting', 'unopened'])
    expect(events[0]).toMatchObject({ elsewhere: undefined })
    expect(events[2]).toEqual({ event: 'unopened', because: 'false ended with 1' })
    events = []
    await signInByRedirect(await attempt({ ...quick, here: browser('true') }), {
      open: true,
      pasteAfterMs: 50,
    }).catch(() => {})
    expect(events.map(({ event }) => event)).toEqual(['open', 'waiting', 'silence'])
    events = []
    const plain = `"${process.execPath}" -e "fetch(process.argv[1]).then((answer) => answer.text())"`
    const { signIn } = methods['the browser']
    expect((await signIn(await attempt({ here: browser(plain) }))).username).toBe('ada@contoso.example')
    expect(events.map(({ event }) => event)).toEqual(['open', 'waiting'])
  })

  it('by a code is told with its page, and kept when the person is done', async () => {
    await control(sandbox, 'POST', 'settings', { deviceIntervalSeconds: 1 })
    const account = methods['a code'].signIn(await attempt({ timeoutSeconds: undefined }))
    await expect.poll(() => events[0]).toMatchObject({ event: 'device' })
    const { address, code, expiresAt } = events[0] as Extract<SignInEvent, { event: 'device' }>
    expect(address).toBe(`${sandbox.origin}/devicelogin`)
    expect(Math.round((expiresAt - Date.now()) / 60_000)).toBe(15)
    await control(sandbox, 'POST', 'device', { user_code: code, username: 'grace@outlook.example' })
    expect((await account).username).toBe('grace@outlook.example')
    for (const { event } of events.slice(1)) expect(event).toBe('countdown')
  })

  it('by a code that nobody uses ends in time', async () => {
    const late = signInByDeviceCode(await attempt({ timeoutSeconds: 1.2 }))
    await expect(late).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'Nobody used the code in time.',
      hint: expect.stringMatching(
        /^od-link login --device\nIf the page said .*\norganisation, .*od-link login$/,
      ),
    })
    expect(events.filter(({ event }) => event === 'countdown')).toEqual([{ event: 'countdown', seconds: 0 }])
  })

  it('by a code that expires counts down to that', async () => {
    const code = { device_code: 'a', user_code: 'ABCD1234', verification_uri: 'https://login.example/device' }
    const server = await startServer(({ url }) =>
      url === '/devicecode'
        ? { status: 200, body: { ...code, expires_in: 10, interval: 1.2 } }
        : { status: 400, body: { error: 'expired_token' } },
    )
    await expect(signInByDeviceCode(await byCodeAt(server.origin))).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'The code has expired: nobody used it in time.',
      hint: expect.stringMatching(/^od-link login --device\n/),
    })
    expect(events.slice(1)).toEqual([{ event: 'countdown', seconds: 9 }])
    await server.stop()
  })

  it('by a code may be refused when the person is done, too', async () => {
    const code = { device_code: 'a', user_code: 'ABCD1234', verification_uri: 'https://login.example/device' }
    const refusal = { error: 'invalid_grant', error_description: 'AADSTS53003: No.' }
    const server = await startServer(({ url }) =>
      url === '/devicecode'
        ? { status: 200, body: { ...code, expires_in: 10, interval: 1 } }
        : { status: 400, body: refusal },
    )
    await expect(signInByDeviceCode(await byCodeAt(server.origin))).rejects.toMatchObject({
      code: 'AADSTS53003',
      message: 'The organisation does not allow signing in by a code.',
    })
    await server.stop()
  })

  const byCodeAt = async (origin: string) => {
    const whole = await attempt({ timeoutSeconds: undefined })
    const authority = {
      ...whole.authority,
      deviceCodeEndpoint: `${origin}/devicecode`,
      tokenEndpoint: `${origin}/token`,
    }
    return { ...whole, authority }
  }

  it.each([
    [
      '53003',
      /^The organisation does not allow signing in by a code\.$/,
      /^Sign in with a browser, .*od-link login\n\(paste/,
    ],
    ['50131', /^The organisation does not allow/, /^Sign in with a browser/],
    ['530035', /^The organisation does not allow/, /^Sign in with a browser/],
    ['530036', /^The organisation does not allow/, /^Sign in with a browser/],
    [
      '53000',
      /^The organisation wants a device that it manages, which a code cannot prove\.$/,
      /^Sign in with a browser/,
    ],
    ['53001', /^The organisation wants a device/, /^Sign in/],
    ['50097', /^The organisation wants a device/, /^Sign in/],
    ['530032', /^The organisation wants a device/, /^Sign in/],
    [
      '7000218',
      /^The app registration does not allow signing in by a code\.$/,
      /^https:\/\/entra.*\n> Authentication > Advanced.*\nThen Save\. \(A "Web" registration cannot: od-link login\)$/,
    ],
    ['70002', /^The app registration does not allow/, /Then Save/],
    ['50057', /^The account is disabled\.$/, /^Ask the administrator\.$/],
  ])('by a code may be refused by AADSTS%s', async (code, message, hint) => {
    const body = {
      error: 'invalid_grant',
      error_description: `AADSTS${code}: No. Trace ID: 1-2 Timestamp: 2026-11-24 17:00:00Z`,
    }
    const server = await startServer(() => ({ status: 400, body }))
    const whole = await attempt()
    const authority = { ...whole.authority, deviceCodeEndpoint: `${server.origin}/devicecode` }
    await expect(signInByDeviceCode({ ...whole, authority })).rejects.toMatchObject({
      kind: 'sign-in',
      code: `AADSTS${code}`,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
      requestId: '1-2',
      timestamp: '2026-11-24 17:00:00Z',
    })
    await server.stop()
  })
})
