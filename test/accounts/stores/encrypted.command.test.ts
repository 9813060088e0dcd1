import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { generateIdentity } from 'age-encryption'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ada, jsonError, useLinked } from '../../helpers/program/linked.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { canMount } from '../../helpers/system/private-mounts.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

/** All tests use this sandbox, each with a world of its own. */
const at = useLinked()
let world: World
const folder = () => join(world.dir, 'settings', 'encrypted')
const keyFile = () => join(world.dir, 'key')
const record = () => {
  const [name = 'none'] = readdirSync(folder())
  return join(folder(), name)
}

let identity: string
beforeAll(async () => {
  identity = await generateIdentity()
})
beforeEach(() => {
  world = newWorld(at.sandbox, undefined, { OD_LINK_STORE: 'encrypted' })
  world.env.OD_LINK_KEY_FILE = keyFile()
  writeFileSync(keyFile(), `${identity}\n`, { mode: 0o600 })
})
afterEach(() => world.remove())

describe('with a key file', () => {
  it('login, mkdir, a renewal and logout work without a question, and leave no file', async () => {
    expect((await world.login()).stderr).not.toMatch(/not encrypted|assphrase/)
    expect((await world.run(['mkdir', '/', 'encrypted'])).code).toBe(0)
    const before = readFileSync(record())
    await at.sandbox.control('POST', 'expire')
    expect((await world.run(['mkdir', '/', 'encrypted again'])).stdout).toBe('/encrypted again\n')
    expect(readFileSync(record())).not.toEqual(before)
    expect(readdirSync(folder())).toHaveLength(1)
    expect((await world.run(['logout'])).code).toBe(0)
    expect(readdirSync(folder())).toEqual([])
  })

  it('no file in the settings holds a token, and age opens the link', async () => {
    if (!hasRealPart('age', 'opening a link with age')) return
    await world.login()
    const token = (await world.run(['token'])).stdout.trim()
    const files = readdirSync(join(world.dir, 'settings'), { recursive: true, withFileTypes: true })
    for (const file of files.filter((one) => one.isFile()))
      expect(readFileSync(join(file.parentPath, file.name), 'latin1'), file.name).not.toContain(token)
    const opened = execFileSync('age', ['-d', '-i', keyFile(), record()], { encoding: 'utf8' })
    const [name, text = ''] = opened.split(/\n(.*)/s)
    expect(`${name}.age`).toBe(decodeURIComponent(record().slice(folder().length + 1)))
    expect(JSON.parse(text)).toMatchObject({ username: ada, accessToken: token })
  })

  it('a link moves there and back', async () => {
    delete world.env.OD_LINK_STORE
    await world.run(['config', 'set', 'store', 'file'])
    await world.login()
    expect((await world.run(['store', 'move', '--to', 'encrypted'])).stdout).toContain(
      'moved from file to encrypted',
    )
    expect(readdirSync(folder())).toHaveLength(1)
    expect(readdirSync(join(world.dir, 'settings', 'links'))).toEqual([])
    expect((await world.run(['config', 'get', 'store'])).stdout).toBe('encrypted\n')
    expect((await world.run(['mkdir', '/', 'moved'])).code).toBe(0)
    expect((await world.run(['store', 'move', '--to', 'file'])).code).toBe(0)
    expect(readdirSync(folder())).toEqual([])
  })

  it('logout --all removes what no account names, without the key', async () => {
    await world.login()
    copyFileSync(record(), join(folder(), 'tid.oid.age'))
    const env = { OD_LINK_KEY_FILE: '', OD_LINK_STORE: 'file' }
    expect((await world.run(['logout', '--all'], { env })).code).toBe(0)
    expect(readdirSync(folder())).toEqual([])
  })

  it('doctor says which key it is, and never shows it', async () => {
    await world.login()
    const { stdout } = await world.run(['doctor', '--offline'])
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('opened by the key file ~/key')
    expect(stdout).not.toContain(identity.slice(17))
  })
})

describe('a link whose key is not at hand', () => {
  beforeEach(async () => {
    await world.login()
    await at.forgetRequests()
  })

  const failing = async (args: string[], env: NodeJS.ProcessEnv) => {
    const before = readFileSync(record())
    const { code, stdout, stderr } = await world.run([...args, '--json'], { env })
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(readFileSync(record())).toEqual(before)
    expect(await at.requests()).toEqual([])
    return jsonError(stderr)
  }

  it('is locked without a key and a terminal, and the next step says what to set', async () => {
    expect(await failing(['mkdir', '/', 'x'], { OD_LINK_KEY_FILE: '' })).toMatchObject({
      kind: 'keychain',
      reason: 'key-missing',
      hint: 'Set OD_LINK_KEY_FILE to the full path of the key file.',
    })
  })

  it('is not replaced by a login with another key, before any browser', async () => {
    const other = join(world.dir, 'other')
    writeFileSync(other, await generateIdentity(), { mode: 0o600 })
    expect(await failing(['mkdir', '/', 'x'], { OD_LINK_KEY_FILE: other })).toMatchObject({
      reason: 'key-wrong',
      hint: expect.stringContaining('od-link logout'),
    })
  })

  it('is not opened by a key file that others can read', async () => {
    chmodSync(keyFile(), 0o644)
    expect(await failing(['mkdir', '/', 'x'], {})).toMatchObject({ reason: 'key-not-private' })
  })
})

it('without a key and a terminal, login stops before any browser, and says how to create a key', async () => {
  await at.forgetRequests()
  const { code, stderr } = await world.run(['login', '--json'], { env: { OD_LINK_KEY_FILE: '' } })
  expect(code).toBe(5)
  expect(jsonError(stderr)).toMatchObject({
    kind: 'keychain',
    reason: 'key-missing',
    message: 'The encrypted store has no key yet, and nobody entered a passphrase.',
    hint: expect.stringMatching(/^Without a terminal, .*: age-keygen -o FILE\n/),
  })
  expect(await at.requests()).toEqual([])
  expect(existsSync(folder())).toBe(false)
})

it('a credential of systemd opens the store', async () => {
  const credentials = join(world.dir, 'credentials')
  mkdirSync(credentials)
  copyFileSync(keyFile(), join(credentials, 'od-link-key'))
  await world.login()
  const env = { OD_LINK_KEY_FILE: '', CREDENTIALS_DIRECTORY: credentials }
  expect((await world.run(['mkdir', '/', 'by a service'], { env })).code).toBe(0)
})

describe('a key that a container got from outside', () => {
  const linkedWith = async (prepare: string[]) => {
    if (!canMount('a mounted secret')) return undefined
    await world.login()
    const script = [...prepare, 'exec "$0" "$@"'].join(' && ')
    const env = { OD_LINK_KEY_FILE: '/mnt/key' }
    return world.run(['mkdir', '-p', '/in a container'], {
      env,
      through: ['unshare', '-m', 'sh', '-c', script],
    })
  }
  const filled = () => ['mount -t tmpfs -o mode=755 none /mnt', `cat '${keyFile()}' > /mnt/key`]

  it.each([
    ['as a file, like Docker', ['mount --bind /mnt/key /mnt/key', 'mount -o remount,bind,ro /mnt/key']],
    [
      'in a volume, like Kubernetes',
      [
        'mkdir /mnt/..2026_01',
        'mv /mnt/key /mnt/..2026_01',
        'ln -s ..2026_01 /mnt/..data',
        'ln -s ..data/key /mnt/key',
        'mount -o remount,bind,ro /mnt',
      ],
    ],
  ])('%s gives it, is used although all users there may read it', async (_, mounts) => {
    const done = await linkedWith([...filled(), 'chmod 444 /mnt/key', ...mounts])
    if (done) expect(done).toMatchObject({ code: 0, stdout: '/in a container\n' })
  })

  it('is refused where the file is no mounted secret, but one that others can read', async () => {
    const done = await linkedWith([...filled(), 'chmod 444 /mnt/key'])
    if (done) expect(done).toMatchObject({ code: 5, stderr: expect.stringContaining('Other users can read') })
  })
})

it('doctor --cron tries the key file as cron would, and the line for the crontab names it', async () => {
  await world.login()
  const { code, stdout } = await world.run(['doctor', '--cron'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`OD_LINK_KEY_FILE=`) })
  expect(stdout).not.toContain('no passphrase')
})
