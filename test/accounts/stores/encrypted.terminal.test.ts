import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { useLinked } from '../../helpers/program/linked.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { putProgram } from '../../helpers/system/put-program.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'
import { atTerminal, ctrlC, enter } from '../../helpers/terminal/at-terminal.ts'
import { hasTerminal, leftAs, odLinkWord, startInTerminal } from '../../helpers/terminal/terminal.ts'

const passphrase = 'correct horse battery'
const [newOne, again, known] = ['10 characters): ', 'The same again: ', 'Passphrase of the encrypted store: ']

describe.runIf(hasTerminal())('at a terminal without a key file, the encrypted store', () => {
  const at = useLinked()
  let world: World
  const settings = (...names: string[]) => join(world.dir, 'settings', ...names)

  beforeEach(() => {
    world = newWorld(at.sandbox, undefined, { OD_LINK_STORE: 'encrypted' })
    const bin = join(world.dir, 'bin')
    mkdirSync(bin)
    putProgram(join(bin, 'keyctl'), 'exit 1')
    world.env.PATH = `${bin}:/usr/local/bin:/usr/bin:/bin`
  })
  afterEach(() => world.remove())

  const login = () =>
    atTerminal(
      world,
      ['login'],
      [
        [newOne, passphrase + enter],
        [again, passphrase + enter],
      ],
    )

  it('asks once for a new passphrase, shows it nowhere, and once in each later command', async () => {
    const linked = await login()
    expect(linked).toMatchObject({ code: 0, echoes: true })
    expect(linked.shown).not.toContain(passphrase)
    await at.sandbox.control('POST', 'expire')
    const renewed = await atTerminal(world, ['mkdir', '/', 'renewed'], [[known, passphrase + enter]])
    expect(renewed).toMatchObject({ code: 0, echoes: true })
    expect(renewed.shown.split(known)).toHaveLength(2)
    // Without a terminal there is nobody to ask; logout needs no key.
    const { code, stderr } = await world.run(['mkdir', '/', 'x'])
    expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringContaining('is locked') })
    expect((await world.run(['logout'])).code).toBe(0)
    expect(readdirSync(settings('encrypted'))).toEqual([])
  })

  it('refuses a short passphrase, and two that differ', async () => {
    const { code, shown } = await atTerminal(
      world,
      ['login'],
      [
        [newOne, `short${enter}`],
        [newOne, passphrase + enter],
        [again, `another one${enter}`],
        [newOne, passphrase + enter],
        [again, passphrase + enter],
      ],
    )
    expect({ code, shown }).toEqual({ code: 0, shown: expect.stringContaining('The two differ.') })
    expect(shown).toContain('That is shorter than 10 characters.')
  })

  it('asks again for a wrong passphrase, three times, and changes nothing', async () => {
    await login()
    const before = readdirSync(settings('encrypted'))
    const wrong: [string, string] = [known, `not the right one${enter}`]
    const { code, shown } = await atTerminal(world, ['mkdir', '/', 'x'], [wrong, wrong, wrong])
    expect({ code, shown }).toEqual({
      code: 5,
      shown: expect.stringContaining('The passphrase does not open the encrypted store.'),
    })
    expect(readdirSync(settings('encrypted'))).toEqual(before)
    const right = await atTerminal(world, ['mkdir', '/', 'right'], [wrong, [known, passphrase + enter]])
    expect(right.code).toBe(0)
  })

  it('asks at the terminal where standard input, output and messages are files', async () => {
    await login()
    const output = join(world.dir, 'output')
    const line = `echo nothing | ${odLinkWord} mkdir / 'in a pipe' > '${output}' 2> '${output}.err'`
    const terminal = startInTerminal(`${line}${leftAs}`, world.env)
    await terminal.seen(known)
    terminal.type(passphrase + enter)
    expect((await terminal.ended).code).toBe(0)
    expect(readFileSync(output, 'utf8')).toBe('/in a pipe\n')
  })

  it('ends at Ctrl-C, and gives the terminal back', async () => {
    const { code, echoes } = await atTerminal(world, ['login'], [[newOne, ctrlC]])
    expect({ code, echoes }).toEqual({ code: 130, echoes: true })
  })

  it('takes a link from another store, and asks once for that', async () => {
    delete world.env.OD_LINK_STORE
    await world.run(['config', 'set', 'store', 'file'])
    await world.login()
    const moved = await atTerminal(
      world,
      ['store', 'move', '--to', 'encrypted'],
      [
        [newOne, passphrase + enter],
        [again, passphrase + enter],
      ],
    )
    expect(moved).toMatchObject({ code: 0, shown: expect.stringContaining('from file to encrypted') })
    expect(moved.shown).not.toContain(known)
  })

  it('is opened by age with the passphrase', async () => {
    if (!hasRealPart('age', 'opening a link with age')) return
    await login()
    const [item = ''] = readdirSync(settings('encrypted'))
    const out = join(world.dir, 'opened')
    const line = `age -d -o '${out}' -i '${settings('encrypted-key.age')}' '${settings('encrypted', item)}'`
    const terminal = startInTerminal(line, world.env)
    await terminal.seen(/passphrase/)
    terminal.type(passphrase + enter)
    expect((await terminal.ended).code).toBe(0)
    expect(readFileSync(out, 'utf8')).toContain('"refreshToken"')
  })

  it('is held open by the kernel for the login session, and not in another one', async () => {
    if (!hasKernelKeyring()) return
    await login()
    delete world.env.PATH
    const both = ['one', 'two'].map((name) => `${odLinkWord} mkdir -p '/held ${name}'`).join(' && ')
    const status = `${odLinkWord} doctor --offline`
    const line = `keyctl session - sh -c "${both} && setsid ${both} </dev/null; ${status}"`
    const terminal = startInTerminal(`${line}${leftAs}`, world.env)
    await terminal.seen(known)
    terminal.type(passphrase + enter)
    const { shown } = await terminal.ended
    expect(shown.split(known)).toHaveLength(2)
    expect(shown.match(/\/held (one|two)/g)).toHaveLength(4)
    expect(shown).toContain("held by the kernel's keyring")
    const elsewhere = await world.run(['mkdir', '/', 'x'], { through: ['keyctl', 'session', '-'] })
    expect(elsewhere.code).toBe(5)
  })
})

/** Containers often forbid keyrings. */
function hasKernelKeyring(): boolean {
  if (!hasRealPart('keyctl', "a passphrase in the kernel's keyring")) return false
  try {
    execFileSync('keyctl', ['session', '-', 'keyctl', 'show', '@s'], { stdio: 'ignore' })
    return true
  } catch {
    console.warn("skipped, because this machine has no kernel keyring: a passphrase in the kernel's keyring")
    return false
  }
}
