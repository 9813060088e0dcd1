import { describe, expect, it } from 'vitest'
import { errorFields } from '../../src/commands/help/topics.ts'
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
    [['-json', 'status'], '-json', '--json'],
    [['--acount', 'x', 'mkdir', '/', 'x'], '--acount', '--account'],
    [['mkdir', '--on-conflict', 'renam', '/', 'x'], 'renam', '--on-conflict rename'],
    [['config', 'lst'], 'lst', 'od-link config list'],
    [['comp'], 'comp', 'od-link completion'],
    [['help', 'enviroment'], 'enviroment', 'od-link help environment'],
  ])('%j is exit 2 and names the nearest: %s, %s', async (args, typed, nearest) => {
    const { code, stdout, stderr } = await odLink(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(typed)
    expect(stderr).toContain(nearest)
  })

  it.each([
    [['xyzzy'], 'xyzzy'],
    [['stark'], 'next: od-link --help'],
    [['mkdir', '--xyzzy', '/', 'x'], '--xyzzy'],
    [['mkdir', '-x', '/', 'x'], '-x'],
    [['mkdir'], 'parent'],
    [['use'], 'account'],
    [['token', 'extra'], 'extra'],
    [['status', 'extra', 'more'], 'extra'],
    [['mkdir', '--account'], '--account'],
    [['ls', '-la', '/Reports'], '--account takes the name of an account, not a path'],
    [['mkdir', '--on-conflict', 'overwrite', '/', 'x'], 'fail, rename or reuse'],
    [['mkdir', '--json=yes', '/', 'x'], '--json takes no value'],
    [['mkdir', '--account', '--parents', '/', 'x'], '--account needs a value'],
    [['mkdir', '/', 'x', '--max-wait', '-5'], '--max-wait needs a value'],
    [['mkdir', '/', 'x', '--max-wait=-5'], 'not "-5"'],
    [['mkdir', '-xp', '/', 'x'], 'Unknown option "-x"'],
    [['mkdir', '-5', '/', 'x'], 'Unknown option "-5"'],
    [['--acount', 'work'], 'Unknown option "--acount"'],
    [['--verbose'], '--verbose needs a command'],
    [['store', 'move'], '--to is required'],
    [['config'], 'Missing argument: <get, set, unset, list>'],
    [['login', '--device', '--no-browser'], '--device cannot be used with --no-browser'],
    [['setup', '--no-browser', '--device'], '--device cannot be used with --no-browser'],
    [['setup', '--az', '--steps'], '--steps cannot be used with --az'],
    [['api', '/me', '--include', '--paginate'], '--paginate cannot be used with --include'],
  ])('%j is exit 2, and says what is wrong', async (args, what) => {
    const { code, stdout, stderr } = await odLink(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.replaceAll('|', ', ')).toContain(what)
    expect(stderr).toMatch(/^od-link: [A-Z"'-].*$/m)
    expect(stderr).toMatch(/next: \S/)
    expect(stderr).not.toMatch(/ at .*:\d+/)
  })

  it.each([
    [['rm', '-rf', '/x'], 'Leave it out: rm asks nothing.'],
    [['rm', '--force', '/x'], 'Leave it out: rm asks nothing.'],
    [['mv', '-f', '/a', '/b'], '--on-conflict replace'],
    [['upload', '--force=yes', 'a', '/b'], '--on-conflict replace'],
    [['upload', '-r', 'folder', '/x'], 'use rclone'],
    [['download', '-o', 'a.pdf', '/x'], 'od-link download /Reports/report.pdf local.pdf'],
    [['ls', '-lR'], 'use rclone'],
  ])('%j, as fingers know it, is told what to do here', async (args, what) => {
    const { code, stdout, stderr } = await odLink(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Unknown option "-')
    expect(stderr).toContain(`next: `)
    expect(stderr).toContain(what)
  })

  it.each([
    [['mkdir'], 'For example: od-link mkdir /Reports'],
    [['use'], 'For example: od-link use work'],
    [['store', 'move'], 'For example: od-link store move --to helper:pass'],
  ])('%j, where something is missing, has an example', async (args, example) => {
    const { stderr } = await odLink(args)
    expect(stderr.split('next: ')[1]).toBe(`${example}\n        od-link ${args[0]} --help\n`)
  })

  it.each([
    [['whoami'], 'Did you mean od-link status?'],
    [['accounts'], 'Did you mean od-link status?'],
    [['auth', 'login'], 'Did you mean od-link login?'],
    [['auth', 'status', '--json'], 'Did you mean od-link status?'],
    [['version'], 'Did you mean od-link --version?'],
    [['-v'], 'Did you mean --version?'],
    [['mkdir', '-v', '/', 'x'], 'Did you mean --verbose?'],
    [['request'], 'Did you mean od-link api?'],
    [['cp', 'a.txt', '/'], 'Did you mean od-link upload or od-link download?'],
    [['copy'], 'Did you mean od-link upload or od-link download?'],
    [['logout', '--account', 'my work'], "od-link logout 'my work'"],
    [['logout', '--account=work'], 'od-link logout work'],
    [['use', '--account'], 'od-link use <account>'],
  ])('%j, as other programs have it, is answered with "%s"', async (args, hint) => {
    const { code, stdout, stderr } = await odLink(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(args.includes('--json') ? jsonError(stderr).hint : stderr.split('next: ')[1]?.trim()).toBe(hint)
  })

  it.each([
    [['login', '--client-secret=S3cr3t']],
    [['login', '-sS3cr3t']],
    [['config', 'set', 'client-secret', '-S3cr3t']],
    [['config', 'set', '--value', 'S3cr3t']],
  ])('%j is refused without a word of what may be a secret', async (args) => {
    const { code, stderr } = await odLink(args)
    expect(code).toBe(2)
    expect(stderr).toMatch(/Unknown option/)
    expect(stderr).not.toMatch(/3cr3t/)
  })

  it.each([
    [['mkdr', '--json', '/', 'x']],
    [['--json', 'mkdir']],
    [['--json']],
    [['login', '--device', '--no-browser', '--json']],
    [['mkdir', '--on-conflict', 'no', '--json', '/', 'x']],
    [['mkdir', '--acount', '--json', '/', 'x']],
    [['mkdir', '--json']],
    [['mkdir', '--json', '--max-wait', 'soon', '/', 'x']],
  ])('%j is reported in JSON, the only thing on stderr', async (args) => {
    const { code, stdout, stderr } = await odLink(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const error = jsonError(stderr)
    expect(error).toMatchObject({ kind: 'usage', exitCode: 2, message: expect.any(String) })
    expect(Object.keys(error).every((key) => keys.includes(key))).toBe(true)
  })

  const keys: readonly string[] = errorFields
})
