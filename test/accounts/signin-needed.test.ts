import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ada, changeRecord, jsonError, useLinked } from '../helpers/program/linked.ts'
import { node, program, type RunOptions } from '../helpers/program/od-link.ts'
import { statusOf } from '../helpers/program/status.ts'
import { link } from '../helpers/program/waiting-login.ts'
import { kept, putBack } from '../helpers/program/world-files.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'

const at = useLinked()
let linked: Record<string, string>
/** Where the command leaves a file for each time that it was run. */
let notes: string
beforeAll(() => {
  linked = kept(at.world)
  notes = join(at.world.dir, 'notes')
})
beforeEach(async () => {
  putBack(at.world, linked)
  rmSync(notes, { recursive: true, force: true })
  mkdirSync(notes)
  await at.calm()
  await at.forgetRequests()
})

/** Keeps the whole environment of the command, in a file for each run. */
const noting = () => `env > '${notes}'/$$`
const runs = () => readdirSync(notes).map((name) => readFileSync(join(notes, name), 'latin1'))
const hooked = (command: string, options: RunOptions = {}): RunOptions => ({
  ...options,
  env: { OD_LINK_ON_SIGNIN_NEEDED: command, ...options.env },
})

const revoked = { error: 'invalid_grant', error_description: 'AADSTS50173: Revoked.', error_codes: [50173] }
/** Microsoft refuses every renewal from now on, and the token has ended. */
async function die(body: object = revoked): Promise<void> {
  changeRecord(at.world, { expiresAt: 0 })
  await at.weather('/token', { status: 400, body }, 999)
}
/** What a command says of a dead link, whether anyone is told or not; a slow machine adds that it waits. */
const usualOf = (account: string) => ({
  code: 4,
  stdout: '',
  stderr: expect.stringMatching(
    new RegExp(
      `^(?:Waiting [^\\n]*\\n)*od-link: The password was changed[^\\n]*\\n {2}next: od-link login --account ${account}\\n {2}code: AADSTS50173[^\\n]*\\n$`,
    ),
  ),
})
const usual = usualOf('ada@contoso\\.example')

describe('OD_LINK_ON_SIGNIN_NEEDED', () => {
  it('is run once when twenty processes find the link dead at once', async () => {
    await die()
    const mkdir = (_: unknown, index: number) => at.world.run(['mkdir', '/', `${index}`], hooked(noting()))
    for (const outcome of await Promise.all(Array.from({ length: 20 }, mkdir)))
      expect(outcome).toMatchObject(usual)
    expect(runs()).toHaveLength(1)
    expect(await at.world.run(['mkdir', '/', 'later'], hooked(noting()))).toMatchObject(usual)
    expect(runs()).toHaveLength(1)
  })

  it('learns which account it is and why, and sees no token and no secret', async () => {
    await die()
    const env = { OD_LINK_CLIENT_SECRET: 'a secret of the registration', CANARY_OF_THE_PERSON: 'kept' }
    await at.world.run(['mkdir', '/', 'x'], hooked(noting(), { env }))
    const [environment = ''] = runs()
    expect(Object.fromEntries(environment.split('\n').map((pair) => pair.split('=', 2)))).toMatchObject({
      OD_LINK_ACCOUNT: ada,
      OD_LINK_USERNAME: ada,
      OD_LINK_REASON: 'The password was changed or the sign-in was revoked.',
      OD_LINK_CODE: 'AADSTS50173',
      OD_LINK_CONFIG_DIR: at.world.env.OD_LINK_CONFIG_DIR,
      CANARY_OF_THE_PERSON: 'kept',
    })
    expect(environment).not.toMatch(/OD_LINK_CLIENT_SECRET|OD_LINK_ON_SIGNIN_NEEDED|a secret of/)
    const secrets: string[] = await at.sandbox.control('GET', 'secrets')
    expect(secrets.length).toBeGreaterThan(1)
    const places = [environment, ...Object.values(kept(at.world)).filter((text) => text.includes('"ended"'))]
    for (const secret of secrets) expect(places.filter((text) => text.includes(secret))).toEqual([])
  })

  it('does not get what a hostile server put into its refusal: its own token, or commands', async () => {
    const { refreshToken } = JSON.parse(
      Object.values(linked).find((text) => text.includes('refreshToken')) ?? '',
    )
    await die({
      error: `no_${refreshToken}`,
      error_description: `You sent ${refreshToken}.\u001b[2J "& calc" %PATH% $(touch ${notes}/owned) \`x\``,
    })
    const { code, stderr } = await at.world.run(['mkdir', '/', 'x'], hooked(noting()))
    expect(code).toBe(4)
    const [environment = ''] = runs()
    expect(/OD_LINK_REASON=(.*)/.exec(environment)?.[1]).toMatch(
      /^Microsoft answered: You sent \. 2J calc PATH \(touch [\w -]+owned\) x$/,
    )
    const places = [
      stderr,
      environment,
      readFileSync(join(at.world.dir, 'settings', 'accounts.json'), 'utf8'),
    ]
    expect(places.filter((text) => text.includes(refreshToken))).toEqual([])
    expect(existsSync(join(notes, 'owned'))).toBe(false)
  })

  const hostile = `It's so'; touch OWNED; echo ' "; touch OWNED; " $(touch OWNED) \`touch OWNED\` \\'; touch OWNED; #
    & touch OWNED | touch OWNED > OWNED < <(touch OWNED) *  ~ !! {a,b} (touch OWNED) ’; touch OWNED; ’ ʼ ˋ ǀ Müller 中文`
  const shells = ['sh', 'bash', 'zsh', 'fish'].filter((shell) => hasRealPart(shell, 'hooks that start it'))
  const quotes = { single: (name: string) => `'$${name}'`, double: (name: string) => `\\"$${name}\\"` }

  it.each(shells.flatMap((shell) => Object.keys(quotes).map((quote) => [shell, quote] as const)))(
    'starts %s with %s quotes, and what a server said or called a person is text to it',
    async (shell, quote) => {
      const owned = join(notes, 'owned')
      const said = hostile.replaceAll('OWNED', owned)
      const index = join(at.world.dir, 'settings', 'accounts.json')
      const { accounts, ...rest } = JSON.parse(readFileSync(index, 'utf8'))
      const [account] = accounts
      writeFileSync(index, JSON.stringify({ accounts: [{ ...account, username: `-n ${said}` }], ...rest }))
      await die({ error: `invalid_grant ${said}`, error_description: `AADSTS99999999: ${said}` })
      const words = ['REASON', 'ACCOUNT', 'USERNAME', 'CODE'].map((name) =>
        quotes[quote as keyof typeof quotes](`OD_LINK_${name}`),
      )
      const command = `${shell} -c "printf '%s\\n' ${words.join(' ')} > '${notes}/said'"`
      const { code } = await at.world.run(['mkdir', '/', 'x'], hooked(command))
      expect(code).toBe(4)
      expect(readdirSync(notes)).toEqual(['said'])
      const lines = readFileSync(join(notes, 'said'), 'utf8').trimEnd().split('\n')
      expect(lines).toHaveLength(4)
      expect(lines[0]).toMatch(/^Microsoft answered: Its so touch [\p{L}\d .,:_()-]*$/u)
      expect(lines[0]).toContain('Its so')
      expect(lines[1]).toBe(account.id)
      expect(lines[2]).toMatch(/^n Its so touch [\p{L}\d .,:_()@+-]*Müller 中文$/u)
      expect(lines[3]).toBe('AADSTS99999999')
    },
  )

  it('takes no part in a pipeline: its stdin is empty, and its output goes nowhere', async () => {
    await die()
    const command = `cat > '${notes}/stdin'; echo "on stdout"; echo "on stderr" >&2`
    const outcome = await at.world.run(['mkdir', '/', 'x'], hooked(command, { input: 'of the pipeline\n' }))
    expect(outcome).toMatchObject(usual)
    expect(runs()).toEqual([''])
  })

  it('leaves one JSON object alone on stderr with --json, even when it fails', async () => {
    await die()
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--json', '/', 'x'], hooked('exit 9'))
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(jsonError(stderr)).toMatchObject({ kind: 'sign-in', code: 'AADSTS50173', exitCode: 4 })
  })

  it.each([
    ['exit 9', /^Note: The command in OD_LINK_ON_SIGNIN_NEEDED failed with exit code 9\.\n/],
    ['/no/such/program', /^Note: The command in OD_LINK_ON_SIGNIN_NEEDED failed with exit code 127\.\n/],
    ['kill -9 $$', /^Note: The command in OD_LINK_ON_SIGNIN_NEEDED was killed by SIGKILL\.\n/],
  ])('that fails (%s) is told in a note, before the same error', async (command, note) => {
    await die()
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'x'], hooked(command))
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(note)
    expect(stderr.replace(note, '')).toEqual(usual.stderr)
  })

  it('that hangs and ignores signals is stopped after ten seconds, with all that it started', async () => {
    await die()
    const command = `trap '' TERM HUP INT; (trap '' TERM; sleep 600) & sleep 601 & echo $$ > '${notes}/group'; sleep 602`
    const running = at.world.start(['mkdir', '/', 'x'], hooked(command))
    await running.seen(/Waiting up to 10 seconds for the command in OD_LINK_ON_SIGNIN_NEEDED…/)
    const group = await groupOfCommand()
    expect(membersOf(group).length).toBeGreaterThan(2)
    // Others that find the link dead meanwhile wait for nothing: no lock is held.
    expect(await at.world.run(['mkdir', '/', 'x'], hooked(noting()))).toMatchObject(usual)
    expect(running.child.exitCode).toBeNull()
    const { code, stdout, stderr, milliseconds } = await running.ended
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(/^Note: .* took longer than 10 seconds and was killed\.\nod-link: The password/m)
    expect(milliseconds).toBeGreaterThan(10_000)
    expect(milliseconds).toBeLessThan(20_000)
    await vi.waitFor(() => expect(membersOf(group)).toEqual([]))
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('does not outlive an od-link that %s ends', async (signal) => {
    await die()
    const running = at.world.start(['mkdir', '/', 'x'], hooked(`echo $$ > '${notes}/group'; sleep 600`))
    const group = await groupOfCommand()
    running.child.kill(signal)
    const ended = await running.ended
    expect(ended.signal).toBe(signal)
    await vi.waitFor(() => expect(membersOf(group)).toEqual([]))
  })

  it('waits for what the command does in the background', async () => {
    await die()
    await at.world.run(['mkdir', '/', 'x'], hooked(`(sleep 0.5; ${noting()}) &`))
    expect(runs()).toHaveLength(1)
  })

  it('does not come back to itself when it uses od-link, and finds no lock in its way', async () => {
    await die()
    const again = `'${node}' '${program}' mkdir / inner; echo $? > '${notes}'/code-$$`
    expect(await at.world.run(['mkdir', '/', 'outer'], hooked(again))).toMatchObject(usual)
    expect(runs()).toEqual(['4\n'])
  })

  it('is run again at the next death, after a login and after a renewal that worked', async () => {
    const fails = async () =>
      expect(await at.world.run(['mkdir', '/', 'x'], hooked(noting()))).toMatchObject(usual)
    const revoke = async () => {
      await at.sandbox.control('POST', 'revoke')
      changeRecord(at.world, { expiresAt: 0 })
    }
    await revoke()
    await fails()
    await link(at.world)
    expect((await statusOf(at.world)).ended).toBeNull()
    linked = kept(at.world)
    await die()
    await fails()
    await fails()
    expect(runs()).toHaveLength(2)
    await at.calm()
    expect(await statusOf(at.world, '--check')).toMatchObject({ works: true, ended: null })
    await die()
    await fails()
    expect(runs()).toHaveLength(3)
  })

  it('is run by status --check too, and names an account as --account takes it', async () => {
    await link(at.world, '--as', 'work')
    await die()
    const { code, stdout } = await at.world.run(['status', '--check'], hooked(noting()))
    expect(code).toBe(4)
    expect(stdout).toMatch(/^ {2}ended +\d{4}-/m)
    expect(runs()).toEqual([expect.stringContaining('\nOD_LINK_ACCOUNT=work\n')])
  })

  it('names by its id an account whose address another link has as well', async () => {
    const index = join(at.world.dir, 'settings', 'accounts.json')
    const { accounts } = JSON.parse(readFileSync(index, 'utf8'))
    const twin = { ...accounts[0], id: 'another-tenant.person', name: 'guest' }
    writeFileSync(index, JSON.stringify({ accounts: [...accounts, twin], default: accounts[0].id }))
    await die()
    expect(await at.world.run(['mkdir', '/', 'x'], hooked(noting()))).toMatchObject(usualOf(accounts[0].id))
    expect(runs()).toEqual([expect.stringContaining(`\nOD_LINK_ACCOUNT=${accounts[0].id}\n`)])
  })

  it('is run each time where the index cannot be changed: told twice is better than never', async () => {
    await die()
    const lock = join(String(at.world.env.OD_LINK_CONFIG_DIR), 'locks', 'index')
    rmSync(lock, { recursive: true, force: true })
    writeFileSync(lock, 'in the way')
    for (const count of [1, 2]) {
      expect(await at.world.run(['mkdir', '/', 'x'], hooked(noting()))).toMatchObject(usual)
      expect(runs()).toHaveLength(count)
    }
    rmSync(lock)
  })
})

describe('OD_LINK_ON_SIGNIN_NEEDED is not run', () => {
  it.each([
    ['the service is in trouble', { status: 503, headers: { 'retry-after': '0.01' } }, 6],
    ['the answer is lost', { reset: true }, 7],
    ['the server says that it is busy', { status: 400, body: { error: 'temporarily_unavailable' } }, 6],
  ])('when %s', async (_, effect, expected) => {
    changeRecord(at.world, { expiresAt: 0 })
    await at.weather('/token', effect, 99)
    const { code } = await at.world.run(['mkdir', '--max-wait', '1', '/', 'x'], hooked(noting()))
    expect(code).toBe(expected)
    expect(runs()).toEqual([])
    expect((await statusOf(at.world)).ended).toBeNull()
  })

  it('when no account is linked, none of that name, or its record is gone', async () => {
    const empty = join(at.world.dir, 'empty')
    const elsewhere = hooked(noting(), { env: { OD_LINK_CONFIG_DIR: empty } })
    expect((await at.world.run(['mkdir', '/', 'x'], elsewhere)).code).toBe(4)
    expect((await at.world.run(['mkdir', '-a', 'nobody', '/', 'x'], hooked(noting()))).code).toBe(4)
    rmSync(join(at.world.dir, 'settings', 'links'), { recursive: true })
    expect((await at.world.run(['mkdir', '/', 'x'], hooked(noting()))).code).toBe(4)
    expect(runs()).toEqual([])
  })

  it('when it is empty', async () => {
    await die()
    expect(await at.world.run(['mkdir', '/', 'x'], hooked(''))).toMatchObject(usual)
  })
})

/** The process group of the command, once it has written it down. */
function groupOfCommand(): Promise<number> {
  return vi.waitFor(() => {
    const text = readFileSync(join(notes, 'group'), 'utf8')
    expect(text).toMatch(/^\d+\n$/)
    return Number(text)
  }, 20_000)
}

/** The processes of a group that live; Linux tells. */
function membersOf(group: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const [state, , groupId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return Number(groupId) === group && state !== 'Z'
    } catch {
      return false
    }
  })
}
