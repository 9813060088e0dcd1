import { spawnSync } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { hasKeyring } from '../helpers/keychain/keyring.ts'
import { itemsOf } from '../helpers/keychain/keyring-items.ts'
import { jsonError, useLinked } from '../helpers/program/linked.ts'
import { type Outcome, program } from '../helpers/program/od-link.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { canBeAnother } from '../helpers/system/another-user.ts'
import { canMount, withMounts } from '../helpers/system/private-mounts.ts'

/** The program and a world for a user who may not read the folder of the tests. */
function forOthers(world: World): string {
  const copy = join(world.dir, 'program')
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(dirname(program), '..', part), join(copy, part), { recursive: true })
  return join(copy, 'bin', 'od-link.js')
}

describe.runIf(canBeAnother('a user without a line in /etc/passwd'))('a user whom nobody knows', () => {
  const at = useLinked()
  const unknown = 12_345
  let copy: string
  beforeAll(() => {
    copy = forOthers(at.world)
    chownSync(at.world.dir, unknown, unknown)
  })
  const run = (args: string[], env: NodeJS.ProcessEnv): Outcome => {
    const user = [`--reuid=${unknown}`, `--regid=${unknown}`, '--clear-groups']
    const found = spawnSync('setpriv', [...user, process.execPath, copy, ...args], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', ...at.world.env, HOME: undefined, ...env },
      encoding: 'utf8',
    })
    return {
      code: found.status,
      signal: found.signal,
      stdout: found.stdout,
      stderr: found.stderr,
      milliseconds: 0,
    }
  }

  it.each([
    [['mkdir', '/x']],
    [['login', '--no-browser']],
    [['status']],
    [['token']],
    [['config', 'list']],
    [['logout', '--all']],
  ])('needs OD_LINK_CONFIG_DIR for %j, and reads so', (args) => {
    const { code, stdout, stderr } = run([...args], { OD_LINK_CONFIG_DIR: undefined })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('This user has no home directory')
    expect(stderr).toContain('next: Choose a directory: OD_LINK_CONFIG_DIR=/path/to/a/directory')
  })

  it.each([[['--help']], [['--version']], [['explain', 'AADSTS50076']], [['completion', 'bash']]])(
    'can do %j without it',
    (args) =>
      expect(run([...args], { OD_LINK_CONFIG_DIR: undefined })).toMatchObject({ code: 0, stderr: '' }),
  )

  it('gets the report of the doctor without it', () => {
    const { code, stdout, stderr } = run(['doctor', '--offline', '--json'], { OD_LINK_CONFIG_DIR: undefined })
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
    expect(stdout).toContain('This user has no home directory')
  })

  it('can link, create folders, ask the doctor and unlink with it', () => {
    const env = { OD_LINK_CONFIG_DIR: join(at.world.dir, 'of-nobody') }
    expect(run(['login'], env).stdout).toContain('Linked')
    expect(run(['mkdir', '/of-nobody'], env)).toMatchObject({ code: 0, stdout: '/of-nobody\n', stderr: '' })
    expect(run(['doctor', '--json'], env)).toMatchObject({ code: 0, stderr: '' })
    const cron = run(['doctor', '--cron', '--json'], env)
    expect(JSON.parse(cron.stdout)).toMatchObject({ ok: true })
    expect(run(['logout', '--all'], env).code).toBe(0)
  })
})

describe('the default directory', () => {
  const at = useLinked()
  const own = (env: NodeJS.ProcessEnv) => at.world.run(['config', 'set', 'tenant', 'common'], { env })
  const setIn = (folder: string) => existsSync(join(folder, 'od-link', 'config.json'))

  it('lies below XDG_CONFIG_HOME, unless that is relative', async () => {
    const home = join(at.world.dir, 'home')
    const env = { OD_LINK_CONFIG_DIR: undefined, HOME: home }
    const chosen = join(at.world.dir, 'xdg')
    expect((await own({ ...env, XDG_CONFIG_HOME: chosen })).code).toBe(0)
    expect([setIn(chosen), existsSync(home)]).toEqual([true, false])
    expect((await own({ ...env, XDG_CONFIG_HOME: 'relative/place' })).code).toBe(0)
    expect([setIn(join(home, '.config')), existsSync('relative')]).toEqual([true, false])
  })

  it.runIf(canMount('a home from the password file')).each(['', 'relative'])(
    'is that of the password file when HOME is "%s"',
    async (HOME) => {
      const through = [
        'unshare',
        '-m',
        'sh',
        '-c',
        'mount -t tmpfs none /root && mount -t tmpfs none /mnt && cd /mnt && "$@" && ls -A /mnt /root/.config',
        'sh',
      ]
      const env = { OD_LINK_CONFIG_DIR: undefined, HOME }
      const { stdout } = await at.world.run(['config', 'set', 'tenant', 'common'], { env, through })
      expect(stdout.trim().split('\n').slice(-4)).toEqual(['/mnt:', '', '/root/.config:', 'od-link'])
    },
  )

  it('is not looked for in a folder that was removed', () => {
    const gone = join(at.world.dir, 'gone')
    mkdirSync(gone)
    const command = `cd '${gone}'; rmdir '${gone}'; exec '${process.execPath}' '${program}' status`
    const env = { PATH: process.env.PATH, HOME: at.world.dir, OD_LINK_CONFIG_DIR: 'relative' }
    const { status, stderr } = spawnSync('sh', ['-c', command], { env, encoding: 'utf8' })
    expect([status, stderr.split('\n')[0]]).toEqual([
      2,
      'od-link: OD_LINK_CONFIG_DIR is the relative path relative, and the current folder was removed.',
    ])
  })

  it('and every variable of od-link are read without a carriage return at the end', async () => {
    const names = Object.keys(at.world.env).filter((name) => name.startsWith('OD_LINK_'))
    const env = Object.fromEntries(names.map((name) => [name, `${at.world.env[name]}\r`]))
    expect(names.length).toBeGreaterThan(4)
    const account = { OD_LINK_ACCOUNT: ' ada@contoso.example\r\n' }
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/from-windows'], {
      env: { ...env, ...account },
    })
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '/from-windows\n', stderr: '' })
    expect(readdirSync(at.world.dir).filter((name) => name.includes('\r'))).toEqual([])
  })
})

describe.runIf(hasKeyring())('one directory by several names, with a real keychain', () => {
  const at = useLinked({ store: 'keychain' })
  const inDir = (dir: string, ...args: string[]) => at.world.run(args, { env: { OD_LINK_CONFIG_DIR: dir } })

  it('is one world by a symbolic link, and after it was moved', async () => {
    const [dir, link, moved] = ['settings', 'by-link', 'moved'].map((name) => join(at.world.dir, name))
    symlinkSync(dir as string, link as string)
    expect(await inDir(link as string, 'mkdir', '/by-link')).toMatchObject({ code: 0, stderr: '' })
    renameSync(dir as string, moved as string)
    await at.sandbox.control('POST', 'expire')
    expect(await inDir(moved as string, 'mkdir', '/moved')).toMatchObject({ code: 0, stderr: '' })
    expect((await inDir(moved as string, 'logout', '--all')).code).toBe(0)
    expect(at.keyring && itemsOf(at.keyring)).toEqual([])
  })

  it('is one world when the variable names the default directory, which may lie behind a link, or move', async () => {
    const home = join(at.world.dir, 'home')
    symlinkSync(home, join(at.world.dir, 'other-home'))
    const usual = { OD_LINK_CONFIG_DIR: undefined, HOME: home }
    const [named, elsewhere] = ['home', 'other-home'].map((name) =>
      join(at.world.dir, name, '.config', 'od-link'),
    )
    const run = (env: NodeJS.ProcessEnv, ...args: string[]) =>
      at.world.run(args, { env: { HOME: home, ...env } })
    for (const env of [usual, { OD_LINK_CONFIG_DIR: named }, { OD_LINK_CONFIG_DIR: elsewhere }]) {
      mkdirSync(home, { recursive: true })
      expect((await run(env, 'login')).code).toBe(0)
      expect((await run(usual, 'token')).code).toBe(0)
      expect((await run({ OD_LINK_CONFIG_DIR: named }, 'token')).code).toBe(0)
      expect((await run({ OD_LINK_CONFIG_DIR: elsewhere }, 'token')).code).toBe(0)
      expect((await run(usual, 'logout', '--all')).code).toBe(0)
      expect(at.keyring && itemsOf(at.keyring)).toEqual([])
    }
    expect((await run(usual, 'login')).code).toBe(0)
    const moved = join(at.world.dir, 'moved-default')
    renameSync(named as string, moved)
    expect((await run({ OD_LINK_CONFIG_DIR: moved }, 'token')).code).toBe(0)
    expect((await run({ OD_LINK_CONFIG_DIR: moved }, 'logout', '--all')).code).toBe(0)
    expect(at.keyring && itemsOf(at.keyring)).toEqual([])
  })

  it('is another world when it is another directory', async () => {
    const other = newWorld(at.sandbox, at.keyring)
    await other.login()
    expect((await inDir(join(at.world.dir, 'new'), 'token')).code).toBe(4)
    expect((await other.run(['token'])).code).toBe(0)
    expect((await other.run(['logout', '--all'])).code).toBe(0)
    other.remove()
  })
})

describe.runIf(canMount('a volume of Kubernetes'))(
  'a volume of Kubernetes: mode 1777, files by ..data links',
  () => {
    const at = useLinked()
    let secret: string
    /** https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-files-from-a-pod: what is in such a volume. */
    beforeAll(() => {
      secret = join(at.world.dir, 'secret')
      const version = join(secret, '..2026_01_01_00_00_00.0123456789')
      mkdirSync(version, { recursive: true })
      cpSync(String(at.world.env.OD_LINK_CONFIG_DIR), version, { recursive: true })
      symlinkSync('..2026_01_01_00_00_00.0123456789', join(secret, '..data'))
      for (const name of readdirSync(version)) symlinkSync(join('..data', name), join(secret, name))
      spawnSync('chmod', ['1777', secret])
      spawnSync('chmod', ['755', join(version, 'links')])
    })
    const mounted = async (how: string, args: string[]) => {
      const mount = ['mount --bind "$SECRET" "$SECRET"', `mount -o remount,bind,${how} "$SECRET"`]
      const [command, rest] = withMounts(mount, process.execPath, [])
      return at.world.run(args, {
        env: { SECRET: secret, OD_LINK_CONFIG_DIR: secret },
        // The helper adds Node and the program, which stand for "$0" and "$@".
        through: [command, ...rest.slice(0, -1)],
      })
    }

    it('is trusted where it is read-only', async () => {
      expect(await mounted('ro', ['mkdir', '/in-a-pod'])).toMatchObject({
        ...{ code: 0, stdout: '/in-a-pod\n', stderr: '' },
      })
      expect(await mounted('ro', ['status', '--check'])).toMatchObject({ code: 0, stderr: '' })
    })

    it('is refused where others can write to it', async () => {
      const { code, stderr } = await mounted('rw', ['mkdir', '--json', '/in-a-pod'])
      expect(code).toBe(2)
      expect(jsonError(stderr)).toMatchObject({
        message: `Other users can write to the settings directory ${secret}.`,
        hint: `chmod go-w ${secret}`,
      })
    })
  },
)

describe('certificates that Node cannot read', () => {
  const at = useLinked()
  const env = { NODE_EXTRA_CA_CERTS: '/none' }
  it('leave the error object as the last line, and stdout alone', async () => {
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--json', '/no/such'], { env })
    expect({ code, stdout }).toEqual({ code: 8, stdout: '' })
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '').error).toMatchObject({ exitCode: 8 })
    expect((await at.world.run(['status', '--json'], { env })).stdout.trim().split('\n')).toHaveLength(1)
  })
})
