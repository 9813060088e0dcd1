import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { addLink } from '../../src/accounts/links.ts'
import { runSignInNeededCommand } from '../../src/accounts/signin-needed.ts'
import { OdLinkError } from '../../src/errors.ts'
import { recordOf, useOwnSettings } from '../helpers/program/own-settings.ts'
import { expectNothingToEnd, isAlive } from '../helpers/system/processes.ts'

const own = useOwnSettings()

describe('the person’s command', () => {
  const refusal = new OdLinkError('sign-in', 'It "was" $(revoked)\u001b[2J.', { code: 'AADSTS50173' })
  afterEach(() => {
    delete process.env.OD_LINK_ON_SIGNIN_NEEDED
  })
  const tell = async (command: string, change: object = {}, why = refusal) => {
    const account = await addLink(recordOf(change), undefined)
    own.warnings.length = 0
    process.env.OD_LINK_ON_SIGNIN_NEEDED = command
    await runSignInNeededCommand(account, why)
    return account
  }
  const noted = () => readFileSync(join(own.dir, 'note'), 'utf8')
  const noting = () =>
    `printf '%s\\n' "$OD_LINK_ACCOUNT" "$OD_LINK_USERNAME" "$OD_LINK_REASON" "$OD_LINK_CODE" "$OD_LINK_CLIENT_SECRET$OD_LINK_ON_SIGNIN_NEEDED" > '${own.dir}/note'`

  it('hears who has to sign in and why, in plain words', async () => {
    process.env.OD_LINK_CLIENT_SECRET = 'hush'
    await tell(noting())
    delete process.env.OD_LINK_CLIENT_SECRET
    expect(noted()).toBe('ada@contoso.example\nada@contoso.example\nIt was (revoked) 2J.\nAADSTS50173\n\n')
    expect(own.warnings).toEqual([])
  })

  it('hears the id where the address would not do, and no code where there is none', async () => {
    await tell(noting(), { username: 'a&b@contoso.example' }, new OdLinkError('sign-in', 'No.'))
    expect(noted()).toBe('contoso.ada\na b@contoso.example\nNo.\n\n\n')
    await addLink(recordOf({ id: 'fabrikam.ada' }), undefined)
    await tell(noting())
    expect(noted().split('\n')[0]).toBe('contoso.ada')
  })

  it.each([
    ['exit 9', 'The command in OD_LINK_ON_SIGNIN_NEEDED failed with exit code 9.'],
    ['kill -KILL $$', 'The command in OD_LINK_ON_SIGNIN_NEEDED was killed by SIGKILL.'],
  ])('that fails is told of: %s', async (command, warning) => {
    await tell(command)
    expect(own.warnings).toEqual([warning])
  })

  it('that cannot be started is told of', async () => {
    await tell(`true ${'x'.repeat(4_000_000)}`)
    expect(own.warnings).toEqual(['The command in OD_LINK_ON_SIGNIN_NEEDED could not be started (E2BIG).'])
  })

  it('is waited for with all that it starts, and told of after a second', async () => {
    await tell(`(sleep 1.3; touch '${own.dir}/later') &`)
    expect(existsSync(join(own.dir, 'later'))).toBe(true)
    expect(own.waiting).toEqual(['Waiting up to 10 seconds for the command in OD_LINK_ON_SIGNIN_NEEDED…'])
    expect(own.warnings).toEqual([])
  })

  it('finds nothing to read, and leaves nothing behind in od-link', async () => {
    await tell(`cat > '${own.dir}/note'`)
    expect(noted()).toBe('')
    expect(own.warnings).toEqual([])
    expectNothingToEnd()
  })

  it('that takes more than ten seconds is stopped with all that it started', async () => {
    const pids = join(own.dir, 'pids')
    const clock = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => clock() + (existsSync(pids) ? 10_000 : 0))
    await tell(
      `trap '' TERM; sleep 60 & echo $! $$ > '${pids}.draft'; mv '${pids}.draft' '${pids}'; sleep 60`,
    )
    vi.restoreAllMocks()
    expect(own.warnings).toEqual([
      'The command in OD_LINK_ON_SIGNIN_NEEDED took longer than 10 seconds and was killed.',
    ])
    const started = readFileSync(pids, 'utf8').trim().split(' ').map(Number)
    await vi.waitFor(() => expect(started.map(isAlive)).toEqual([false, false]))
  })
})
