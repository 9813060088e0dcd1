import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../../helpers/network/server.ts'
import { jsonError, useLinked } from '../../helpers/program/linked.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'

describe('names and paths that OneDrive never accepts', () => {
  const at = useLinked()
  beforeEach(() => at.forgetRequests())

  it.each([
    ['a"b', 'it contains """'],
    ['a*b', 'it contains "*"'],
    ['a:b', 'it contains ":"'],
    ['a<b', 'it contains "<"'],
    ['a>b', 'it contains ">"'],
    ['a?b', 'it contains "?"'],
    ['a\\b', 'it contains "\\"'],
    ['a|b', 'it contains "|"'],
    ['a\tb', 'a control character'],
    ['a\nb', 'a control character'],
    [' a', 'begins or ends with a space'],
    ['a ', 'begins or ends with a space'],
    ['a.', 'ends with a dot'],
    ['.', '"." and ".." are not folder names'],
    ['..', '"." and ".." are not folder names'],
    ['', 'empty'],
    ['~$a', 'begins with ~$'],
    ['a_VTI_b', '_vti_'],
    ['.lock', 'reserved'],
    ['Desktop.ini', 'reserved'],
    ['CON', 'reserved for a device'],
    ['con.txt', 'reserved for a device'],
    ['Lpt9', 'reserved for a device'],
    ['com0', 'reserved for a device'],
    ['x'.repeat(256), 'longer than 255'],
  ])('refuses the name %j before anything is sent, and says why', async (name, reason) => {
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'fine', name])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(reason)
    expect(stderr).not.toMatch(/[\t\u001b]/)
    expect(await at.requests()).toEqual([])
  })

  it.each([[['/fine/a|b/c']], [['/../etc']], [['/a./b', 'c']], [['-p', '/a/ b']]])(
    'checks every name of the path in %j',
    async (args) => {
      const { code, stdout, stderr } = await at.world.run(['mkdir', ...args])
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('OneDrive does not accept the name')
      expect(await at.requests()).toEqual([])
    },
  )

  it('refuses a path that is too long', async () => {
    const { code, stderr } = await at.world.run(['mkdir', '-p', 'x'.repeat(200), 'y'.repeat(200)])
    expect(code).toBe(2)
    expect(stderr).toContain('401 characters')
    expect(stderr).toContain('400')
    expect(await at.requests()).toEqual([])
  })

  it('refuses a path in the place of a name, and says what to type', async () => {
    const { code, stderr } = await at.world.run(['mkdir', '/', 'a/b'])
    expect(code).toBe(2)
    expect(stderr).toContain('not a path: "a/b"')
    expect(stderr).toMatch(/od-link mkdir -p ["']?\/a\/b/)
    expect(await at.requests()).toEqual([])
  })

  it('quotes that command for the shell', async () => {
    const { stderr } = await at.world.run(['mkdir', '/', 'a/`echo no` $HOME'])
    expect(stderr).toContain("od-link mkdir -p '/a/`echo no` $HOME'")
  })

  it.each([['C:/Program Files/Git/Reports'], ['c:/Program Files/Git/'], ['C:\\Users\\ada']])(
    'recognizes %j as a path of this computer',
    async (path) => {
      const { code, stdout, stderr } = await at.world.run(['mkdir', path, 'x'])
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('path of this computer')
      expect(stderr).toContain(path[2] === '/' ? 'MSYS_NO_PATHCONV=1' : 'its path in OneDrive')
      expect(await at.requests()).toEqual([])
    },
  )

  it('leaves to the server what only some drives refuse, and shows its reason', async () => {
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'Forms'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Name is reserved for list forms folder')
    expect(await at.requests('graph')).toHaveLength(1)
  })

  it('refuses in JSON with --json', async () => {
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--json', '/', 'a|b'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(jsonError(stderr)).toMatchObject({ kind: 'usage', exitCode: 2, hint: expect.any(String) })
  })
})

describe('with no account', () => {
  let network: TestServer
  let world: World
  let keychainCalls = 0
  const bus = createServer((socket) => {
    keychainCalls += 1
    socket.destroy()
  })

  beforeAll(async () => {
    network = await startServer(() => ({ status: 500 }))
    world = newWorld(undefined, undefined, { OD_LINK_STORE: 'keychain' })
    const opened = join(world.dir, 'opened')
    const socket = join(world.dir, 'bus')
    await new Promise<void>((resolve) => bus.listen(socket, resolve))
    const browser = join(world.dir, 'browser.mjs')
    writeFileSync(browser, `import fs from 'node:fs'; fs.writeFileSync(${JSON.stringify(opened)}, '')`)
    Object.assign(world.env, {
      OD_LINK_CLIENT_ID: '11111111-2222-3333-4444-555555555555',
      OD_LINK_AUTHORITY_HOST: network.origin,
      OD_LINK_GRAPH_HOST: network.origin,
      OD_LINK_BROWSER: `"${process.execPath}" "${browser}"`,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}`,
    })
  })
  afterAll(async () => {
    bus.close()
    await network?.stop()
    world?.remove()
  })

  it('fails at once, without the network, the keychain, a browser or a question', async () => {
    const { code, stdout, stderr, milliseconds } = await world.run(['mkdir', '/', 'x'], { input: '' })
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toContain('No OneDrive is linked.')
    expect(stderr).toContain('od-link login')
    expect(milliseconds).toBeLessThan(2_000)
    expect(network.connections()).toBe(0)
    expect(keychainCalls).toBe(0)
    expect(existsSync(join(world.dir, 'opened'))).toBe(false)
    expect(readdirSync(world.dir).filter((name) => name === 'settings')).toEqual([])
  })

  it('says which accounts there are when none of that name is linked', async () => {
    const { code, stderr } = await world.run(['mkdir', '--json', '--account', 'work', '/', 'x'])
    expect(code).toBe(4)
    expect(jsonError(stderr)).toMatchObject({ kind: 'sign-in', exitCode: 4, hint: 'od-link login' })
    expect(network.connections()).toBe(0)
  })
})
