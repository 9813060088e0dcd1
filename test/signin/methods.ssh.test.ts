import { userInfo } from 'node:os'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { hasSshd, type SshServer, startSshd } from '../helpers/network/sshd.ts'
import { signInAt } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { hasTerminal, odLinkWord, startInTerminal, type Terminal } from '../helpers/terminal/terminal.ts'

describe.runIf(hasSshd() && hasTerminal())('on a server without a desktop, over a real SSH session', () => {
  let ssh: SshServer
  let sandbox: SandboxProcess
  let world: World

  beforeAll(async () => {
    ssh = await startSshd()
    sandbox = await startSandbox()
  })
  afterAll(async () => {
    await ssh?.stop()
    await sandbox?.stop()
  })
  beforeEach(() => {
    world = newWorld(sandbox, undefined, { OD_LINK_BROWSER: undefined })
  })
  afterEach(() => world.remove())

  /** Logs in to the server as a person would, and types `od-link …` there. */
  function overSsh(args: string): Terminal {
    const variables = Object.entries(world.env).filter(([, value]) => value !== undefined)
    const env = variables.map(([name, value]) => `${name}='${value}'`).join(' ')
    return startInTerminal(ssh.connectWith(`env ${env} ${odLinkWord} ${args}`), { HOME: world.dir })
  }

  /** What the terminal says, and where a browser elsewhere ends up after the sign-in. */
  async function signInElsewhere(terminal: Terminal) {
    const [address] = await terminal.seen(/http:\/\/\S+authorize\S+(?=\s)/)
    const [tunnel] = await terminal.seen(/ssh -L \d+:localhost:\d+ \S+ -p \d+(?=\s)/)
    await terminal.seen(/Paste the URL here/)
    const answer = await signInAt(new URL(address))
    return { tunnel, landed: `${new URL(address).searchParams.get('redirect_uri')}/?${answer}` }
  }

  it('login takes the pasted address, and mkdir works in the next session', async () => {
    const terminal = overSsh('login')
    await terminal.seen(/This is an SSH session, so no browser is opened here/)
    const { landed } = await signInElsewhere(terminal)
    terminal.type(`${landed}\r`)
    const { code, shown } = await terminal.ended
    expect({ code, shown }).toEqual({ code: 0, shown: expect.stringContaining('Linked ada@contoso.example') })
    const next = overSsh("mkdir '/Over SSH'")
    expect(await next.ended).toEqual({ code: 0, shown: expect.stringContaining('/Over SSH') })
  })

  it('the tunnel that login prints lets the browser of another machine reach it', async () => {
    const terminal = overSsh('login')
    const { tunnel, landed } = await signInElsewhere(terminal)
    expect(tunnel).toMatch(
      new RegExp(`^ssh -L (\\d+):localhost:\\1 ${userInfo().username}@127\\.0\\.0\\.1 -p ${ssh.port}$`),
    )
    const browser = `for try in 1 2 3 4 5 6 7 8 9 10; do sleep 0.5; curl -sSL '${landed}' && break; done`
    const machine = startInTerminal(ssh.fromAnotherMachine(`${tunnel} -N & ${browser}; kill %1 $!`), {
      HOME: world.dir,
    })
    await machine.seen(/OneDrive is linked/)
    const { code, shown } = await terminal.ended
    expect({ code, shown }).toEqual({ code: 0, shown: expect.stringContaining('Linked ada@contoso.example') })
    machine.child.kill()
    await machine.ended
  })

  it('login --device needs neither', async () => {
    const terminal = overSsh('login --device')
    const [, code = ''] = await terminal.seen(/and enter the code:[\s\S]*?\n {2}([A-Z\d]{8,9})\n/)
    await sandbox.control('POST', 'device', { user_code: code })
    expect(await terminal.ended).toEqual({ code: 0, shown: expect.stringContaining('Linked ada@') })
  })
})
