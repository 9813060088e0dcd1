import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changeRecord, jsonError, useLinked } from '../helpers/program/linked.ts'
import { type Outcome, program } from '../helpers/program/od-link.ts'
import { kept } from '../helpers/program/world-files.ts'
import { canUnshare, skips } from '../helpers/system/real-part.ts'

/** An unprivileged user; such numbers own nothing. */
const nobody = 65_534
const asRoot = process.getuid?.() === 0
const hasRoom =
  (asRoot || skips('this user is not root', 'a link on a read-only mount')) &&
  canUnshare(['-m'], 'a link on a read-only mount')

/**
 * A container with a mounted secret: an unprivileged user, no /run, and the settings, with a link in a file among
 * them, on a mount that nobody can write to.
 */
describe.runIf(hasRoom)('a link that is mounted into a container, read-only', () => {
  const at = useLinked()
  let settings: string
  /** A copy that nobody may read, wherever the tests lie. */
  let copy: string
  beforeAll(() => {
    copy = join(at.world.dir, 'program', 'bin', 'od-link.js')
    for (const part of ['bin', 'dist', 'package.json']) {
      cpSync(join(dirname(program), '..', part), join(at.world.dir, 'program', part), { recursive: true })
    }
    settings = String(at.world.env.OD_LINK_CONFIG_DIR)
    own(at.world.dir)
  })
  beforeEach(() => at.forgetRequests())
  afterAll(() => chownSync(settings, 0, 0))

  const own = (path: string) => spawnSync('chown', ['-R', `${nobody}:${nobody}`, path])

  /** Runs od-link there. @param mounted what is read-only; the settings unless told. */
  async function inContainer(args: string[], mounted = settings): Promise<Outcome> {
    own(settings)
    const started = performance.now()
    const script = [
      'mount -t tmpfs none /run',
      'mount --bind "$1" "$1"',
      'mount -o remount,bind,ro "$1"',
      'shift',
      `exec setpriv --reuid ${nobody} --regid ${nobody} --clear-groups -- "$@"`,
    ].join(' && ')
    const child = spawn(
      'unshare',
      ['-m', 'sh', '-c', script, 'sh', mounted, process.execPath, copy, ...args],
      {
        env: { PATH: '/usr/bin:/bin', ...at.world.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.on('close', (...ended) => resolve(ended)),
    )
    return { code, signal, stdout, stderr, milliseconds: performance.now() - started }
  }

  it.each([
    ['mkdir', ['mkdir', '/', 'mounted'], '/mounted\n'],
    ['token', ['token'], /^\S{20,}\n$/],
    ['status', ['status'], /ada@contoso\.example/],
    ['status --check', ['status', '--check'], /works, business drive[\s\S]*only until its token expires/],
  ])('works with %s for as long as its token lives, and nothing is written', async (_, args, expected) => {
    const before = kept(at.world)
    const { code, stdout, stderr } = await inContainer(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    if (typeof expected === 'string') expect(stdout).toBe(expected)
    else expect(stdout).toMatch(expected)
    expect(kept(at.world)).toEqual(before)
    expect(await at.requests('token')).toEqual([])
  })

  it('works to the last minutes of its token, when it would be renewed elsewhere', async () => {
    changeRecord(at.world, { expiresAt: Date.now() + 60_000 })
    const { code, stderr } = await inContainer(['mkdir', '/', 'last'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it.each([
    ['the settings are', () => settings],
    [
      'the settings, without a folder of locks, are',
      () => {
        rmSync(join(settings, 'locks'), { recursive: true, force: true })
        return settings
      },
    ],
    ['the folder of links is', () => join(settings, 'links')],
  ])(
    'says 5 and why when the token has ended and %s read-only, before Microsoft is asked',
    async (_, mounted) => {
      changeRecord(at.world, { expiresAt: Date.parse('2026-01-02T03:04:05Z') })
      const before = kept(at.world)
      const { code, stdout, stderr } = await inContainer(['mkdir', '--json', '/', 'late'], mounted())
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
      const { kind, message, hint } = jsonError(stderr)
      expect(kind).toBe('keychain')
      expect(message).toContain('expired at 2026-01-02T03:04:05Z')
      expect(message).toContain('the link cannot be saved')
      expect(hint).toMatch(/writable[\s\S]*sign in again where the link was created/)
      expect(kept(at.world)).toEqual(before)
      expect(await at.requests('token')).toEqual([])
    },
  )

  it('is renewed when the place can be written to again', async () => {
    changeRecord(at.world, { expiresAt: Date.now() - 1_000 })
    own(settings)
    // Root may look into the settings of nobody only after they are root's own again.
    spawnSync('chown', ['-R', '0:0', settings])
    expect((await at.world.run(['mkdir', '/', 'renewed'])).code).toBe(0)
  })

  it('is refused when it belongs to another user', async () => {
    changeRecord(at.world, { expiresAt: Date.now() + 3_600_000 })
    own(settings)
    const links = join(settings, 'links')
    for (const name of readdirSync(links)) chownSync(join(links, name), 0, nobody)
    for (const name of readdirSync(links)) chmodSync(join(links, name), 0o640)
    const script = `exec setpriv --reuid ${nobody} --regid ${nobody} --clear-groups -- "$@"`
    const done = spawnSync('sh', ['-c', script, 'sh', process.execPath, copy, 'token', '--json'], {
      env: { PATH: '/usr/bin:/bin', ...at.world.env },
      encoding: 'utf8',
    })
    expect(done.status).toBe(5)
    expect(jsonError(done.stderr).message).toContain('belongs to another user')
  })
})
