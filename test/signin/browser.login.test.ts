import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SpyBrowser, spyBrowser } from '../helpers/browser/spy-browser.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { newWorld, type World } from '../helpers/program/world.ts'

let sandbox: SandboxProcess
let world: World
let spy: SpyBrowser
let other: SpyBrowser

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())
beforeEach(() => {
  world = newWorld(sandbox)
  spy = spyBrowser(world.dir)
  other = spyBrowser(world.dir, 'other browser')
})
afterEach(() => world.remove())

/** Signs in by hand at the address that was printed, and returns how the login ended. */
async function byHand(env: NodeJS.ProcessEnv, ...flags: string[]) {
  const login = world.start(['login', ...flags], { env })
  const [address] = await login.seen(/http:\/\/\S+authorize\S+/)
  await login.seen(/Waiting up to/)
  await (await fetch(address)).text()
  return login.ended
}

describe('the browser that login opens', () => {
  it('is the command of OD_LINK_BROWSER, which gets the printed address as its last argument', async () => {
    const env = { OD_LINK_BROWSER: `${spy.command} --profile "my own" 'x y'`, BROWSER: `"${other.command}"` }
    const { code, stderr } = await world.run(['login'], { env })
    expect(code).toBe(0)
    const [printed] = /http:\/\/\S+authorize\S+/.exec(stderr) ?? []
    expect(spy.seen().args).toEqual(['--profile', 'my own', 'x y', printed])
    expect(other.opened()).toBe(false)
  })

  it('is else that of BROWSER, with the address in the place of %s', async () => {
    const env = { OD_LINK_BROWSER: '', BROWSER: `'${other.command}' %s --new-window` }
    const login = world.start(['login'], { env })
    const [address] = await login.seen(/http:\/\/\S+authorize\S+/)
    await login.seen(/Waiting/)
    for (let wait = 0; !other.opened() && wait < 100; wait += 1) await sleep(50)
    expect(other.seen().args).toEqual([address, '--new-window'])
    await (await fetch(address)).text()
    expect((await login.ended).code).toBe(0)
  })

  it.each([
    ['with --no-browser', ['--no-browser'], (spy: string) => ({ OD_LINK_BROWSER: spy })],
    ['when OD_LINK_BROWSER is none', [], (spy: string) => ({ OD_LINK_BROWSER: 'none', BROWSER: spy })],
    ['when BROWSER is none', [], () => ({ OD_LINK_BROWSER: '', BROWSER: 'none' })],
    ['where there is no display', [], () => ({ OD_LINK_BROWSER: '', BROWSER: '' })],
  ])('is none %s, and the sign-in by hand works', async (_, flags, env) => {
    const { code, stdout, stderr } = await byHand(env(spy.command), ...flags)
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Linked ada@') })
    expect(stderr).toMatch(/no browser is opened/i)
    expect(spy.opened()).toBe(false)
  })

  it.each([
    ['does not exist', (dir: string) => join(dir, 'nowhere')],
    ['is a folder', (dir: string) => dir],
    ['fails', () => 'false'],
    ['cannot be understood', () => '""'],
  ])('may be one that %s: the sign-in by hand works', async (_, command) => {
    const { code, stdout } = await byHand({ OD_LINK_BROWSER: command(world.dir) })
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Linked ada@') })
  })

  it('starts no shell, so nothing in its command is carried out', async () => {
    const prey = join(world.dir, 'prey')
    await byHand({ OD_LINK_BROWSER: `true; touch ${prey}; echo $(touch ${prey})` })
    await sleep(100)
    expect(existsSync(prey)).toBe(false)
  })
})
