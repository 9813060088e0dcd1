import { connect } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import type { Running } from '../helpers/program/od-link.ts'
import { signInAt } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'

let sandbox: SandboxProcess
let world: World
let login: Running
let address: URL
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())
beforeEach(async () => {
  world = newWorld(sandbox)
  login = world.start(['login', '--no-browser'])
  const [found] = await login.seen(/http:\/\/localhost:\d+\/\S*authorize\S*(?=\s)/)
  address = new URL(found)
})
afterEach(async () => {
  login.child.kill()
  await login.ended
  world.remove()
})
const redirectUri = () => new URL(address.searchParams.get('redirect_uri') ?? '')
const cookies = (kilobytes: number) =>
  Array.from({ length: kilobytes }, (_, index) => `c${index}=${'x'.repeat(1_015)}`).join('; ')

describe('a browser that insists on https for localhost', () => {
  const greet = () =>
    new Promise<void>((resolve) => {
      const socket = connect({
        port: Number(redirectUri().port),
        host: '127.0.0.1',
        rejectUnauthorized: false,
      })
      socket.on('error', () => resolve()).on('close', () => resolve())
    })

  it('is noticed at once, once, with what to do', async () => {
    await greet()
    await login.seen(/Your browser uses https for localhost, so the last page fails to load\./)
    await greet()
    await greet()
    expect(login.output().match(/uses https for localhost/g)).toHaveLength(1)
    expect(login.output()).toContain('--redirect-uri http://127.0.0.1')
    expect(login.child.exitCode).toBeNull()
    // The next browser may come by http.
    await (await fetch(address)).text()
    expect((await login.ended).code).toBe(0)
  })
})

describe('a browser with the cookies of other programs on localhost', () => {
  it.each([16, 60, 200])('is heard with %i KB', async (kilobytes) => {
    const answer = await signInAt(address)
    const page = await fetch(`${redirectUri().origin}/?${answer}`, {
      headers: { cookie: cookies(kilobytes) },
    })
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('OneDrive is linked')
    expect((await login.ended).code).toBe(0)
  })

  it('is told what to do where they are more than that, and so is the terminal', async () => {
    const answer = await signInAt(address)
    const page = await fetch(`${redirectUri().origin}/?${answer}`, { headers: { cookie: cookies(300) } })
    expect(page.status).toBe(431)
    expect(await page.text()).toMatch(/private window, or delete the cookies of localhost/)
    await login.seen(/more cookies for localhost than od-link accepts\.\n.*private window/)
    expect(login.child.exitCode).toBeNull()
  })
})
