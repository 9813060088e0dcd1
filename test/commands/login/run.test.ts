import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { openSocket } from '../../helpers/network/raw-http.ts'
import { comeBack, link, loginByHand, signInAt, waitingLogin } from '../../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'

const ada = 'ada@contoso.example'
const grace = 'grace@outlook.example'

let sandbox: SandboxProcess
let world: World

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())
beforeEach(() => {
  world = newWorld(sandbox)
})
afterEach(() => world.remove())

const statusOf = async () => JSON.parse((await world.run(['status', '--json'])).stdout)

describe('od-link login', () => {
  it('links a work account and says who it is', async () => {
    const { code, stdout, stderr } = await world.run(['login'])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `✓ Linked ${ada} (work account, Ada Lovelace).\n`,
    })
    expect(stderr).toMatch(
      /If nothing opened, visit:\n\n {2}http:\/\/localhost:\d+\/common\/oauth2\/v2\.0\/authorize\?/,
    )
    expect((await world.run(['mkdir', '/', 'First'])).code).toBe(0)
  })

  it('links a personal account and says that it is one', async () => {
    const { code, stdout } = await world.run(['login', '--login-hint', grace])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `✓ Linked ${grace} (personal account, Grace Hopper).\n`,
    })
    expect(await statusOf()).toMatchObject([
      { kind: 'personal', tenantId: '9188040d-6c67-4c5b-b112-36a304b66dad', username: grace },
    ])
  })

  it('sends the person to an address that holds what a safe sign-in needs', async () => {
    const logins = [await waitingLogin(world), await waitingLogin(world, ['--login-hint', grace])]
    const [first, hinted] = logins.map(({ address }) => Object.fromEntries(address.searchParams))
    expect(first).toMatchObject({
      client_id: sandbox.clientId,
      response_type: 'code',
      redirect_uri: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      scope: 'openid profile offline_access User.Read Files.ReadWrite.All',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      prompt: 'select_account',
    })
    // 128 bits are 22 characters of base64url.
    for (const name of ['state', 'nonce']) expect(first?.[name]).toMatch(/^[\w-]{22,}$/)
    expect(hinted).toMatchObject({ login_hint: grace })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(hinted?.[name]).not.toBe(first?.[name])
    for (const { child, ended } of logins) {
      child.kill()
      await ended
    }
  })

  it('prints events for a program: the address first, the account last, and nothing else', async () => {
    const { code, stdout, stderr } = await world.run(['login', '--json', '--as', 'work'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events).toEqual([
      { event: 'open', address: expect.stringMatching(/^http:\/\/localhost:\d+\/common\//) },
      {
        event: 'linked',
        account: expect.objectContaining({
          name: 'work',
          username: ada,
          kind: 'work',
          displayName: 'Ada Lovelace',
        }),
      },
    ])
    const { tenantId, objectId } = events[1].account
    expect(events[1].account.id).toBe(`${tenantId}.${objectId}`)
  })

  it('replaces the link of the same person and no other', async () => {
    await link(world, '--as', 'work')
    const second = await loginByHand(world, ['--login-hint', grace, '--as', 'home'])
    expect(second.stderr).toContain(`Commands still use ${ada}. To switch: od-link use home\n`)
    const [work, home] = await statusOf()
    await link(world, '--login-hint', ada, '--scope', 'Files.ReadWrite')
    const after = await statusOf()
    expect(after).toHaveLength(2)
    expect(after).toContainEqual(home)
    const replaced = after.find(({ id }: { id: string }) => id === work.id)
    expect(replaced).toMatchObject({ name: 'work', default: true })
    const office = await loginByHand(world, ['--login-hint', ada, '--as', 'office'])
    expect(office.stderr).toContain('Its short name was work; scripts that use work no longer find it.')
    expect(office.stderr).not.toContain('Commands still use')
    expect((await statusOf()).map(({ name }: { name: string }) => name).sort()).toEqual(['home', 'office'])
  })

  it('refuses a short name that belongs to another account, and loses nothing', async () => {
    await link(world, '--as', 'work')
    const before = await statusOf()
    const { code, stdout, stderr } = await loginByHand(world, ['--login-hint', grace, '--as', 'WORK'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`"WORK" already belongs to ${ada}`)
    expect(stderr).toContain('od-link logout')
    expect(await statusOf()).toEqual(before)
    expect((await world.run(['mkdir', '/', 'Still mine'])).code).toBe(0)
  })

  it.each(['', 'two words', '-x', '../x', 'a@b', '💥'])(
    'refuses "%s" as a short name before anything else',
    async (name) => {
      const { code, stdout, stderr } = await world.run(['login', `--as=${name}`])
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('short name')
      expect(stderr).not.toContain('http')
    },
  )

  it('stops at the time limit, and says what to look for in the browser', async () => {
    const login = await waitingLogin(world, ['--timeout', '0.5'])
    const { code, stderr } = await login.ended
    const { error } = JSON.parse(stderr)
    expect(code).toBe(4)
    expect(error).toMatchObject({ kind: 'sign-in', exitCode: 4 })
    expect(error.hint).toMatch(/browser[\s\S]*AADSTS50011[\s\S]*AADSTS700016[\s\S]*od-link login/)
    await expect(openSocket(login.port)).rejects.toThrow('ECONNREFUSED')
  })

  it('dies of Ctrl-C, and the port is free again', async () => {
    const login = await waitingLogin(world)
    login.child.kill('SIGINT')
    expect(await login.ended).toMatchObject({ code: 130, signal: 'SIGINT', stderr: '' })
    await expect(openSocket(login.port)).rejects.toThrow('ECONNREFUSED')
    expect((await world.run(['status'])).code).toBe(4)
  })

  it('takes the port of the redirect URI, and names it when another program has it', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const uri = `http://localhost:${port}`
    const { code, stdout, stderr } = await world.run(['login', '--redirect-uri', uri])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`Port ${port}`)
    expect(stderr).toContain(`lsof -i :${port}`)
    await new Promise((resolve) => other.close(resolve))
    const login = await waitingLogin(world, ['--redirect-uri', uri])
    expect(login.address.searchParams.get('redirect_uri')).toBe(uri)
    await comeBack(login, await signInAt(login.address))
    expect((await login.ended).code).toBe(0)
  })

  it('names a port that is taken in the other family alone', async () => {
    const other = createServer().listen(0, '::1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const { code, stderr } = await world.run(['login', '--redirect-uri', `http://localhost:${port}`])
    other.close()
    expect(code).toBe(2)
    expect(stderr).toContain(`Port ${port}`)
  })

  it.each([
    'https://localhost:5000',
    'http://0.0.0.0:5000',
    'http://example.com/',
    'http://localhost:99999',
    'http://localhost/?x=1',
    'http://user@localhost/',
    'localhost',
  ])('refuses %s as a redirect URI', async (uri) => {
    const { code, stderr } = await world.run(['login', '--redirect-uri', uri])
    expect(code).toBe(2)
    expect(stderr).toContain(uri)
    expect(stderr).toContain('http://localhost')
  })
})
