import { beforeEach, describe, expect, it } from 'vitest'
import { ada, useLinked } from '../helpers/program/linked.ts'

describe('a command line', () => {
  const at = useLinked()
  beforeEach(() => at.calm())

  it.each([
    [['mkdir', `--account=${ada}`, '/', 'a1'], '/a1'],
    [['mkdir', `-a${ada}`, '/', 'a2'], '/a2'],
    [['mkdir', '-pa', ada, '/b/c'], '/b/c'],
    [['mkdir', '/', 'a3', '-p', '--account', ada], '/a3'],
    [['mkdir', '/', '--account', 'nobody', 'a4', '--account', ada], undefined],
    [['mkdir', '--', '/', '-x'], '/-x'],
    [['mkdir', '/', '--', '--json'], '/--json'],
    [['mkdir', '-p', '--', '-0'], '/-0'],
    [['mkdir', '--max-wait', '5', '--max-wait=6', '/', 'a5'], '/a5'],
    [['--account', ada, 'mkdir', '/', 'a6'], '/a6'],
    [[`--account=${ada}`, '-p', 'mkdir', '/', 'a7'], '/a7'],
    [['-pa', ada, 'mkdir', '/', 'a8', '--max-wait', '5'], '/a8'],
    [['--', 'mkdir', '/', 'a9'], '/a9'],
  ])('%j is understood: %s', async (args, made) => {
    const { code, stdout, stderr } = await at.world.run(args)
    if (made === undefined) expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    else expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${made}\n`, stderr: '' })
  })

  it('may name an account like a verb, before the verb', async () => {
    expect(await at.world.run(['login', '--as', 'mkdir', '--login-hint', ada])).toMatchObject({ code: 0 })
    expect(await at.world.run(['--account', 'mkdir', 'mkdir', '/', 'b1'])).toMatchObject({ stdout: '/b1\n' })
    expect(await at.world.run(['-a', 'mkdir', 'status'])).toMatchObject({ code: 0 })
  })

  it('takes an option that begins with no-, and one that may come again', async () => {
    const { code, stdout } = await at.world.run(['setup', '--no-login', '--steps', '--no-browser'])
    expect(code).toBe(0)
    expect(stdout).not.toBe('')
    const fields = ['-f', 'name=c1', '-F', 'folder={}', '-f', '@microsoft.graph.conflictBehavior=fail']
    expect((await at.world.run(['api', '/me/drive/root/children', ...fields])).code).toBe(0)
    expect(await at.drive()).toContain('/c1')
  })
})
