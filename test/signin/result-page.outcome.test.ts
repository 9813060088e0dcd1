import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { expectStrictHeaders } from '../helpers/network/expect-strict.ts'
import {
  comeBack,
  link,
  signInAt,
  type WaitingLogin,
  waitingLogin,
} from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'

let sandbox: SandboxProcess
let world: World
let login: WaitingLogin | undefined

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())
beforeEach(() => {
  world = newWorld(sandbox)
})
afterEach(async () => {
  login?.child.kill()
  await login?.ended
  login = undefined
  world.remove()
  await sandbox.control('DELETE', 'weather')
})

const links = () => {
  const dir = join(world.dir, 'settings', 'links')
  return existsSync(dir) ? readdirSync(dir) : []
}

const errorOf = (stderr: string) => JSON.parse(stderr).error

describe('the page at the end of a login', () => {
  it('names who was linked, at an address without the code, and holds nothing secret', async () => {
    login = await waitingLogin(world)
    const answer = await signInAt(login.address)
    const callback = await fetch(`${login.redirectUri.origin}/?${answer}`, { redirect: 'manual' })
    expectStrictHeaders(Object.fromEntries(callback.headers))
    expect(await callback.text()).not.toContain(answer.get('code'))
    const place = callback.headers.get('location') ?? ''
    expect(callback.status).toBe(303)
    expect(place).not.toMatch(/[?#]/)

    const last = await fetch(new URL(place, login.redirectUri))
    const page = await last.text()
    expectStrictHeaders(Object.fromEntries(last.headers))
    expect(last.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page).toContain('Ada Lovelace, ada@contoso.example (work account) is now linked')
    expect(page).not.toMatch(
      /<script|<link(?! rel="icon" href="data:image\/svg\+xml,)|<img|https?:(?!\/\/www\.w3\.org\/2000\/svg")/,
    )
    const secrets: string[] = await sandbox.control('GET', 'secrets')
    for (const secret of [...secrets, login.state]) expect(page + place).not.toContain(secret)
    expect((await login.ended).code).toBe(0)
  })

  it('comes only after the link was saved, and the command ends within a second of it', async () => {
    login = await waitingLogin(world)
    await sandbox.control('POST', 'weather', { match: '/token', effect: { delayMs: 700 } })
    let shown = false
    const coming = comeBack(login, await signInAt(login.address)).finally(() => {
      shown = true
    })
    await sleep(400)
    expect({ shown, links: links() }).toEqual({ shown: false, links: [] })
    await coming
    expect(links()).toHaveLength(1)
    const { code } = await world.run(['token', '--json'])
    expect(code).toBe(0)
    const seen = performance.now()
    expect((await login.ended).code).toBe(0)
    expect(performance.now() - seen).toBeLessThan(1000)
  })

  it('does not keep the command, when the browser never asks for it', async () => {
    login = await waitingLogin(world)
    const answer = await signInAt(login.address)
    await fetch(`${login.redirectUri.origin}/?${answer}`, { redirect: 'manual' })
    const seen = performance.now()
    expect((await login.ended).code).toBe(0)
    expect(performance.now() - seen).toBeLessThan(1000)
  })

  it('is shown after a form_post too', async () => {
    login = await waitingLogin(world, ['--response-mode', 'form_post'])
    expect(login.address.searchParams.get('response_mode')).toBe('form_post')
    const body = await signInAt(login.address)
    const last = await fetch(login.redirectUri, { method: 'POST', body })
    expect({ status: last.status, page: await last.text() }).toEqual({
      status: 200,
      page: expect.stringContaining('Ada Lovelace'),
    })
    expect((await login.ended).code).toBe(0)
  })
})

describe('a sign-in of which no link comes', () => {
  it.each([
    ['the token endpoint is in trouble', 6, { status: 503, body: 'Busy' }],
    ['the token endpoint is lost in the middle', 7, { reset: true }],
    ['what comes is no token answer', 6, { status: 200, body: '<html>A network’s sign-in page</html>' }],
    [
      'the code is refused',
      4,
      {
        status: 400,
        body: { error: 'invalid_grant', error_description: 'AADSTS70008: Too old.', error_codes: [70008] },
      },
    ],
  ])('says so in the browser and saves nothing, when %s', async (_, exitCode, effect) => {
    login = await waitingLogin(world)
    await sandbox.control('POST', 'weather', { match: '/token', count: 9, effect })
    const { status, page, address } = await comeBack(login, await signInAt(login.address))
    const { code, stdout, stderr } = await login.ended
    expect({ status, address }).toEqual({ status: 200, address: expect.not.stringContaining('code=') })
    expect(page).toContain('OneDrive is not linked')
    expect(page).toContain('The terminal shows what to do next')
    expect(code).toBe(exitCode)
    expect(stdout).not.toContain('linked')
    expect(errorOf(stderr)).toMatchObject({ exitCode, message: expect.any(String), hint: expect.any(String) })
    expect(links()).toEqual([])
    expect((await world.run(['status'])).code).toBe(4)
  })

  it('says so when the person refuses, and shows what Microsoft wrote as text', async () => {
    login = await waitingLogin(world)
    const text = 'AADSTS99999: <script>alert(1)</script>\u001b[31m\u202e is not allowed. Trace ID: 12-34'
    await sandbox.control('POST', 'next-sign-in', { error: 'server_error', error_description: text })
    const { page } = await comeBack(login, await signInAt(login.address))
    expect(page).toContain('OneDrive is not linked')
    expect(page).toContain('&#60;script&#62;')
    expect(page).not.toContain('<script')
    const { code, stderr } = await login.ended
    expect(code).toBe(6)
    expect(stderr).not.toMatch(/[\u001b\u202e]/)
    expect(errorOf(stderr)).toMatchObject({ code: 'AADSTS99999', requestId: '12-34' })
    expect(links()).toEqual([])
  })

  it('leaves no tokens behind when the link cannot be recorded, and the link from before is still there', async () => {
    await link(world)
    const before = { status: (await world.run(['status', '--json'])).stdout, links: links() }
    login = await waitingLogin(world, ['--login-hint', 'grace@outlook.example'])
    const answer = await signInAt(login.address)
    const index = join(world.dir, 'settings', 'accounts.json')
    const kept = readFileSync(index, 'utf8')
    writeFileSync(index, 'damaged meanwhile')
    const { page } = await comeBack(login, answer)
    expect(page).toContain('OneDrive is not linked')
    const { code, stdout, stderr } = await login.ended
    expect(code).toBe(2)
    expect(stdout).not.toContain('"linked"')
    expect(errorOf(stderr).message).toContain(index)
    writeFileSync(index, kept)
    expect({ status: (await world.run(['status', '--json'])).stdout, links: links() }).toEqual(before)
  })
})
