import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { ada, jsonError, useLinked } from '../helpers/program/linked.ts'
import { node, program } from '../helpers/program/od-link.ts'
import { hasTerminal } from '../helpers/terminal/terminal.ts'

describe('what od-link prints', () => {
  const at = useLinked()
  beforeEach(() => at.calm())
  const colour = /\u001b/

  it('has no colour when it is piped', async () => {
    for (const args of [['status'], ['mkdir', '/a|b'], ['mkdir', '/', 'piped']]) {
      const { stdout, stderr } = await at.world.run(args)
      expect(stdout + stderr).not.toMatch(colour)
    }
  })

  it('has colour with FORCE_COLOR, but never as data', async () => {
    const env = { FORCE_COLOR: '1' }
    const refused = await at.world.run(['mkdir', '/a|b'], { env })
    expect(refused.stderr).toMatch(colour)
    const made = await at.world.run(['mkdir', '/', 'coloured'], { env })
    expect(made.stdout).toBe('/coloured\n')
    const json = await at.world.run(['mkdir', '--json', '/', 'coloured'], { env })
    expect(json.stderr).not.toMatch(colour)
    const token = await at.world.run(['token'], { env })
    expect(token.stdout).not.toMatch(colour)
  })

  it.runIf(hasTerminal()).each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ FORCE_COLOR: '0' }, false],
    [{ TERM: 'dumb' }, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true],
  ])('at a terminal with %j, has colour: %s', (env, coloured) => {
    // `script` gives the program a terminal.
    const command = `'${node}' '${program}' mkdir '/a|b'`
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      env: { PATH: '/usr/bin:/bin', TERM: 'xterm', ...at.world.env, ...env },
      encoding: 'utf8',
      timeout: 10_000,
    })
    expect(stdout).toContain('it contains "|"')
    expect(colour.test(stdout)).toBe(coloured)
  })

  it('is JSON alone with --json, even when the disk behind it is full', () => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(node, [program, 'status', '--json'], {
      env: { PATH: '/usr/bin:/bin', ...at.world.env },
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    })
    closeSync(full)
    expect(status).toBe(1)
    expect(jsonError(stderr)).toMatchObject({ exitCode: 1, message: expect.stringContaining('disk is full') })
  })

  it('is an error of one shape with --json', async () => {
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--json', '--verbose', '/No/such', 'x'])
    expect({ code, stdout }).toEqual({ code: 8, stdout: '' })
    expect(jsonError(stderr)).toEqual({
      kind: 'not-found',
      reason: 'no-such-item',
      message: 'There is no folder "/No/such".',
      hint: 'od-link mkdir -p /No/such/x',
      exitCode: 8,
      code: 'itemNotFound',
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    })
  })

  it('shows each request with --verbose: method, host, path, status, time, id', async () => {
    const { host } = new URL(at.sandbox.origin)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--verbose', '/', 'a b'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/a b\n' })
    const line = `POST ${host}/v1.0/me/drive/root/children → 201, \\d+ ms, [\\da-f-]{36}`
    expect(stderr).toMatch(new RegExp(`^${line}\\n$`))
  })

  it('shows failed requests with --verbose, too', async () => {
    await at.weather('POST /v1.0/', { reset: true })
    const { stderr } = await at.world.run(['mkdir', '--verbose', '/', 'reset'])
    expect(stderr).toMatch(/POST .*\/children → ECONNRESET, \d+ ms\n/)
    expect(stderr).toMatch(/GET .* → 404, /)
  })

  it('never holds a secret, not even with --verbose', async () => {
    await at.sandbox.control('POST', 'expire')
    const renewed = await at.world.run(['mkdir', '--verbose', '/', 'renewed'])
    expect(renewed.code).toBe(0)
    expect(renewed.stderr).toMatch(/POST .*\/oauth2\/v2\.0\/token → 200/)
    const login = await at.world.run(['login', '--verbose', '--login-hint', ada])
    await at.sandbox.control('POST', 'revoke')
    await at.sandbox.control('POST', 'expire')
    const refused = await at.world.run(['mkdir', '--verbose', '/', 'refused'])
    expect(refused.code).toBe(4)
    const printed = [renewed, login, refused].map(({ stdout, stderr }) => stdout + stderr).join()
    const secrets: string[] = await at.sandbox.control('GET', 'secrets')
    expect(secrets.length).toBeGreaterThan(3)
    for (const secret of secrets) expect(printed).not.toContain(secret)
    expect(printed).not.toMatch(/code_verifier|Bearer ey/)
    await at.world.login('--login-hint', ada)
  })
})

describe('a pipe whose reader has gone', () => {
  const at = useLinked()

  it('is no error: what was read is right, and nothing is said', async () => {
    const running = at.world.start(['mkdir', '/', 'a', 'b', 'c', 'd'])
    await running.seen(/\/a\n/)
    running.child.stdout?.destroy()
    const { code, stderr } = await running.ended
    expect(stderr).toBe('')
    const made = (await at.drive()).filter((path) => /^\/[abcd]$/.test(path))
    // Either all the work is done, or the exit code says that it is not.
    expect({ code, made }).toEqual({ code: 0, made: ['/a', '/b', '/c', '/d'] })
  })

  it('does not matter to the help', async () => {
    const running = at.world.start(['--help'])
    running.child.stdout?.destroy()
    const { code, stderr } = await running.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('on stderr does not change the exit code', async () => {
    const running = at.world.start(['mkdir', '/No/such', 'x'])
    running.child.stderr?.destroy()
    expect((await running.ended).code).toBe(8)
  })
})
