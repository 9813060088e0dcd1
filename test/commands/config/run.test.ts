import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasKeyring, type Keyring, startKeyring } from '../../helpers/keychain/keyring.ts'
import { itemsOf } from '../../helpers/keychain/keyring-items.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { filesOf, kept, modesOf } from '../../helpers/program/world-files.ts'
import { atTerminal, enter } from '../../helpers/terminal/at-terminal.ts'
import { hasTerminal } from '../../helpers/terminal/terminal.ts'

const id = '11111111-2222-3333-4444-555555555555'
const secret = 'cN38Q~the-Value_of.a+secret/xyz'

let world: World

beforeEach(() => {
  world = newWorld(undefined)
})
afterEach(() => world.remove())

const config = (...args: string[]) => world.run(['config', ...args])
const withInput = (input: string | Buffer, ...args: string[]) => world.run(['config', ...args], { input })

describe('od-link config', () => {
  it.each([
    ['client-id', id],
    ['tenant', 'contoso.com'],
    ['cloud', 'usgov'],
    ['redirect-uri', 'http://localhost:5000/post_onedrive'],
    ['scope', 'Files.ReadWrite User.Read'],
    ['store', 'file'],
  ])('keeps %s and shows it', async (name, value) => {
    const env = { OD_LINK_STORE: undefined }
    const run = (...args: string[]) => world.run(['config', ...args], { env })
    expect(await run('set', name, value)).toMatchObject({ code: 0, stdout: '' })
    expect(await run('get', name)).toMatchObject({ code: 0, stdout: `${value}\n`, stderr: '' })
  })

  it('forgets a setting, and says that it is not set', async () => {
    await config('set', 'client-id', id)
    expect(await config('get', 'client-id', '--json')).toMatchObject({ code: 0, stdout: `"${id}"\n` })
    for (const time of ['once', 'twice']) {
      expect(await config('unset', 'client-id'), time).toMatchObject({ code: 0, stdout: '' })
    }
    expect(await config('get', 'client-id')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/client-id is not set[\s\S]*od-link config set client-id/),
    })
    expect(await config('get', 'client-id', '--json')).toMatchObject({ code: 0, stdout: 'null\n' })
  })

  it('clears away what a killed writer left behind, and not the draft of one that may be at work', async () => {
    await config('set', 'client-id', id)
    const [old, young, other] = [
      'config.json.tmp-0000000000abcdef',
      'config.json.tmp-1111111111abcdef',
      'config',
    ]
    for (const name of [old, young, other]) writeFileSync(join(world.dir, 'settings', name), '')
    const hourAgo = Date.now() / 1000 - 3600
    for (const name of [old, other]) utimesSync(join(world.dir, 'settings', name), hourAgo, hourAgo)
    expect(await config('set', 'tenant', 'contoso.com')).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(join(world.dir, 'settings')).sort()).toEqual([other, 'config.json', young, 'locks'])
  })

  it('keeps settings from others: a folder of 0700 and files of 0600', async () => {
    await config('set', 'client-id', id)
    await withInput(secret, 'set', 'client-secret')
    const files = Object.keys(filesOf(world.dir))
    expect(files).toContain(join('settings', 'config.json'))
    expect(files.length).toBeGreaterThan(1)
    for (const [path, mode] of Object.entries(modesOf(world.dir))) {
      expect({ path, mode }).toEqual({ path, mode: files.includes(path) ? '0600' : '0700' })
    }
  })

  it('lists what there is and where it comes from, for people and for programs', async () => {
    await config('set', 'client-id', id)
    await config('set', 'tenant', 'contoso.com')
    const env = { OD_LINK_TENANT: 'fabrikam.com' }
    const words = await world.run(['config', 'list'], { env })
    expect(words).toMatchObject({ code: 0, stderr: '' })
    expect(words.stdout).toMatch(new RegExp(`^client-id +${id}$`, 'm'))
    expect(words.stdout).toMatch(/^tenant +fabrikam\.com +\(OD_LINK_TENANT\)$/m)
    expect(words.stdout).toMatch(/^client-secret +—$/m)
    const { stdout } = await world.run(['config', 'list', '--json'], { env })
    expect(JSON.parse(stdout)).toEqual(
      expect.arrayContaining([
        { name: 'client-id', value: id, from: 'settings' },
        { name: 'tenant', value: 'fabrikam.com', from: 'OD_LINK_TENANT' },
        { name: 'cloud', value: null, from: null },
        { name: 'store', value: 'file', from: 'OD_LINK_STORE' },
        { name: 'client-secret', value: null, from: null },
      ]),
    )
  })

  it.each([
    [['set', 'client-id', 'not an id'], /That is not a client ID[\s\S]*Application \(client\) ID/],
    [
      ['set', 'client-id', 'Abc8Q~0123456789abcdefghijklmnopqrstuvwx'],
      /^((?!Abc8Q)[\s\S])*a client secret((?!Abc8Q)[\s\S])*$/,
    ],
    [['set', 'tenant', 'a/b'], /a\/b/],
    [['set', 'cloud', 'moon'], /"moon"[\s\S]*usgov/],
    [['set', 'scope', 'MyS3cretPassw0rd!'], /not a list of s/],
    [['set', 'redirect-uri', 'http://example.com'], /example\.com[\s\S]*http:\/\/localhost/],
    [['set', 'store', 'shoebox'], /"shoebox"[\s\S]*keychain/],
    [['set', 'client-id'], /Missing argument[\s\S]*od-link config set client-id/],
    [['set', 'colour', 'red'], /"colour"[\s\S]*client-id/],
    [['set'], /Name a setting/],
    [['get', 'colour'], /"colour"/],
    [['unset', 'colour'], /"colour"/],
    [['put', 'tenant', 'x'], /get, set, unset or list, not "put"/],
    [[], /config/],
  ])('refuses %j and changes nothing', async (args, words) => {
    mkdirSync(join(world.dir, 'settings'), { mode: 0o700 })
    writeFileSync(join(world.dir, 'settings', 'config.json'), JSON.stringify({ 'client-id': id }))
    const before = kept(world)
    const { code, stdout, stderr } = await config(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(words)
    expect(stderr).toMatch(/next: \S/)
    expect(kept(world)).toEqual(before)
  })

  it('says which file it cannot read, and leaves it as it is', async () => {
    const file = join(world.dir, 'settings', 'config.json')
    mkdirSync(join(world.dir, 'settings'), { mode: 0o700 })
    writeFileSync(file, '{"client-id": ')
    const { code, stderr } = await config('set', 'tenant', 'contoso.com')
    expect(code).toBe(2)
    expect(stderr).toContain(file)
    expect(readFileSync(file, 'utf8')).toBe('{"client-id": ')
  })
})

describe('the client secret', () => {
  it.each([
    ['a line', `${secret}\n`],
    ['a line of Windows', `${secret}\r\n`],
    ['a text without an end of line', secret],
    ['a line of PowerShell, with a byte order mark', `\ufeff${secret}\r\n`],
    ['a line of Windows PowerShell’s `>`', Buffer.from(`\ufeff${secret}\r\n`, 'utf16le')],
  ])('is read from standard input, as %s', async (_, input) => {
    expect(await withInput(input, 'set', 'client-secret')).toMatchObject({ code: 0, stdout: '' })
    expect(Object.values(kept(world)).join()).toContain(`"${secret}"`)
  })

  it('is saved with a word about the variable that overrides it', async () => {
    const env = { OD_LINK_CLIENT_SECRET: 'another-one' }
    const { code, stderr } = await world.run(['config', 'set', 'client-secret'], { input: secret, env })
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('OD_LINK_CLIENT_SECRET overrides it; unset that'),
    })
  })

  it.each([
    [['set', 'client-secret', secret], /Never pass the secret as an argument[\s\S]*config set client-secret/],
    [['set', `client-secret=${secret}`], /Never pass the secret as an argument/],
    [['set', 'client_secret', secret], /client-secret/],
    [['client-secret', secret], /config/],
  ])('is no argument: the command line %# is refused without repeating it', async (args, words) => {
    const { code, stdout, stderr } = await config(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(words)
    expect(stderr).not.toContain(secret)
    expect((await config('get', 'client-secret', '--json')).stdout).toBe('null\n')
  })

  it.each([
    ['nothing', undefined],
    ['an empty line', '\n'],
    ['two words', 'two words\n'],
  ])('is not taken from %s, and the one that is kept stays', async (_, input) => {
    await withInput(secret, 'set', 'client-secret')
    const before = kept(world)
    const { code, stderr } = await world.run(
      ['config', 'set', 'client-secret'],
      input === undefined ? {} : { input },
    )
    expect(code).toBe(2)
    expect(stderr).toMatch(/client secret[\s\S]*next: \S/)
    expect(kept(world)).toEqual(before)
  })

  it('is never shown, only that there is one', async () => {
    await withInput(secret, 'set', 'client-secret')
    const shown = await Promise.all([
      config('list'),
      config('list', '--json'),
      config('get', 'client-secret'),
      world.run(['config', 'list'], { env: { OD_LINK_CLIENT_SECRET: secret } }),
    ])
    for (const { code, stdout, stderr } of shown) {
      expect(code).toBe(0)
      expect(stdout).toContain('(set, not shown)')
      expect(stdout + stderr).not.toContain(secret.slice(0, 6))
    }
    await config('unset', 'client-secret')
    expect(kept(world)).toEqual({})
    expect(await config('unset', 'client-secret')).toMatchObject({ code: 0 })
  })

  it.runIf(hasTerminal())('is asked for at a terminal, and what is typed is not shown there', async () => {
    const typed: [string, string][] = [['Client secret (the Value, not the ID): ', secret + enter]]
    const { code, shown, echoes } = await atTerminal(world, ['config', 'set', 'client-secret'], typed)
    expect({ code, echoes, shown }).toEqual({
      code: 0,
      echoes: true,
      shown: expect.stringContaining('is saved'),
    })
    expect(shown).not.toContain(secret)
    expect((await config('get', 'client-secret')).code).toBe(0)
  })

  it('is not taken from the column beside it, which holds its ID', async () => {
    const { code, stderr } = await withInput(`${id}\n`, 'set', 'client-secret')
    expect(code).toBe(2)
    expect(stderr).toMatch(/Secret ID, not the Value[\s\S]*Certificates & secrets/)
    expect(kept(world)).toEqual({})
  })
})

describe('a client secret that is damaged in its store', () => {
  it('ends a login with a sentence and a cure, and is replaced as that says', async () => {
    await withInput(secret, 'set', 'client-secret')
    const file = join(world.dir, 'settings', 'links', 'client-secret.json')
    for (const damage of ['{"secret":', 'null', '{"secret":1}']) {
      writeFileSync(file, damage)
      const { code, stdout, stderr } = await world.run(['login', '--client-id', id, '--json'])
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
      expect(JSON.parse(stderr).error).toMatchObject({
        kind: 'keychain',
        message: 'The saved client secret is damaged.',
        hint: expect.stringContaining('od-link config set client-secret'),
      })
      expect(readFileSync(file, 'utf8')).toBe(damage)
    }
    expect((await withInput(secret, 'set', 'client-secret')).code).toBe(0)
    expect((await config('get', 'client-secret')).stdout).toContain('(set, not shown)')
  })
})

describe.runIf(hasKeyring())('the client secret, in a real keychain', () => {
  let keyring: Keyring

  beforeAll(async () => {
    keyring = await startKeyring()
  })
  afterAll(() => keyring?.stop())
  beforeEach(() => {
    world.remove()
    world = newWorld(undefined, keyring)
  })

  it('is one item of it, in no file, and gone after unset', async () => {
    expect((await withInput(secret, 'set', 'client-secret')).code).toBe(0)
    expect(itemsOf(keyring)).toHaveLength(1)
    expect(JSON.stringify(kept(world))).not.toContain(secret)
    expect((await config('list')).stdout).toContain('(set, not shown)')
    expect((await config('unset', 'client-secret')).code).toBe(0)
    expect(itemsOf(keyring)).toEqual([])
  })

  it('is not kept when the keychain cannot be used, and the other settings can still be read', async () => {
    await config('set', 'client-id', id)
    const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus' }
    const refused = await world.run(['config', 'set', 'client-secret'], { env, input: secret })
    expect(refused).toMatchObject({ code: 5, stdout: '' })
    expect(refused.stderr).not.toContain(secret)
    const list = await world.run(['config', 'list'], { env })
    expect(list.stdout).toContain(id)
    expect(JSON.stringify(kept(world))).not.toContain(secret)
  })
})
