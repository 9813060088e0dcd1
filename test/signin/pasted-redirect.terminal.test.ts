import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { signInAt } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { kept } from '../helpers/program/world-files.ts'
import {
  hasTerminal,
  leftAs,
  odLinkWord,
  startInTerminal,
  type Terminal,
} from '../helpers/terminal/terminal.ts'

describe.runIf(hasTerminal())('at a terminal that no browser can reach, login', () => {
  let sandbox: SandboxProcess
  let world: World

  beforeAll(async () => {
    sandbox = await startSandbox()
  })
  afterAll(() => sandbox?.stop())
  beforeEach(async () => {
    await sandbox.control('DELETE', 'log')
    world = newWorld(sandbox, undefined, { OD_LINK_BROWSER: '', SSH_CONNECTION: '10.0.0.9 1 10.0.0.5 22' })
  })
  afterEach(() => world.remove())

  const startLogin = (line = `${odLinkWord} login`) => startInTerminal(`${line}${leftAs}`, world.env)

  /** The address that the terminal shows, and the one that a browser elsewhere ends up on after the sign-in. */
  async function signInElsewhere(terminal: Terminal): Promise<{ address: string; landed: string }> {
    const [address] = await terminal.seen(/http:\/\/\S+authorize\S+(?=\s)/)
    await terminal.seen(/Paste the URL here/)
    const answer = await signInAt(new URL(address))
    return { address, landed: `${new URL(address).searchParams.get('redirect_uri')}/?${answer}` }
  }

  /** The person's terminal is theirs again. */
  function expectGivenBack(shown: string) {
    expect(shown).toMatch(/\secho\s/)
    expect(shown).toMatch(/\sicanon\s/)
  }

  it('takes the address that the browser ended up on, and does not show it', async () => {
    const terminal = startLogin()
    const { landed } = await signInElsewhere(terminal)
    terminal.type(`${landed}\r`)
    const { code, shown } = await terminal.ended
    expect({ code, shown }).toEqual({ code: 0, shown: expect.stringContaining('Linked ada@contoso.example') })
    expect(shown).not.toContain(new URL(landed).searchParams.get('code')?.slice(0, 40))
    expectGivenBack(shown)
    expect((await world.run(['mkdir', '/Pasted'])).stdout).toBe('/Pasted\n')
  })

  it('takes it with what comes along in copying: quotes, spaces, an empty fragment, marks of a paste', async () => {
    const terminal = startLogin()
    const { landed } = await signInElsewhere(terminal)
    terminal.type(`\x1b[200~  "${landed}#" \x1b[201~\r`)
    expect((await terminal.ended).code).toBe(0)
  })

  it('checks it like what comes to the listener, says what is wrong, and asks again', async () => {
    const terminal = startLogin()
    const { address, landed } = await signInElsewhere(terminal)
    const other = new URL(landed)
    other.searchParams.set('state', 'of-another-sign-in')
    const wrong: [string, RegExp][] = [
      ['hello', /does not look like http:\/\/localhost:\d+\/\?code=…/],
      [address, /the URL to open in the browser/],
      [other.href, /belongs to another sign-in/],
      [landed.replace(/&state=.*/, ''), /URL is incomplete/],
      [landed.replace(/state=.*/, 'error=access_denied'), /URL is incomplete/],
    ]
    for (const [text, words] of wrong) {
      const before = terminal.shown().length
      terminal.type(`${text}\r`)
      await terminal.seen(new RegExp(`^[\\s\\S]{${before},}[^\\n]*${words.source}`))
    }
    expect(await sandbox.control('GET', 'log')).not.toContainEqual(expect.objectContaining({ kind: 'token' }))
    terminal.type(`${landed}\r`)
    expect((await terminal.ended).code).toBe(0)
  })

  it.each([
    ['with https, which a browser may insist on', (landed: string) => landed.replace('http:', 'https:')],
    ['without a scheme', (landed: string) => landed.replace('http://', '')],
    ['as a number', (landed: string) => landed.replace('localhost', '127.0.0.1')],
    ['as its query only', (landed: string) => new URL(landed).search],
  ])('takes it %s', async (_, change) => {
    const terminal = startLogin()
    const { landed } = await signInElsewhere(terminal)
    terminal.type(`${change(landed)}\r`)
    const { code, shown } = await terminal.ended
    expect({ code, shown }).toEqual({ code: 0, shown: expect.stringContaining('Linked ada@contoso.example') })
  })

  it('takes a refusal too, when it is of this sign-in', async () => {
    const terminal = startLogin()
    await sandbox.control('POST', 'next-sign-in', { error: 'access_denied', error_subcode: 'cancel' })
    const { landed } = await signInElsewhere(terminal)
    terminal.type(`${landed}\r`)
    const { code, shown } = await terminal.ended
    expect({ code, shown }).toEqual({ code: 4, shown: expect.stringContaining('The sign-in was cancelled') })
    expect(kept(world)).toEqual({})
    expectGivenBack(shown)
  })

  it('goes on without it when the browser reaches the listener first', async () => {
    const terminal = startLogin()
    const { landed } = await signInElsewhere(terminal)
    terminal.type('half an addr')
    const page = await (await fetch(landed)).text()
    expect(page).toContain('OneDrive is linked')
    // Which of many windows to go back to.
    expect(page).toMatch(/<p>od-link on [^<]+, terminal pts\/\d+, started at \d+:\d\d<\/p>/)
    const { code, shown } = await terminal.ended
    expect(code).toBe(0)
    expectGivenBack(shown)
  })

  it('reads it from the terminal alone, whatever stands in the pipe', async () => {
    const terminal = startLogin(`yes 'http://localhost/?code=from-the-pipe' | ${odLinkWord} login`)
    const { landed } = await signInElsewhere(terminal)
    expect(terminal.shown()).not.toContain('That is not it')
    terminal.type(`${landed}\r`)
    expect((await terminal.ended).code).toBe(0)
  })

  it('asks nobody with --json, so that a program in front of it keeps its terminal', async () => {
    const terminal = startLogin(`${odLinkWord} login --json`)
    const [, address = ''] = await terminal.seen(/"address":"([^"]+)"/)
    const answer = await signInAt(new URL(address))
    terminal.type('typed for another program\r')
    await terminal.seen(/typed for another program/)
    await fetch(`${new URL(address).searchParams.get('redirect_uri')}/?${answer}`)
    const { code, shown } = await terminal.ended
    expect(code).toBe(0)
    expect(shown).not.toContain('Paste')
  })

  it('in the background leaves the terminal alone, and goes on listening', async () => {
    const terminal = startInTerminal(`set -m; ${odLinkWord} login & wait`, world.env)
    const [address] = await terminal.seen(/http:\/\/\S+authorize\S+(?=\s)/)
    await terminal.seen(/Waiting up to/)
    expect(await (await fetch(address)).text()).toContain('OneDrive is linked')
    const { code, shown } = await terminal.ended
    expect({ code, shown }).toEqual({ code: 0, shown: expect.stringContaining('Linked ada@contoso.example') })
    expect(shown).not.toContain('Stopped')
  })

  it('ends with 130 at Ctrl-C, and gives the terminal and the port back', async () => {
    const terminal = startLogin()
    const { landed } = await signInElsewhere(terminal)
    terminal.type('\x03')
    const { code, shown } = await terminal.ended
    expect(code).toBe(130)
    expectGivenBack(shown)
    await expect(fetch(landed)).rejects.toThrow()
    expect(kept(world)).toEqual({})
  })
})
