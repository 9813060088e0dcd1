import { describe, expect, it } from 'vitest'
import { jsonError } from '../helpers/program/linked.ts'
import { odLink } from '../helpers/program/od-link.ts'

describe('a mistake in the command line', () => {
  it.each([
    [['mkdr', '/', 'x'], 'mkdr', 'mkdir'],
    [['lgoin'], 'lgoin', 'login'],
    [['stauts', '--json'], 'stauts', 'status'],
    [['mkdir', '--acount', 'x', '/', 'x'], '--acount', '--account'],
    [['mkdir', '--parent', '/', 'x'], '--parent', '--parents'],
    [['mkdir', '--onconflict', 'fail', '/', 'x'], '--onconflict', '--on-conflict'],
    [['login', '--no-brower'], '--no-brower', '--no-browser'],
    [['token', '--jsno'], '--jsno', '--json'],
    [['--versoin'], '--versoin', '--version'],
  ])('%j is exit 2 and names the nearest: %s, %s', async (args, typed, nearest) => {
    const { code, stdout, stderr } = await odLink(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(typed)
    expect(stderr).toContain(nearest)
  })

  it.each([
    [['xyzzy'], 'xyzzy'],
    [['mkdir', '--xyzzy', '/', 'x'], '--xyzzy'],
    [['mkdir', '-x', '/', 'x'], '-x'],
    [['mkdir'], 'parent'],
    [['use'], 'account'],
    [['token', 'extra'], 'extra'],
    [['status', 'extra', 'more'], 'extra'],
    [['mkdir', '--account'], '--account'],
    [['mkdir', '--on-conflict', 'overwrite', '/', 'x'], 'fail, rename, reuse'],
    [['mkdir', '--json=yes', '/', 'x'], '--json'],
  ])('%j is exit 2, and says what is wrong', async (args, what) => {
    const { code, stdout, stderr } = await odLink(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.replaceAll('|', ', ')).toContain(what)
    expect(stderr).toMatch(/^od-link: [A-Z"'-].*$/m)
    expect(stderr).toMatch(/next: \S/)
    expect(stderr).not.toMatch(/ at .*:\d+/)
  })

  it.each([
    [['mkdr', '--json', '/', 'x']],
    [['mkdir', '--acount', '--json', '/', 'x']],
    [['mkdir', '--json']],
    [['mkdir', '--json', '--max-wait', 'soon', '/', 'x']],
  ])('%j is told in JSON, the only thing on stderr', async (args) => {
    const { code, stdout, stderr } = await odLink(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const error = jsonError(stderr)
    expect(error).toMatchObject({ kind: 'usage', exitCode: 2, message: expect.any(String) })
    expect(Object.keys(error).every((key) => keys.includes(key))).toBe(true)
  })

  const keys = ['kind', 'reason', 'message', 'hint', 'exitCode', 'code', 'requestId']
})
