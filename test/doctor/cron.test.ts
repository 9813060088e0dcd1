import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasKeyring, type Keyring } from '../helpers/keychain/keyring.ts'
import { type ToldTrial, tryCron } from '../helpers/program/doctor.ts'
import { ada, changeRecord, useLinked } from '../helpers/program/linked.ts'
import { program } from '../helpers/program/od-link.ts'
import { newWorld } from '../helpers/program/world.ts'
import { canMount, withMounts } from '../helpers/system/private-mounts.ts'

describe('od-link doctor --cron', () => {
  const linked = useLinked()

  it('starts od-link as cron would, and prints a line with absolute paths', async () => {
    await linked.forgetRequests()
    const { code, stdout, stderr } = await linked.world.run(['doctor', '--cron'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^✓ Cron {10}works for a…@contoso\.example\. Without a terminal/)
    const [line = ''] = /^0 3 \* \* \* {2}.*$/m.exec(stdout) ?? []
    expect(line).toContain(`${process.execPath} ${program} mkdir -p "/Backups/$(date +\\%F)"`)
    expect(line).toContain(` OD_LINK_CONFIG_DIR=${linked.world.env.OD_LINK_CONFIG_DIR} `)
    expect((await linked.requests('graph')).map(({ path, status }) => `${path} ${status}`)).toEqual([
      expect.stringMatching(/^\/v1\.0\/me\/drive\?.* 200$/),
    ])
  })

  it('gives it nothing of this environment that the line does not bring', async () => {
    const seen = join(linked.world.dir, 'seen')
    const spy = join(linked.world.dir, 'spy.cjs')
    // In place of od-link: what does the process that it starts see?
    writeFileSync(
      spy,
      `if (process.argv[2] === 'status') {
        const { readlinkSync, openSync, writeFileSync } = require('node:fs')
        let terminal = true
        try { openSync('/dev/tty') } catch { terminal = false }
        const stat = require('node:fs').readFileSync('/proc/self/stat', 'utf8').replace(/.*\\) /, '').split(' ')
        writeFileSync(${JSON.stringify(seen)}, JSON.stringify({
          env: process.env, terminal, stdin: readlinkSync('/proc/self/fd/0'), leads: Number(stat[3]) === process.pid,
          args: process.argv.slice(2) }))
      } else require(${JSON.stringify(program)})`,
    )
    const env = {
      ...linked.world.env,
      PATH: process.env.PATH,
      STRAY: 'value',
      OD_LINK_CLIENT_SECRET: 'open-sesame',
    }
    const { status, stdout } = spawnSync(process.execPath, [spy, 'doctor', '--cron', '--json'], {
      env,
      encoding: 'utf8',
    })
    expect({ status, ok: JSON.parse(stdout).ok }).toEqual({ status: 0, ok: true })
    const told = JSON.parse(readFileSync(seen, 'utf8'))
    expect(Object.keys(told.env).sort()).toEqual(
      ['HOME', 'LOGNAME', 'OD_LINK_CONFIG_DIR', 'OD_LINK_STORE', 'PATH', 'SHELL'].sort(),
    )
    expect(told.env).toMatchObject({ PATH: '/usr/bin:/bin', SHELL: '/bin/sh' })
    expect(told).toMatchObject({ terminal: false, stdin: '/dev/null', leads: true })
    expect(told.args).toEqual(expect.arrayContaining(['status', '--json', '--check', '--account']))
  })

  it('names the account where cron would choose another one', async () => {
    await linked.world.login('--as', 'home', '--login-hint', 'grace@outlook.example')
    const usual = await tryCron(linked.world)
    expect(usual.told.line).not.toContain('--account')
    const { told } = await tryCron(linked.world, { env: { OD_LINK_ACCOUNT: 'home' } })
    expect(told).toMatchObject({ ok: true, text: expect.stringMatching(/^works for home\. /) })
    expect(told.line).toContain(' mkdir -p --account home "/Backups')
    expect(told.line).not.toContain('OD_LINK_ACCOUNT')
    await linked.world.run(['logout', 'home'])
  })

  it('warns of folders that an upgrade takes away', async () => {
    const home = join(linked.world.dir, '.nvm', 'versions', 'node', 'v99.1.0', 'lib')
    mkdirSync(home, { recursive: true })
    for (const part of ['bin', 'dist', 'package.json']) {
      cpSync(join(program, '..', '..', part), join(home, 'od-link', part), { recursive: true })
    }
    symlinkSync(join(program, '..', '..', 'node_modules'), join(home, 'od-link', 'node_modules'))
    const { stdout } = spawnSync(
      process.execPath,
      [join(home, 'od-link', 'bin', 'od-link.js'), 'doctor', '--cron', '--json'],
      { env: { ...linked.world.env, PATH: process.env.PATH }, encoding: 'utf8' },
    )
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      notes: [expect.stringMatching(/^od-link is in a folder for one version only/)],
    })
  })

  it('says with 4 that nothing is linked, and tries nothing', async () => {
    const world = newWorld(linked.sandbox)
    const { code, stdout, stderr } = await world.run(['doctor', '--cron'])
    world.remove()
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toContain('next: od-link login')
  })

  it('says with 7 that there is no network there, and asks nobody with --offline', async () => {
    changeRecord(linked.world, { graphOrigin: 'http://localhost:9' })
    const { code, told } = await tryCron(linked.world)
    expect(code).toBe(7)
    expect(told).toMatchObject({ ok: false, exitCode: 7, text: 'localhost:9 refuses the connection.' })
    await linked.forgetRequests()
    const offline = await linked.world.run(['doctor', '--cron', '--offline'])
    expect(offline).toMatchObject({ code: 0, stdout: expect.stringContaining('od-link read the link\n') })
    expect(await linked.requests()).toEqual([])
    changeRecord(linked.world, { graphOrigin: linked.sandbox.origin })
  })

  it('ends what does not end, and says so', async () => {
    await linked.weather('/me/drive', { hang: 'headers' }, 9)
    const { code, told } = await tryCron(linked.world)
    await linked.calm()
    expect(code).toBe(7)
    expect(told).toMatchObject({
      ok: false,
      text: expect.stringContaining('did not finish within 15 seconds'),
    })
  })

  it('says with 4 that the link is dead', async () => {
    await linked.sandbox.control('POST', 'revoke', { username: ada })
    changeRecord(linked.world, { expiresAt: 0 })
    const { code, told } = await tryCron(linked.world)
    expect(code).toBe(4)
    expect(told).toMatchObject({ ok: false, hint: expect.stringContaining('od-link login') })
    expect(JSON.stringify({ ...told, line: '' })).not.toContain(ada)
  })
})

describe.runIf(hasKeyring())('a link in the keychain of a desktop', () => {
  const linked = useLinked({ store: 'keychain' })
  /** The bus that the variable names, at the address where a session has it. */
  const atItsPlace = (keyring: Keyring) => {
    const [, socket = ''] = /^unix:path=([^,]+)/.exec(keyring.env.DBUS_SESSION_BUS_ADDRESS) ?? []
    const dir = `/run/user/${process.getuid?.()}`
    return ['mount -t tmpfs tmpfs /run/user', `mkdir -m 700 ${dir}`, `ln -s ${socket} ${dir}/bus`]
  }

  it('cannot be used by cron if only the variable leads to it, with 5 and the ways out', async () => {
    const { code, told } = await tryCron(linked.world)
    expect(code).toBe(5)
    expect(told.text).toContain('There is no keychain here')
    expect(told.hint?.split('\n')[0]).toBe('loginctl enable-linger')
    expect(told.hint).toContain('od-link store move --to file')
    expect(told.hint).toContain('od-link store move --to helper:pass')
    // One verdict: nothing says that it works.
    expect(told).toMatchObject({ ok: false, notes: [] })
    const { stdout } = await linked.world.run(['doctor', '--cron'])
    expect(stdout).toContain('When it works, add this line to your crontab')
    expect(stdout).not.toMatch(/It works|while you are logged in/)
  })

  it.runIf(canMount('a session bus at its standard place'))(
    'works when the bus is at its standard place, which lasts as long as the session',
    async () => {
      const env = { PATH: '/usr/bin:/bin', ...linked.world.env }
      const [command, args] = withMounts(atItsPlace(linked.keyring as Keyring), process.execPath, [
        program,
        'doctor',
        '--cron',
        '--json',
      ])
      const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8' })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      const told: ToldTrial = JSON.parse(stdout)
      expect(told.ok).toBe(true)
      expect(told.line).not.toContain('DBUS')
      expect(told.notes).toEqual([
        expect.stringContaining('loginctl enable-linger'),
        expect.stringContaining('After a restart the keyring is locked'),
      ])
    },
  )
})
